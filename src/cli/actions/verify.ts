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
import { useTfjsInNode } from '../../node/tfjs-in-node.js';
import type { NativeVerdict } from '../../node/verify-native.js';
import type { ResultDocument } from '../../results/document.js';
import { OPTIMIZATIONS, type Optimization, type SocRun } from '../../results/soc.js';
import { readInputs } from '../input-files.js';
import { namedModels } from '../model-argument.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { finish, printExplanation } from '../output.js';
import { Progress } from '../progress.js';
import { showRecorded } from '../recorded-lines.js';
import { strengthOf } from '../strength-options.js';
import { printImportSummary, printWarnings } from '../warnings.js';

export interface VerifyArguments extends CompileArguments, ModelArguments {
  readonly models: readonly string[];
  readonly input: readonly string[] | undefined;
  /** Folder of recorded vectors. */
  readonly golden?: string | undefined;
  /** The order of its text files: "extents", "hwc" or "chw". */
  readonly 'golden-order'?: string | undefined;
  readonly runs: number;
  readonly explain: boolean;
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

/** What is compared beside simulator and reference: recorded vectors (--golden), the native C program (--native). */
interface Beside {
  readonly recorded: RecordedComparison[];
  readonly natives: NativeVerdict[];
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

/** One model: what is wrong with its files is said before anything else is. */
async function verifyOne(
  model: Model,
  options: CompileOptions,
  args: VerifyArguments,
  progress: Progress,
  beside: Beside,
): Promise<ResultDocument> {
  const strength = strengthOf(args);
  const { inputs, recorded } = givenInputs(model, args);
  printImportSummary(model.name, (model as Partial<LoadedModel>).summary ?? []);
  const program = compile(model, options);
  printWarnings(program.manifest.warnings, 'the report lists each');
  const onRun = async ({ inputs: used, reference, number }: FinishedRun): Promise<SocRun | undefined> => {
    beside.recorded.push(...(recorded?.compare(reference.tensors) ?? []));
    if (args.native === true) {
      const { verifyNative } = await import('../../node/verify-native.js');
      beside.natives.push(verifyNative(program, used, reference.tensors));
    }
    if (beside.soc === undefined) return undefined;
    const { verifyOnSoc } = await import('../../node/verify-on-soc.js');
    return verifyOnSoc(program, used, reference.tensors, { optimization: beside.soc, run: number });
  };
  return verifyModel(model, {
    ...options,
    program,
    ...(inputs === undefined ? {} : { inputs }),
    seed: args.seed,
    runs: args.runs,
    explain: args.explain,
    onRefused: printExplanation,
    backend: backendName(args['reference-backend']),
    ...(strength === undefined ? {} : { strength }),
    onProgress: ({ what }) => progress.running(what),
    onRun,
  });
}

/** The command `verify`. Resolves to the exit status: 0 when every tensor is equal and the test as strong as asked for, else 1. */
export async function verify(args: VerifyArguments): Promise<number> {
  if (!Number.isInteger(args.runs) || args.runs < 1)
    throw new UserError(`--runs is ${args.runs}; must be a whole number of at least 1.`);
  const options = await readCompileOptions(args);
  const all = await namedModels(args.models, args);
  const models = args.shard === undefined ? all : shardOf(all, parseShard(args.shard));
  checkArguments(args, all.length, options.target);
  strengthOf(args);
  backendName(args['reference-backend']);
  useTfjsInNode();
  const beside: Beside = { recorded: [], natives: [], soc: await socOptimization(args) };
  const progress = new Progress(models.length);
  const documents: ResultDocument[] = [];
  for (const m of models) {
    progress.running(m.name);
    documents.push(await verifyOne(await m.build(), options, args, progress, beside));
    progress.step();
  }
  progress.end();
  const document = joinDocuments('verify', documents);
  await finish(document, args);
  if (args.golden !== undefined) process.stdout.write(showRecorded(beside.recorded));
  for (const { line } of beside.natives) process.stdout.write(`${line}\n`);
  const equal =
    allEqual(document) &&
    strongEnough(document) &&
    beside.recorded.every((r) => r.differing === 0) &&
    beside.natives.every((n) => n.ok);
  return equal ? 0 : 1;
}
