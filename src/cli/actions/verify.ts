import { backendName } from '../../../golden/index.js';
import type { TextOrder } from '../../../golden/recorded.js';
import type { RecordedComparison } from '../../../golden/recorded-match.js';
import { parseShard, shardOf } from '../../../reports/shard.js';
import { UserError } from '../../base/errors.js';
import { type CompileOptions, compile } from '../../compile.js';
import type { LoadedModel } from '../../frontends/model.js';
import type { Model } from '../../ir/expr.js';
import { type RecordedVectors, recordedVectors } from '../../library/recorded-vectors.js';
import { allEqual, joinDocuments, strongEnough } from '../../library/result-document.js';
import { modelInputs } from '../../library/simulate.js';
import { type FinishedRun, type Inputs, verify as verifyModel } from '../../library/verify.js';
import { readRecorded } from '../../node/recorded-folder.js';
import type { NativeVerdict } from '../../node/verify-native.js';
import type { ResultDocument } from '../../results/document.js';
import { OPTIMIZATIONS, type Optimization, type SocRun } from '../../results/soc.js';
import { readInputs } from '../input-files.js';
import { type NamedModel, namedModels } from '../model-argument.js';
import { eachModel, type JobsArguments, jobsOf } from '../model-workers.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { finish, printExplanation } from '../output.js';
import { Progress } from '../progress.js';
import { showRecorded } from '../recorded-lines.js';
import { strengthOf } from '../strength-options.js';
import { printImportSummary, printWarnings } from '../warnings.js';

export interface VerifyArguments extends CompileArguments, ModelArguments, JobsArguments {
  readonly models: readonly string[];
  readonly input: readonly string[] | undefined;
  /** Folder of recorded vectors. */
  readonly golden?: string | undefined;
  /** The order of its text files: "extents", "hwc" or "chw". */
  readonly 'golden-order'?: string | undefined;
  readonly runs: number;
  readonly explain: boolean;
  /** What to change in each network, as a part of its result. */
  readonly advise?: boolean | undefined;
  readonly 'reference-backend': string;
  readonly native?: boolean | undefined;
  /** "program", or "soc": the C project instruction by instruction, too. */
  readonly on?: string | undefined;
  readonly optimize?: string | undefined;
  readonly strength?: number | undefined;
  readonly 'min-strength'?: string | undefined;
  readonly json: string | undefined;
  readonly report: string | undefined;
  readonly shard: string | undefined;
}

/** What one model gives: the result, and what is compared beside simulator and reference. */
interface VerifiedModel {
  readonly document: ResultDocument;
  /** With recorded vectors (--golden). */
  readonly recorded: readonly RecordedComparison[];
  /** With the native C program (--native). */
  readonly natives: readonly NativeVerdict[];
}

/** What the arguments ask for, checked: the same in every thread that works on it. */
interface VerifyWork {
  readonly args: VerifyArguments;
  readonly options: CompileOptions;
  readonly models: readonly NamedModel[];
  /** How the C compiler optimizes for --on soc; undefined without. */
  readonly soc: Optimization | undefined;
}

/** `--on` and `--optimize`. Throws a UserError for other words and without the tools that build for the SoC. */
async function socOptimization({
  on = 'program',
  optimize = 'O2',
}: VerifyArguments): Promise<Optimization | undefined> {
  if (on !== 'program' && on !== 'soc') throw new UserError(`--on is "${on}"; must be program or soc.`);
  const optimization = OPTIMIZATIONS.find((o) => o === optimize.replace(/^-/, ''));
  if (optimization === undefined)
    throw new UserError(`--optimize is "${optimize}"; must be one of ${OPTIMIZATIONS.join(', ')}.`);
  if (on === 'program') return undefined;
  const { requireCrossTools } = await import('../../node/toolchain/soc.js');
  requireCrossTools();
  return optimization;
}

/** Arguments that do not go together. Throws a UserError for the first. */
function checkArguments(args: VerifyArguments, models: number, target: string): void {
  if (args.native === true && target !== 'c')
    throw new UserError(`target "${target}" needs the digital core; use --target c with --native.`);
  if (args.golden !== undefined && (models > 1 || args.runs > 1 || args.input !== undefined))
    throw new UserError('--golden goes with one model and one run, and brings its own input.');
  if (args.input !== undefined && (models > 1 || args.runs > 1))
    throw new UserError('--input goes with one model and one run.');
}

const TEXT_ORDERS: Readonly<Record<string, TextOrder>> = {
  extents: 'by-extents',
  hwc: 'height-width-channel',
  chw: 'row-major',
};

/** `--golden-order`. Throws a UserError for other words. */
function textOrder({ 'golden-order': asked = 'extents' }: VerifyArguments): TextOrder {
  if (!Object.hasOwn(TEXT_ORDERS, asked))
    throw new UserError(`--golden-order is "${asked}"; must be ${Object.keys(TEXT_ORDERS).join(', ')}.`);
  return TEXT_ORDERS[asked]!;
}

/** The inputs that files give, and the recorded vectors that they come with. */
function givenInputs(
  model: Model,
  args: VerifyArguments,
): { readonly inputs?: Inputs; readonly recorded?: RecordedVectors } {
  if (args.input !== undefined) return { inputs: readInputs(args.input, modelInputs(model)) };
  if (args.golden === undefined) return {};
  const recorded = recordedVectors(readRecorded(args.golden, textOrder(args)), model, args.seed);
  return { inputs: recorded.inputs, recorded };
}

/** One model, by its place in the list: what is wrong with its files is said before anything else is. */
export async function verifyModelOf(
  { args, options, models, soc }: VerifyWork,
  index: number,
  running: (what: string) => void,
): Promise<VerifiedModel> {
  const model = await models[index]!.build();
  const strength = strengthOf(args);
  const { inputs, recorded } = givenInputs(model, args);
  printImportSummary(model.name, (model as Partial<LoadedModel>).summary ?? []);
  const program = compile(model, options);
  printWarnings(program.manifest.warnings, 'the report lists each');
  const beside = { recorded: [] as RecordedComparison[], natives: [] as NativeVerdict[] };
  const onRun = async ({ inputs: used, reference, number }: FinishedRun): Promise<SocRun | undefined> => {
    beside.recorded.push(...(recorded?.compare(reference.tensors) ?? []));
    if (args.native === true) {
      const { verifyNative } = await import('../../node/verify-native.js');
      beside.natives.push(verifyNative(program, used, reference.tensors));
    }
    if (soc === undefined) return undefined;
    const { verifyOnSoc } = await import('../../node/verify-on-soc.js');
    return verifyOnSoc(program, used, reference.tensors, { optimization: soc, run: number });
  };
  const document = await verifyModel(model, {
    ...options,
    program,
    ...(inputs === undefined ? {} : { inputs }),
    seed: args.seed,
    runs: args.runs,
    explain: args.explain,
    onRefused: printExplanation,
    backend: backendName(args['reference-backend']),
    ...(strength === undefined ? {} : { strength }),
    onProgress: ({ what }) => running(what),
    onRun,
  });
  if (args.advise !== true) return { document, ...beside };
  const { withAdvice } = await import('../../advise/with-advice.js');
  return { document: withAdvice(document, model, options), ...beside };
}

/** What the arguments ask for. Throws a UserError for the first that makes no sense. */
export async function verifyWork(args: VerifyArguments): Promise<VerifyWork> {
  if (!Number.isInteger(args.runs) || args.runs < 1)
    throw new UserError(`--runs is ${args.runs}; must be a whole number of at least 1.`);
  const options = await readCompileOptions(args);
  const all = await namedModels(args.models, args);
  const models = args.shard === undefined ? all : shardOf(all, parseShard(args.shard));
  checkArguments(args, all.length, options.target);
  strengthOf(args);
  backendName(args['reference-backend']);
  return { args, options, models, soc: await socOptimization(args) };
}

/** The command `verify`. Resolves to the exit status: 0 when every tensor is equal and the test as strong as asked for, else 1. */
export async function verify(args: VerifyArguments): Promise<number> {
  jobsOf(args);
  const work = await verifyWork(args);
  const progress = new Progress(work.models.length);
  const names = work.models.map((m) => m.name);
  const verified: VerifiedModel[] = [];
  const here = (index: number) => verifyModelOf(work, index, (what) => progress.running(what));
  for await (const model of eachModel('verify', args, names, progress, here)) verified.push(model);
  progress.end();
  const document = joinDocuments(
    'verify',
    verified.map((v) => v.document),
  );
  const recorded = verified.flatMap((v) => v.recorded);
  const natives = verified.flatMap((v) => v.natives);
  await finish(document, args);
  if (args.golden !== undefined) process.stdout.write(showRecorded(recorded));
  for (const { line } of natives) process.stdout.write(`${line}\n`);
  const equal =
    allEqual(document) &&
    strongEnough(document) &&
    recorded.every((r) => r.differing === 0) &&
    natives.every((n) => n.ok);
  return equal ? 0 : 1;
}
