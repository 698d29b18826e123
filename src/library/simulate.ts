import { programSteps } from '../../sim/program/run.js';
import type { JobEvent } from '../../sim/program/run-options.js';
import type { DType } from '../base/dtype.js';
import type { Shape, Tensor } from '../base/tensor.js';
import { inputsOf, type Model } from '../ir/expr.js';
import { builtinInputs } from '../models/builtin-input.js';
import type { Program } from '../program/types.js';
import type { ResultDocument } from '../results/document.js';
import { resultDocument } from './result-document.js';
import { Turns, type WorkOptions } from './turns.js';

export interface SimulateOptions extends WorkOptions {
  /** Values by name; by default the built-in inputs that `seed` gives. */
  readonly inputs?: ReadonlyMap<string, Tensor>;
  /** Names the built-in inputs; "0" by default. */
  readonly seed?: string;
  /** The sanitizer watches the run: `true`, or `'stop'` to end it at the first finding with a `StoppedByFinding`. */
  readonly check?: boolean | 'stop';
  /** Called after each job of the digital core. */
  readonly onJob?: (event: JobEvent) => void;
}

export interface Simulation {
  /** Cycles, MACs, bytes moved and memories a layer; no verdict, for there is nothing to compare with. */
  readonly document: ResultDocument;
  /** Values of the outputs, by tensor name. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/** An input that a program or model takes. */
export interface DeclaredInput {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * The inputs that a program takes, by the names that `simulate` wants values for.
 *
 * @example
 * programInputs(program)[0]?.shape;
 */
export const programInputs = (program: Program): readonly DeclaredInput[] =>
  program.manifest.buffers
    .filter((b) => b.role === 'input')
    .map((b) => ({ name: b.tensor ?? b.name, shape: b.shape, dtype: b.dtype }));

/**
 * The inputs that a model takes: its parameters without a value.
 *
 * @example
 * modelInputs(buildModel('resnet8')); // [{ name: 'input', shape: [1, 3, 32, 32], dtype: 'int8' }]
 */
export const modelInputs = (model: Model): readonly DeclaredInput[] =>
  inputsOf(model).map(({ name, type }) => ({ name, shape: type.shape, dtype: type.dtype }));

/**
 * Runs a program on the simulated chip, job by job. Throws a UserError for missing or ill-typed inputs, a ProgramFault (naming step, layer,
 * tile, field and limit) for what the chip cannot do, and the signal's reason once it is aborted.
 *
 * @example
 * const { document, outputs } = await simulate(compile(model), { inputs: new Map([['input', image]]) });
 */
export async function simulate(program: Program, options: SimulateOptions = {}): Promise<Simulation> {
  const turns = new Turns(options);
  const { model, layers } = program.manifest;
  const inputs = options.inputs ?? builtinInputs(model, programInputs(program), options.seed ?? '0', 0);
  const { result, outputs, findings } = await turns.run(
    programSteps(program, inputs, {
      ...(options.check === undefined ? {} : { check: options.check }),
      ...(options.onJob === undefined ? {} : { onJob: options.onJob }),
      onLayer: (layer) =>
        options.onProgress?.({
          what: `${model}, layer ${layer + 1} of ${layers.length}`,
          done: layer,
          total: layers.length,
        }),
    }),
  );
  return {
    document: resultDocument('simulate', [
      { run: result, verdicts: [], ...(findings === undefined ? {} : { findings }) },
    ]),
    outputs,
  };
}
