import {
  type Backend,
  backendName,
  compareTensor,
  evaluate,
  openBackend,
  type Reference,
} from '../../golden/index.js';
import type { RecordedComparison } from '../../golden/recorded-match.js';
import { parseShard, shardOf } from '../../reports/shard.js';
import { type HeldTensor, type ProgramRun, runProgram } from '../../sim/program/run.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import { type CompileOptions, compile } from '../compile.js';
import { GENERATOR } from '../generator.js';
import { inputsOf, type Model } from '../ir/expr.js';
import { builtinInput } from '../models/builtin-input.js';
import { tileOfElement } from '../program/tiles.js';
import type { Layer, Program } from '../program/types.js';
import { type ModelResult, RESULT_FORMAT, RESULT_VERSION, type ResultDocument } from '../results/document.js';
import type { RunResult } from '../results/run.js';
import { OPTIMIZATIONS, type Optimization, type SocRun } from '../results/soc.js';
import type { Difference, TensorComparison, Verdict } from '../results/verdict.js';
import { requireCrossTools } from '../toolchain/soc.js';
import { programInputs } from './input-files.js';
import { namedModels } from './model-argument.js';
import { type NativeVerdict, verifyNative } from './native-verification.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from './options.js';
import { finish } from './output.js';
import { breathe, Progress } from './progress.js';
import { recordedVectors, showRecorded } from './recorded-vectors.js';
import { verifyOnSoc } from './soc-verification.js';
import { printWarnings } from './warnings.js';

export interface VerifyArguments extends CompileArguments, ModelArguments {
  readonly models: readonly string[];
  readonly input: readonly string[] | undefined;
  /** Folder of recorded vectors. */
  readonly golden?: string | undefined;
  readonly runs: number;
  readonly 'reference-backend': string;
  readonly native?: boolean | undefined;
  /** "program", or "soc": the C project instruction by instruction, too. */
  readonly on?: string | undefined;
  readonly optimize?: string | undefined;
  readonly json: string | undefined;
  readonly report: string | undefined;
  readonly shard: string | undefined;
}

/**
 * Where an element came from, for a difference's line. Where the last write is not the making layer's, the layer left the
 * element out and the bytes are stale: then the tile that should have written it is named.
 */
function originOf(program: Program, held: HeldTensor, index: number): Partial<Difference> {
  const { layers, steps } = program.manifest;
  const stepIndex = held.writerOf(index);
  const step = steps[stepIndex];
  const named = (layer: Layer): string => layer.layer ?? layer.name;
  const maker = layers[held.layer]!;
  if (step?.layer !== held.layer) {
    const tile = tileOfElement(maker, index);
    const left =
      step === undefined ? 'the image or an input' : `step ${stepIndex} (${named(layers[step.layer]!)})`;
    const origin = { layer: named(maker), writer: `never written there: bytes of ${left} are left` };
    return tile === undefined ? origin : { ...origin, tile };
  }
  const origin = { step: stepIndex, layer: named(maker) };
  return step.kind === 'job'
    ? { ...origin, tile: step.tile, writer: step.note }
    : { ...origin, writer: 'host kernel' };
}

/** Compares one buffer's tensor with the reference. */
function compareHeld(program: Program, held: HeldTensor, reference: Reference): TensorComparison {
  const name = held.buffer.tensor!;
  const { first, ...counts } = compareTensor(reference.tensors.get(name)!, held.tensor);
  const maker = program.manifest.layers.find((l) => l.tensor === name);
  const wrapped = reference.wrapped.get(name);
  const distance = reference.tfjsDistance.get(name);
  return {
    tensor: name,
    ...(maker?.layer === undefined ? {} : { layer: maker.layer }),
    operator: maker?.operators[0] ?? 'input',
    where: maker?.target ?? 'host',
    shape: held.tensor.shape,
    dtype: held.tensor.dtype,
    elements: held.tensor.data.length,
    ...counts,
    ...(first === undefined
      ? {}
      : {
          first: {
            coordinates: first.coordinates,
            expected: first.expected,
            actual: first.actual,
            ...originOf(program, held, first.index),
          },
        }),
    ...(wrapped === undefined ? {} : { wrapped }),
    ...(distance === undefined ? {} : { tfjsDistance: distance }),
  };
}

/** A tensor that lies in several places (L1 and L2, either layout) is compared in each; the row tells of the worst. */
function worst(rows: readonly TensorComparison[]): TensorComparison[] {
  const byName = new Map<string, TensorComparison>();
  for (const row of rows) {
    const known = byName.get(row.tensor);
    if (known === undefined || row.differing > known.differing) byName.set(row.tensor, row);
  }
  return [...byName.values()];
}

/** One simulated run beside the reference. */
export interface VerifiedRun {
  readonly run: ProgramRun;
  readonly verdict: Verdict;
  readonly reference: Reference;
}

/**
 * Runs a program and compares every tensor that it holds whole in memory with the reference's. Throws a ProgramFault when the
 * simulated chip refuses a step.
 */
export const verifyRun = (
  program: Program,
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
  backend: Backend,
  identity: { readonly seed: string; readonly run: number },
): VerifiedRun =>
  compareRun(program, model.name, inputs, evaluate(model.main, inputs, model.params, backend), {
    ...identity,
    backend: backend.name,
  });

/** `verifyRun` beside a reference that is there already: several programs of one model share it. */
export function compareRun(
  program: Program,
  model: string,
  inputs: ReadonlyMap<string, Tensor>,
  reference: Reference,
  identity: { readonly backend: string; readonly seed: string; readonly run: number },
): VerifiedRun {
  const rows: TensorComparison[] = [];
  const run = runProgram(program, inputs, {
    onTensor: (held) => {
      if (held.buffer.tensor === undefined) return;
      if (!reference.tensors.has(held.buffer.tensor))
        throw new UserError(
          `the program holds tensor ${held.buffer.tensor}, which model ${model} does not have.`,
        );
      rows.push(compareHeld(program, held, reference));
    },
  });
  const tensors = worst(rows);
  return {
    run,
    reference,
    verdict: {
      model,
      ...identity,
      tensors,
      notHeld: reference.tensors.size - new Set([...inputs.keys(), ...tensors.map((t) => t.tensor)]).size,
      ok: tensors.every((t) => t.differing === 0),
    },
  };
}

/** The first of several runs of one program, with the overflows of all: they depend on the data, everything else does not. */
export function combined(runs: readonly RunResult[]): RunResult {
  const first = runs[0]!;
  const sum = (of: (run: RunResult) => number): number => runs.reduce((n, run) => n + of(run), 0);
  return {
    ...first,
    layers: first.layers.map((layer, i) => ({ ...layer, overflows: sum((r) => r.layers[i]!.overflows) })),
    totals: { ...first.totals, overflows: sum((r) => r.totals.overflows) },
  };
}

/** What is compared beside simulator and reference: recorded vectors (--golden), the native C program (--native). */
interface Beside {
  readonly recorded: RecordedComparison[];
  readonly natives: NativeVerdict[];
  /** How the C compiler optimizes for --on soc; undefined without. */
  readonly soc: Optimization | undefined;
}

/** `--on` and `--optimize`. Throws a UserError for other words and without the tools that build for the SoC. */
function socOptimization({ on = 'program', optimize = 'O2' }: VerifyArguments): Optimization | undefined {
  if (on !== 'program' && on !== 'soc') throw new UserError(`--on is "${on}"; must be program or soc.`);
  const optimization = OPTIMIZATIONS.find((o) => o === optimize.replace(/^-/, ''));
  if (optimization === undefined)
    throw new UserError(`--optimize is "${optimize}"; must be one of ${OPTIMIZATIONS.join(', ')}.`);
  if (on === 'program') return undefined;
  requireCrossTools();
  return optimization;
}

/** Compiles a model and verifies its runs; the report shows the first run's cycles (they do not depend on the data). */
async function verifyModel(
  model: Model,
  options: CompileOptions,
  args: VerifyArguments,
  backend: Backend,
  progress: Progress,
  beside: Beside,
): Promise<ModelResult> {
  // Files first: what is wrong with them is said before anything else is.
  const declared = inputsOf(model).map(({ name, type }) => ({ name, shape: type.shape, dtype: type.dtype }));
  const given = args.input === undefined ? undefined : programInputs(args.input, declared);
  const recorded = args.golden === undefined ? undefined : recordedVectors(args.golden, model, args.seed);
  const program = compile(model, options);
  printWarnings(program.manifest.warnings, 'the report lists each');
  const runs: VerifiedRun[] = [];
  const soc: SocRun[] = [];
  for (let run = 0; run < args.runs; run++) {
    progress.running(args.runs === 1 ? model.name : `${model.name}, run ${run + 1} of ${args.runs}`);
    await breathe();
    const inputs = recorded?.inputs ?? given ?? builtinInput(model, args.seed, run);
    const verified = verifyRun(program, model, inputs, backend, { seed: args.seed, run });
    runs.push(verified);
    beside.recorded.push(...(recorded?.compare(verified.reference.tensors) ?? []));
    if (args.native === true) beside.natives.push(verifyNative(program, inputs, verified.reference.tensors));
    if (beside.soc !== undefined)
      soc.push(verifyOnSoc(program, inputs, verified.reference.tensors, { optimization: beside.soc, run }));
  }
  return {
    run: combined(runs.map((r) => r.run.result)),
    verdicts: runs.map((r) => r.verdict),
    ...(beside.soc === undefined ? {} : { soc }),
  };
}

/** The command `verify`. Resolves to the exit status: 0 when every tensor is equal, 1 on a difference. */
export async function verify(args: VerifyArguments): Promise<number> {
  if (!Number.isInteger(args.runs) || args.runs < 1)
    throw new UserError(`--runs is ${args.runs}; must be a whole number of at least 1.`);
  const options = await readCompileOptions(args);
  if (args.native === true && options.target !== 'c')
    throw new UserError(`target "${options.target}" needs the digital core; use --target c with --native.`);
  const all = await namedModels(args.models, args);
  const models = args.shard === undefined ? all : shardOf(all, parseShard(args.shard));
  if (args.golden !== undefined && (all.length > 1 || args.runs > 1 || args.input !== undefined))
    throw new UserError('--golden goes with one model and one run, and brings its own input.');
  if (args.input !== undefined && (all.length > 1 || args.runs > 1))
    throw new UserError('--input goes with one model and one run.');
  const backend = await openBackend(backendName(args['reference-backend']));
  const results: ModelResult[] = [];
  const beside: Beside = { recorded: [], natives: [], soc: socOptimization(args) };
  const progress = new Progress(models.length);
  for (const m of models) {
    progress.running(m.name);
    results.push(await verifyModel(await m.build(), options, args, backend, progress, beside));
    progress.step();
  }
  progress.end();
  const document: ResultDocument = {
    format: RESULT_FORMAT,
    version: RESULT_VERSION,
    generator: GENERATOR,
    command: 'verify',
    models: results,
  };
  await finish(document, args);
  if (args.golden !== undefined) process.stdout.write(showRecorded(beside.recorded));
  for (const { line } of beside.natives) process.stdout.write(`${line}\n`);
  const allEqual =
    results.every((r) => r.verdicts.every((v) => v.ok)) &&
    beside.recorded.every((r) => r.differing === 0) &&
    beside.natives.every((n) => n.ok) &&
    results.every((r) => (r.soc ?? []).every((s) => s.ok));
  return allEqual ? 0 : 1;
}
