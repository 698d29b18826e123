import type { Backend } from '../../golden/index.js';
import { evaluate } from '../../golden/index.js';
import { renderTable } from '../../reports/table.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { GENERATOR } from '../../src/generator.js';
import { builtinInput, expandModels } from '../../src/index.js';
import { compareRun } from '../../src/library/verified-run.js';
import { RESULT_FORMAT, RESULT_VERSION } from '../../src/results/document.js';
import { milliseconds } from './timing.js';

/** The parts of `verify` in the order in which they happen. */
export const PARTS = ['build', 'inputs', 'compile', 'reference', 'simulate and compare', 'report'] as const;
export type Part = (typeof PARTS)[number];

/** Milliseconds of CPU time of each part over all the models that `names` stand for, in this process, each model once. */
export function verifyParts(names: readonly string[], backend: Backend): Record<Part, number> {
  const spent = Object.fromEntries(PARTS.map((p) => [p, 0])) as Record<Part, number>;
  const timed = <T>(part: Part, action: () => T): T => {
    let made: T | undefined;
    spent[part] += milliseconds(() => {
      made = action();
    });
    return made as T;
  };
  const models = expandModels(names).map((entry) => {
    const model = timed('build', () => entry.build(0));
    const inputs = timed('inputs', () => builtinInput(model));
    const program = timed('compile', () => compile(model, DEFAULT_OPTIONS));
    const reference = timed('reference', () => evaluate(model.main, inputs, model.params, backend));
    const identity = { backend: backend.name, seed: '0', run: 0 };
    const { run, verdict } = timed('simulate and compare', () =>
      compareRun(program, model.name, inputs, reference, identity),
    );
    return { run: run.result, verdicts: [verdict] };
  });
  const document = {
    format: RESULT_FORMAT,
    version: RESULT_VERSION,
    generator: GENERATOR,
    command: 'verify',
    models,
  } as const;
  timed('report', () => renderTable(document));
  return spent;
}
