import type { Model } from '../ir/expr.js';
import type { CompileChoices } from '../library/compile-options.js';
import type { ResultDocument } from '../results/document.js';
import { advise } from './advise.js';

/**
 * A result with the advice of one of its networks, for every report to show. `choices` are what the network was compiled with: the gains are
 * differences to that compile. Throws what `compile` throws for the network itself.
 *
 * @example
 * const model = buildModel('ds-cnn');
 * const page = render(withAdvice(await verify(model), model), 'html');
 */
export function withAdvice(
  document: ResultDocument,
  model: Model,
  choices: CompileChoices = {},
): ResultDocument {
  const advice = advise(model, choices);
  return {
    ...document,
    models: document.models.map((m) => (m.run.model === model.name ? { ...m, advice } : m)),
  };
}
