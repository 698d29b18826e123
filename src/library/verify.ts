import {
  type BackendName,
  DEFAULT_BACKEND,
  evaluationSteps,
  openBackend,
  type Reference,
} from '../../golden/index.js';
import { ProgramFault } from '../../sim/program/fault.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import { compile } from '../compile.js';
import { explainSteps } from '../explain/explain.js';
import type { Model } from '../ir/expr.js';
import { builtinInput } from '../models/builtin-input.js';
import type { Program } from '../program/types.js';
import type { ResultDocument } from '../results/document.js';
import type { Explanation } from '../results/explanation.js';
import type { SocRun } from '../results/soc.js';
import type { Strength } from '../results/strength.js';
import type { Verdict } from '../results/verdict.js';
import { checkStrengthOptions, type StrengthOptions, strengthSteps } from '../strength/measure.js';
import { type CompileChoices, compileOptions } from './compile-options.js';
import { asMapped, type MappedModel } from './map-network.js';
import { resultDocument } from './result-document.js';
import { Turns, type WorkOptions } from './turns.js';
import { combined, comparedSteps, type TensorPair, type VerifiedRun } from './verified-run.js';

/** Values of a model's inputs, by name. */
export type Inputs = ReadonlyMap<string, Tensor>;

/** A run that was compared, for what else is to be compared with it. */
export interface FinishedRun extends VerifiedRun {
  readonly program: Program;
  readonly inputs: Inputs;
  /** Number of the run, 0 on. */
  readonly number: number;
}

export interface VerifyOptions extends CompileChoices, WorkOptions {
  /** What to run on; by default the built-in inputs that `seed` gives. */
  readonly inputs?: Inputs;
  /** Names the built-in inputs; "0" by default. */
  readonly seed?: string;
  /** Runs on different built-in inputs; 1 by default. The cycles of all are the same. */
  readonly runs?: number;
  /** The tfjs backend of the reference; wasm by default. */
  readonly backend?: BackendName;
  /** A program of the model, such as another compiler's; by default the model is compiled with the options beside. */
  readonly program?: Program;
  /**
   * Plants single faults in what the chip reads and counts those that the comparison notices, on the inputs of all runs; not done where a run
   * differs. Without it nothing is planted.
   */
  readonly strength?: StrengthOptions;
  /** Where a run differs: says which layers are at fault and why (`Verdict.explanation`); true by default. */
  readonly explain?: boolean;
  /** The sanitizer watches the first run: `true`, or `'stop'` to end it at the first finding with a `StoppedByFinding`. */
  readonly check?: boolean | 'stop';
  /** Called with the reason where the simulated chip refuses a step, before the ProgramFault is thrown. */
  readonly onRefused?: (explanation: Explanation) => void | Promise<void>;
  /** Called with each tensor that simulator and reference both hold, as it is compared: values of both, and how they compare. */
  readonly onTensor?: (pair: TensorPair) => void;
  /** Called after each run; a SocRun that comes back becomes a part of the result. */
  readonly onRun?: (run: FinishedRun) => SocRun | undefined | Promise<SocRun | undefined>;
}

function checkRuns({ runs = 1, inputs }: VerifyOptions): number {
  if (!Number.isInteger(runs) || runs < 1)
    throw new UserError(`runs is ${runs}; must be a whole number of at least 1.`);
  if (inputs !== undefined && runs > 1)
    throw new UserError(`runs is ${runs}; must be 1 where the inputs are given.`);
  return runs;
}

/** The strength of the runs together; undefined where it was not asked for, or a run differs: then the test fails as it is. */
async function measured(
  program: Program,
  runs: readonly FinishedRun[],
  seed: string,
  options: VerifyOptions,
  turns: Turns,
): Promise<Strength | undefined> {
  if (options.strength === undefined || !runs.every(({ verdict }) => verdict.ok)) return undefined;
  options.onProgress?.({ what: `${program.manifest.model}, faults`, done: runs.length, total: runs.length });
  const inputs = runs.map((run) => run.inputs);
  return turns.run(strengthSteps(program, inputs, { seed, ...options.strength }));
}

/** What a run gives; where the chip refuses a step, `explain` is heard before the fault is thrown on. */
async function refusedOr<T>(run: Promise<T>, explain: () => Promise<void>): Promise<T> {
  try {
    return await run;
  } catch (e) {
    if (e instanceof ProgramFault) await explain();
    throw e;
  }
}

/**
 * Compiles a model, simulates the program and compares every tensor that it holds whole in memory with the reference on tfjs, bit for
 * bit. The result has cycles, MACs and memories of the run and a verdict for each run; `allEqual` says whether all is well. A verdict of a
 * run that differs says why (`explanation`): which layers are at fault, and what, changed back, makes them exact.
 *
 * Throws a UserError for inputs that do not fit, a LimitError for a model that does not fit the memories, a ProgramFault for a step that
 * the chip refuses, and the signal's reason once it is aborted. A difference is no error: it stands in the verdict.
 *
 * @example
 * const result = await verify(buildModel('resnet8'));
 * console.log(result.models[0].run.totals.totalCycles, allEqual(result));
 */
export async function verify(given: Model, options: VerifyOptions = {}): Promise<ResultDocument> {
  const runs = checkRuns(options);
  if (options.strength !== undefined) checkStrengthOptions(options.strength);
  const turns = new Turns(options);
  const model = asMapped(given, options);
  const { mapping } = model as Partial<MappedModel>;
  const program = options.program ?? compile(model, compileOptions(options));
  const backend = await openBackend(options.backend ?? DEFAULT_BACKEND);
  const seed = options.seed ?? '0';
  const finished: FinishedRun[] = [];
  const soc: SocRun[] = [];
  for (let number = 0; number < runs; number++) {
    const name = runs === 1 ? model.name : `${model.name}, run ${number + 1} of ${runs}`;
    options.onProgress?.({ what: name, done: number, total: runs });
    await turns.pause();
    const inputs = options.inputs ?? builtinInput(model, seed, number);
    const reference: Reference = await turns.run(evaluationSteps(model.main, inputs, model.params, backend));
    const identity = { backend: backend.name, seed, run: number };
    const why = (verdict?: Verdict) => turns.run(explainSteps(program, model, inputs, reference, verdict));
    const compared = await refusedOr(
      turns.run(
        comparedSteps(program, model.name, inputs, reference, identity, {
          ...(options.onTensor === undefined ? {} : { onTensor: options.onTensor }),
          ...(options.check === undefined || number > 0 ? {} : { check: options.check }),
        }),
      ),
      async () => {
        if (options.explain !== false) await options.onRefused?.(await why());
      },
    );
    const unexplained = compared.verdict.ok || options.explain === false;
    const verified = unexplained
      ? compared
      : { ...compared, verdict: { ...compared.verdict, explanation: await why(compared.verdict) } };
    const run: FinishedRun = { ...verified, program, inputs, number };
    finished.push(run);
    const onSoc = await options.onRun?.(run);
    if (onSoc !== undefined) soc.push(onSoc);
  }
  const strength = await measured(program, finished, seed, options, turns);
  const findings = finished[0]?.run.findings;
  return resultDocument('verify', [
    {
      run: combined(finished.map((r) => r.run.result)),
      verdicts: finished.map((r) => r.verdict),
      ...(soc.length === 0 ? {} : { soc }),
      ...(mapping === undefined ? {} : { mapping }),
      ...(strength === undefined ? {} : { strength }),
      ...(findings === undefined ? {} : { findings }),
    },
  ]);
}
