import { type BackendName, DEFAULT_BACKEND, evaluationSteps, openBackend } from '../../../golden/index.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../../sim/isa/parameters.js';
import { oddityLines } from '../../../sim/soc/oddities.js';
import { DEFAULT_MAX_CYCLES } from '../../../sim/soc/run-elf.js';
import { UserError } from '../../base/errors.js';
import type { Tensor } from '../../base/tensor.js';
import { compile } from '../../compile.js';
import { explainValues } from '../../explain/from-values.js';
import type { Model } from '../../ir/expr.js';
import { builtinInput } from '../../models/builtin-input.js';
import type { Layer, Program } from '../../program/types.js';
import type { ResultDocument } from '../../results/document.js';
import type { Finding } from '../../results/finding.js';
import type { Verdict } from '../../results/verdict.js';
import { compileOptions } from '../compile-options.js';
import { resultDocument } from '../result-document.js';
import { Turns, type WorkOptions } from '../turns.js';
import { type ElfRun, findingsOf, inputsAtEntry } from './elf-run.js';
import { type FoundTensor, TensorFinder } from './find-tensors.js';
import { type Followed, followJobs, followKernels } from './follow-run.js';
import { causeOf, comparisonsOf, computedIn, stretchOf } from './found-rows.js';
import { resultOfStretches } from './kernel-result.js';

export interface VerifyElfOptions extends WorkOptions {
  /** What messages and the report call the program; "program" by default. */
  readonly file?: string;
  /** Stored into the program's inputs as the network is entered; by default the program keeps its own. */
  readonly inputs?: ReadonlyMap<string, Tensor>;
  readonly hardware?: HardwareParameters;
  readonly backend?: BackendName;
  readonly maxCycles?: number;
  /** Where a tensor differs: says which are at fault and what their values look like (`Verdict.explanation`); true by default. */
  readonly explain?: boolean;
}

/** One kernel of the program, or one tensor that its jobs copied out, beside the reference. */
export interface ElfKernel {
  readonly name: string;
  /** What it made; absent where nothing of the reference was found in what it wrote. */
  readonly found?: FoundTensor;
  readonly cycles: number;
  readonly jobs: number;
}

export interface ElfVerification {
  /** The usual result: a row a kernel, with the SoC's cycles, and the verdict. */
  readonly document: ResultDocument;
  readonly kernels: readonly ElfKernel[];
  /** How tensors were found: by kernel functions, or, where the program names none, by what its jobs copied out. */
  readonly by: 'kernels' | 'jobs';
  /** Where the inputs came from: the caller, the program's own, or the built-in ones (a program without entry symbol). */
  readonly inputs: 'given' | 'program' | 'built-in';
  /** Tensors that layers make and that were not found in the program; where jobs are followed, those of host layers cannot be. */
  readonly missing: readonly string[];
  /** What the program's jobs did oddly (docs/hardware-model.md). */
  readonly notes: readonly string[];
  /** The sanitizer's finding about the first kernel that differs; all findings are in `document`. */
  readonly cause?: Finding;
  readonly exitStatus: number;
  /** Every kernel was found and equals the reference. */
  readonly ok: boolean;
}

/**
 * Runs a binary that another compiler made of `model` on the SoC and compares what its kernels compute with the reference, kernel by kernel.
 * Kernel functions are followed by their symbols (`tvmgen_*`), in whatever order they are called; what each made is found in memory by its
 * values, in any of the layouts that compilers for this chip use, or, where values differ, as the next tensor that the network makes. A
 * program without such symbols is compared by what its accelerator jobs copy out.
 *
 * Throws an ElfError for a file that cannot run, a MachineFault for a program that goes wrong, a LimitError for one that does not end, a
 * UserError for inputs that do not fit. A difference is no error: `ok` is false.
 *
 * @example
 * const { ok, kernels } = await verifyElf(model, readFileSync('htvm-demo.elf'), { file: 'htvm-demo.elf' });
 * console.log(ok, kernels.find((k) => k.found?.comparison.differing !== 0)?.name);
 */
export async function verifyElf(
  model: Model,
  elf: Uint8Array,
  options: VerifyElfOptions = {},
): Promise<ElfVerification> {
  const turns = new Turns(options);
  const run: ElfRun = {
    elf,
    model,
    file: options.file ?? 'program',
    hardware: options.hardware ?? DEFAULT_PARAMETERS,
    maxCycles: options.maxCycles ?? DEFAULT_MAX_CYCLES,
    inputs: options.inputs,
  };
  options.onProgress?.({ what: `${model.name}, reference`, done: 0, total: 2 });
  await turns.pause();
  const entry = inputsAtEntry(run);
  const inputs = entry ?? options.inputs ?? builtinInput(model);
  const backend = await openBackend(options.backend ?? DEFAULT_BACKEND);
  const reference = await turns.run(evaluationSteps(model.main, inputs, model.params, backend));

  options.onProgress?.({ what: `${run.file} on the SoC`, done: 1, total: 2 });
  await turns.pause();
  const program = compile(model, compileOptions({ hardware: run.hardware }));
  const layers = layersByTensor(program);
  const { by, stretches, result, missing } = follow(
    run,
    () => new TensorFinder(reference, inputs.keys(), [...layers.keys()]),
  );

  const computed = computedIn(stretches);
  const tensors = comparisonsOf(computed, layers);
  const wanted = missing.filter(
    (name) => by === 'kernels' || (layers.get(name)?.target ?? 'host') !== 'host',
  );
  const wrong = stretches.find(({ found }) => found === undefined || found.comparison.differing > 0);
  const ok = wrong === undefined && wanted.length === 0;
  const findings = ok ? undefined : findingsOf(run);
  const cause = causeOf(wrong, findings ?? []);
  const explanation =
    options.explain === false || computed.every(({ found }) => found.comparison.differing === 0)
      ? undefined
      : explainValues(
          program,
          model,
          inputs,
          reference,
          computed.map(({ found: { tensor, actual, comparison } }) => ({
            tensor,
            actual,
            differing: comparison.differing,
          })),
        );
  const verdict: Verdict = {
    model: model.name,
    backend: backend.name,
    seed: '',
    run: 0,
    tensors,
    notHeld: reference.tensors.size - new Set([...inputs.keys(), ...tensors.map((t) => t.tensor)]).size,
    ok,
    ...(explanation === undefined ? {} : { explanation }),
  };
  const rows = resultOfStretches(
    model.name,
    run.file,
    stretches.map(stretchOf),
    layers,
    run.hardware,
    result.l2.size,
    [...reference.tensors.keys()].filter((name) => /^output(\.\d+)?$/.test(name)),
  );
  return {
    document: resultDocument('verify', [
      { run: rows, verdicts: [verdict], ...(findings === undefined ? {} : { findings }) },
    ]),
    kernels: stretches.map(({ name, start, end, jobs, found }) => ({
      name,
      ...(found === undefined ? {} : { found }),
      cycles: end - start,
      jobs: jobs.length,
    })),
    by,
    inputs: entry === undefined ? 'built-in' : options.inputs === undefined ? 'program' : 'given',
    missing,
    notes: oddityLines(result.jobs, result.symbols),
    ...(cause === undefined ? {} : { cause }),
    exitStatus: result.exitStatus,
    ok,
  };
}

/** Follows the program by its kernels or, where it names none, by its jobs; a UserError where neither makes anything of the network. */
function follow(
  run: ElfRun,
  finderOf: () => TensorFinder,
): Followed & Pick<ElfVerification, 'by' | 'missing'> {
  for (const [by, followRun] of [['kernels', followKernels] as const, ['jobs', followJobs] as const]) {
    const finder = finderOf();
    const followed = followRun(run, finder);
    if (followed.stretches.length > 0) return { ...followed, by, missing: finder.missing };
  }
  throw new UserError(
    `${run.file} calls no function tvmgen_* and no tensor of ${run.model.name} was copied out of the core: nothing can be compared. Build it with symbols.`,
  );
}

/** Our own compiler's layers by the tensor that each makes, in order: what any compiler of the model is likely to store. */
function layersByTensor(program: Program): Map<string, Layer> {
  const { layers } = program.manifest;
  const makers = new Map<string, Layer>();
  // The first layer of a tensor makes it; layout transforms follow.
  for (const l of layers) if (l.tensor !== undefined && !makers.has(l.tensor)) makers.set(l.tensor, l);
  return makers;
}
