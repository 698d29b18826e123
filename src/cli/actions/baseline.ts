import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stableJson } from '../../../reports/json.js';
import { type Baseline, baselineFile, readBaseline } from '../../../reports/regression/baseline.js';
import { parseShard, shardOf } from '../../../reports/shard.js';
import { UserError } from '../../base/errors.js';
import type { CompileOptions } from '../../compile.js';
import { baseline as baselineModel, compareBaselines } from '../../library/baseline.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { readText } from '../../node/files.js';
import { type NamedModel, namedModels } from '../model-argument.js';
import { eachModel, type JobsArguments, jobsOf } from '../model-workers.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { printComparison } from '../output.js';
import { Progress } from '../progress.js';
import { strengthOf } from '../strength-options.js';

export interface BaselineArguments extends CompileArguments, ModelArguments, JobsArguments {
  readonly models: readonly string[];
  readonly output: string;
  readonly strength?: number | undefined;
  readonly shard: string | undefined;
}

/** What the arguments ask for, checked: the same in every thread that works on it. */
interface BaselineWork {
  readonly args: BaselineArguments;
  readonly options: CompileOptions;
  readonly models: readonly NamedModel[];
}

/** What the arguments ask for. Throws a UserError for the first that makes no sense. */
export async function baselineWork(args: BaselineArguments): Promise<BaselineWork> {
  const options = await readCompileOptions(args);
  const all = await namedModels(args.models, args);
  strengthOf(args);
  return {
    args,
    options,
    models: args.shard === undefined ? all : shardOf(all, parseShard(args.shard)),
  };
}

/** One model, by its place in the list. */
export async function baselineOf(
  { args, options, models }: BaselineWork,
  index: number,
  running: (what: string) => void,
): Promise<Baseline> {
  const { name, build } = models[index]!;
  running(name);
  const strength = strengthOf(args);
  return baselineModel(await build(), {
    ...options,
    seed: args.seed,
    source: name,
    ...(strength === undefined ? {} : { strength }),
  });
}

async function runModels(args: BaselineArguments): Promise<Baseline[]> {
  jobsOf(args);
  const work = await baselineWork(args);
  const progress = new Progress(work.models.length);
  const names = work.models.map((m) => m.name);
  const baselines: Baseline[] = [];
  const here = (index: number) => baselineOf(work, index, (what) => progress.running(what));
  for await (const made of eachModel('baseline', args, names, progress, here)) baselines.push(made);
  progress.end();
  return baselines;
}

/** What the folder already holds for the models, as far as it can be compared. */
function recorded(folder: string, models: readonly Baseline[]): Baseline[] {
  return models.flatMap(({ model }) => {
    const path = join(folder, baselineFile(model));
    return existsSync(path) ? [readBaseline(readText(path), path)] : [];
  });
}

/** The command `baseline`: records the models, and prints what is different from what the folder held. */
export async function baseline(args: BaselineArguments): Promise<void> {
  const now = await runModels(args);
  const before = recorded(args.output, now);
  const files = new Map(now.map((b) => [baselineFile(b.model), stableJson(b)]));
  if (files.size < now.length)
    throw new UserError(
      'two of the models would have the same baseline file; record them in separate folders.',
    );
  const comparable = before.filter((old) =>
    now.some((b) => b.model === old.model && b.target === old.target && b.seed === old.seed),
  );
  if (comparable.length > 0) printComparison(compareBaselines(comparable, now, { allowParameters: true }));
  writeFolderAtomic(args.output, files);
  process.stdout.write(`recorded ${now.length} of ${now.length} models in ${args.output}\n`);
}
