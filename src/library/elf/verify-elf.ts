import {
  type BackendName,
  DEFAULT_BACKEND,
  evaluationSteps,
  openBackend,
  type Reference,
} from '../../../golden/index.js';
import type { AnalogJobReport } from '../../../sim/core/analog-core.js';
import type { JobReport } from '../../../sim/core/digital-core.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../../sim/isa/parameters.js';
import { bytesFromValues } from '../../../sim/program/tensor-access.js';
import { peekBytes, pokeBytes } from '../../../sim/soc/access.js';
import { type FinishedKernel, isEntryName, KernelFollower } from '../../../sim/soc/kernel-calls.js';
import { oddityLines } from '../../../sim/soc/oddities.js';
import {
  checkOf,
  DEFAULT_MAX_CYCLES,
  resultOf,
  runToExit,
  type SocResult,
} from '../../../sim/soc/run-elf.js';
import { Soc, type SocOptions } from '../../../sim/soc/soc.js';
import { UserError } from '../../base/errors.js';
import { denseBytes, type Tensor } from '../../base/tensor.js';
import { compile } from '../../compile.js';
import { explainValues } from '../../explain/from-values.js';
import { inputsOf, type Model } from '../../ir/expr.js';
import { builtinInput } from '../../models/builtin-input.js';
import type { Layer, Program } from '../../program/types.js';
import type { ResultDocument } from '../../results/document.js';
import type { Finding } from '../../results/finding.js';
import type { TensorComparison } from '../../results/verdict.js';
import { worst } from '../compare-held.js';
import { compileOptions } from '../compile-options.js';
import { resultDocument } from '../result-document.js';
import { Turns, type WorkOptions } from '../turns.js';
import { type Area, type FoundTensor, TensorFinder } from './find-tensors.js';
import { coreOf, resultOfStretches, type Stretch } from './kernel-result.js';
import { tensorAt } from './memory-layout.js';

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

/** The network's inputs as the program holds them when its entry is called, or as they are given. */
class EntryInputs {
  values: ReadonlyMap<string, Tensor> | undefined;
  readonly #model: Model;
  readonly #given: ReadonlyMap<string, Tensor> | undefined;

  constructor(model: Model, given: ReadonlyMap<string, Tensor> | undefined) {
    this.#model = model;
    this.#given = given;
  }

  /** Reads (or writes) the inputs: `*_run` takes structs of pointers, `__tvm_main__` the pointers themselves. */
  entered(soc: Soc, name: string, args: readonly number[]): void {
    if (this.values !== undefined) return;
    const declared = inputsOf(this.#model);
    const pointers = name.endsWith('_run') ? this.#struct(soc, args[0]!, declared.length) : args;
    const values = new Map<string, Tensor>();
    for (const [i, { name: input, type }] of declared.entries()) {
      const at = pointers[i]!;
      const given = this.#given?.get(input);
      if (given !== undefined && !pokeBytes(soc, at, bytesFromValues(given))) return;
      const bytes = peekBytes(soc, at, denseBytes(type.shape, type.dtype));
      if (bytes === undefined) return;
      const like = { shape: type.shape, dtype: type.dtype, data: new Int8Array(0) } as Tensor;
      values.set(input, tensorAt(bytes, 0, like, 'dense')!);
    }
    this.values = values;
  }

  #struct(soc: Soc, at: number, count: number): number[] {
    const bytes = peekBytes(soc, at, 4 * count);
    if (bytes === undefined) return new Array<number>(count).fill(0);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true));
  }
}

/** What a followed run gave: its stretches with what each made. */
interface Followed {
  readonly result: SocResult;
  readonly stretches: readonly (Omit<Stretch, 'made'> & { readonly found: FoundTensor | undefined })[];
}

/** Ends a run whose inputs are known. */
class InputsKnown extends Error {}

/** The inputs that the program's entry gets; the run ends there. Without an entry symbol there are none. */
function inputsAtEntry(elf: Uint8Array, model: Model, options: VerifyElfOptions): EntryInputs {
  const inputs = new EntryInputs(model, options.inputs);
  const follower = new KernelFollower({
    entered: (name, args) => {
      inputs.entered(soc, name, args);
      throw new InputsKnown();
    },
    finished: () => {},
  });
  const soc = machineOf(elf, options, follower);
  if (soc.symbols.namesLike('tvmgen_').some(isEntryName))
    try {
      runToExit(soc, options.maxCycles ?? DEFAULT_MAX_CYCLES);
    } catch (error) {
      if (!(error instanceof InputsKnown)) throw error;
    }
  return inputs;
}

function machineOf(
  elf: Uint8Array,
  options: VerifyElfOptions,
  follower: KernelFollower,
  more: Pick<SocOptions, 'onJob' | 'onAnalogJob' | 'watch'> = {},
): Soc {
  const soc = new Soc(elf, {
    file: options.file ?? 'program',
    parameters: options.hardware ?? DEFAULT_PARAMETERS,
    observer: follower,
    ...more,
  });
  follower.attach(soc);
  return soc;
}

/** L1 at the first outputs of the compute jobs from `firstJob` on: a layer's result may stay there for the next layer. */
function l1Area({ l1, jobs }: Soc, firstJob: number): Area {
  const outputs = jobs
    .slice(firstJob)
    .flatMap(({ report }) =>
      report.kind === 'compute' ? report.instructions.map((i) => i.operation.output) : [],
    );
  const offsets = outputs.length === 0 ? [] : [Math.min(...outputs)];
  return { memory: 'L1', bytes: l1.raw(), offsets };
}

/** Offsets in L2 of what may be pointers, each once. */
const offsetsIn = (addresses: readonly number[], { l2 }: Soc): number[] => [
  ...new Set(addresses.map((a) => a - l2.base).filter((at) => at >= 0 && at < l2.size)),
];

/** Runs the program kernel by kernel: each with the tensor that it made. */
function followKernels(
  elf: Uint8Array,
  model: Model,
  options: VerifyElfOptions,
  finder: TensorFinder,
): Followed {
  const kernels: (FinishedKernel & { readonly found: FoundTensor | undefined })[] = [];
  const inputs = new EntryInputs(model, options.inputs);
  const follower = new KernelFollower({
    entered: (name, args) => inputs.entered(soc, name, args),
    finished: (k) =>
      kernels.push({
        ...k,
        found: finder.find([
          { memory: 'L2', bytes: soc.l2.raw(), before: k.before, offsets: offsetsIn(k.args, soc) },
          l1Area(soc, k.firstJob),
        ]),
      }),
  });
  const soc = machineOf(elf, options, follower);
  runToExit(soc, options.maxCycles ?? DEFAULT_MAX_CYCLES);
  const result = resultOf(soc, '');
  return {
    result,
    stretches: kernels.map(({ name, start, end, firstJob, endJob, found }) => ({
      name,
      start,
      end,
      jobs: result.jobs.slice(firstJob, endJob),
      found,
    })),
  };
}

/** Addresses of copies out that a tensor under way may have begun at. */
const MOST_BASES = 8;

/** Where kernels are not known: a tensor is complete with the copy after which all of it is there. */
function followJobs(
  elf: Uint8Array,
  model: Model,
  options: VerifyElfOptions,
  finder: TensorFinder,
): Followed {
  const made: { readonly firstJob: number; readonly job: number; readonly found: FoundTensor }[] = [];
  const inputs = new EntryInputs(model, options.inputs);
  let firstJob = 0;
  let bases: number[] = [];
  const follower = new KernelFollower({
    entered: (name, args) => inputs.entered(soc, name, args),
    finished: () => {},
  });
  const onJob = (report: JobReport | AnalogJobReport, machine: Soc): void => {
    const { l2, jobs: started } = machine;
    if (report.kind === 'copyIn') return;
    if (report.kind === 'copyOut') {
      const at = report.l2Address - l2.base;
      bases = [at, ...bases.filter((b) => b !== at)].slice(0, MOST_BASES);
    }
    const found = finder.find(
      [{ memory: 'L2', bytes: l2.raw(), before: start, offsets: bases }, l1Area(machine, firstJob)],
      true,
    );
    if (found === undefined || found.by === 'copy') return;
    const job = started.length - 1;
    made.push({ firstJob, job, found });
    firstJob = job + 1;
    bases = [];
  };
  const soc: Soc = machineOf(elf, options, follower, { onJob, onAnalogJob: onJob });
  const start = soc.l2.raw().slice();
  runToExit(soc, options.maxCycles ?? DEFAULT_MAX_CYCLES);
  const result = resultOf(soc, '');
  return {
    result,
    stretches: made.map(({ firstJob: from, job, found }) => {
      const jobs = result.jobs.slice(from, job + 1);
      return { name: `jobs ${from} to ${job}`, start: jobs[0]!.start, end: jobs.at(-1)!.end, jobs, found };
    }),
  };
}

/** What the sanitizer finds in the program, run once more on the same inputs. */
function findingsOf(elf: Uint8Array, model: Model, options: VerifyElfOptions): Finding[] {
  const inputs = new EntryInputs(model, options.inputs);
  const follower = new KernelFollower({
    entered: (name, args) => inputs.entered(soc, name, args),
    finished: () => {},
  });
  const check = checkOf({ check: true });
  const soc = machineOf(elf, options, follower, check.options);
  runToExit(soc, options.maxCycles ?? DEFAULT_MAX_CYCLES);
  return check.findings();
}

/** The finding about a job of the first kernel that is wrong, or about one before it. */
function causeOf(
  wrong: Omit<Stretch, 'made'> | undefined,
  findings: readonly Finding[],
): Finding | undefined {
  const jobs = new Set(wrong?.jobs.map(({ index }) => index));
  const last = wrong?.jobs.at(-1)?.index ?? -1;
  return (
    findings.find(({ first: { job } }) => job !== undefined && jobs.has(job)) ??
    findings.find(({ first: { job } }) => job !== undefined && job <= last)
  );
}

/** A tensor for the result's row; one that only moved says where to. */
function madeOf({ tensor, actual, by, memory, layout }: FoundTensor): NonNullable<Stretch['made']> {
  if (by !== 'copy') return { tensor, actual };
  return { tensor, actual, moved: memory === 'L2' && layout === 'dense' ? 'to the host' : 'to the core' };
}

function comparisonOf(
  found: FoundTensor,
  name: string,
  layer: Layer | undefined,
  where: TensorComparison['where'],
): TensorComparison {
  const { first, ...counts } = found.comparison;
  const { actual } = found;
  return {
    tensor: found.tensor,
    ...(layer?.layer === undefined ? {} : { layer: layer.layer }),
    operator: layer?.operators[0] ?? name,
    where,
    shape: actual.shape,
    dtype: actual.dtype,
    elements: actual.data.length,
    ...counts,
    ...(first === undefined
      ? {}
      : {
          first: {
            coordinates: first.coordinates,
            expected: first.expected,
            actual: first.actual,
            layer: layer?.layer ?? found.tensor,
            writer: name,
          },
        }),
  };
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
  const hardware = options.hardware ?? DEFAULT_PARAMETERS;
  const file = options.file ?? 'program';
  options.onProgress?.({ what: `${model.name}, reference`, done: 0, total: 2 });
  await turns.pause();
  const entry = inputsAtEntry(elf, model, options);
  const inputs = entry.values ?? options.inputs ?? builtinInput(model);
  const backend = await openBackend(options.backend ?? DEFAULT_BACKEND);
  const reference: Reference = await turns.run(evaluationSteps(model.main, inputs, model.params, backend));

  options.onProgress?.({ what: `${file} on the SoC`, done: 1, total: 2 });
  await turns.pause();
  const program = compile(model, compileOptions({ hardware }));
  const layers = layersByTensor(program);
  const finderOf = (): TensorFinder => new TensorFinder(reference, inputs.keys(), [...layers.keys()]);
  let finder = finderOf();
  let by: ElfVerification['by'] = 'kernels';
  let followed = followKernels(elf, model, options, finder);
  if (followed.stretches.length === 0) {
    finder = finderOf();
    by = 'jobs';
    followed = followJobs(elf, model, options, finder);
  }
  const { stretches, result } = followed;
  if (stretches.length === 0)
    throw new UserError(
      `${file} calls no function tvmgen_* and no tensor of ${model.name} was copied out of the core: nothing can be compared. Build it with symbols.`,
    );

  const rows = stretches.flatMap(({ name, jobs, found }) =>
    found === undefined || found.by === 'copy'
      ? []
      : [comparisonOf(found, name, layers.get(found.tensor), coreOf(jobs))],
  );
  const tensors = worst(rows);
  const unmatched = stretches.filter((s) => s.found === undefined);
  const wanted = finder.missing.filter(
    (name) => by === 'kernels' || (layers.get(name)?.target ?? 'host') !== 'host',
  );
  const ok = tensors.every((t) => t.differing === 0) && unmatched.length === 0 && wanted.length === 0;
  const outputs = [...reference.tensors.keys()].filter((name) => /^output(\.\d+)?$/.test(name));
  const findings = ok ? undefined : findingsOf(elf, model, options);
  const wrong = stretches.find(({ found }) => found === undefined || found.comparison.differing > 0);
  const cause = causeOf(wrong, findings ?? []);
  const run = resultOfStretches(
    model.name,
    file,
    stretches.map(({ found, ...s }): Stretch => (found === undefined ? s : { ...s, made: madeOf(found) })),
    layers,
    hardware,
    result.l2.size,
    outputs,
  );
  const made = stretches.flatMap(({ found }) =>
    found === undefined || found.by === 'copy'
      ? []
      : [{ tensor: found.tensor, actual: found.actual, differing: found.comparison.differing }],
  );
  const unexplained = options.explain === false || made.every((m) => m.differing === 0);
  const explanation = unexplained ? undefined : explainValues(program, model, inputs, reference, made);
  const verdict = {
    model: model.name,
    backend: backend.name,
    seed: '',
    run: 0,
    tensors,
    notHeld: reference.tensors.size - new Set([...inputs.keys(), ...tensors.map((t) => t.tensor)]).size,
    ok,
    ...(explanation === undefined ? {} : { explanation }),
  };
  return {
    document: resultDocument('verify', [
      { run, verdicts: [verdict], ...(findings === undefined ? {} : { findings }) },
    ]),
    kernels: stretches.map(({ name, start, end, jobs, found }) => ({
      name,
      ...(found === undefined ? {} : { found }),
      cycles: end - start,
      jobs: jobs.length,
    })),
    by,
    inputs: entry.values === undefined ? 'built-in' : options.inputs === undefined ? 'program' : 'given',
    missing: finder.missing,
    notes: oddityLines(result.jobs, result.symbols),
    ...(cause === undefined ? {} : { cause }),
    exitStatus: result.exitStatus,
    ok,
  };
}

/** Our own compiler's layers by the tensor that each makes, in order: what any compiler of the model is likely to store. */
function layersByTensor(program: Program): Map<string, Layer> {
  const { layers } = program.manifest;
  const makers = new Map<string, Layer>();
  // The first layer of a tensor makes it; layout transforms follow.
  for (const l of layers) if (l.tensor !== undefined && !makers.has(l.tensor)) makers.set(l.tensor, l);
  return makers;
}
