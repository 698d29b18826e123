import { GENERATOR } from '../generator.js';
import { type ModelResult, RESULT_FORMAT, RESULT_VERSION, type ResultDocument } from '../results/document.js';
import { isStrongEnough } from '../results/strength.js';

/** The document of a command's results, in order. */
export const resultDocument = (
  command: ResultDocument['command'],
  models: readonly ModelResult[],
): ResultDocument => ({
  format: RESULT_FORMAT,
  version: RESULT_VERSION,
  generator: GENERATOR,
  command,
  models,
});

/**
 * The documents of several models, verified or simulated one by one, as one document in their order.
 *
 * @example
 * const all = joinDocuments('verify', [await verify(a), await verify(b)]);
 */
export const joinDocuments = (
  command: ResultDocument['command'],
  documents: readonly ResultDocument[],
): ResultDocument =>
  resultDocument(
    command,
    documents.flatMap((d) => d.models),
  );

/**
 * Whether everything that a document compared is equal: every tensor of every run, and the runs on the SoC.
 *
 * @example
 * if (!allEqual(await verify(model))) throw new Error('the compiler is wrong');
 */
export const allEqual = (document: ResultDocument): boolean =>
  document.models.every(({ verdicts, soc }) => verdicts.every((v) => v.ok) && (soc ?? []).every((s) => s.ok));

/**
 * Whether every model's comparison notices as large a share of the planted faults as was asked for; true where nothing was asked.
 *
 * @example
 * const result = await verify(model, { strength: { required: 0.95 } });
 * if (!strongEnough(result)) throw new Error('the test would miss too much');
 */
export const strongEnough = (document: ResultDocument): boolean =>
  document.models.every(({ strength }) => isStrongEnough(strength));
