import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stableJson } from '../../../reports/json.js';
import { type Baseline, baselineFile, readBaseline } from '../../../reports/regression/baseline.js';
import { parseShard, shardOf } from '../../../reports/shard.js';
import { UserError } from '../../base/errors.js';
import { baseline as baselineModel, compareBaselines } from '../../library/baseline.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { readText } from '../../node/files.js';
import { namedModels } from '../model-argument.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { printComparison } from '../output.js';
import { Progress } from '../progress.js';
import { strengthOf } from '../strength-options.js';

export interface BaselineArguments extends CompileArguments, ModelArguments {
  readonly models: readonly string[];
  readonly output: string;
  readonly strength?: number | undefined;
  readonly shard: string | undefined;
}

async function runModels(args: BaselineArguments): Promise<Baseline[]> {
  const options = await readCompileOptions(args);
  const all = await namedModels(args.models, args);
  const models = args.shard === undefined ? all : shardOf(all, parseShard(args.shard));
  const strength = strengthOf(args);
  const planted = strength === undefined ? {} : { strength };
  const progress = new Progress(models.length);
  const baselines: Baseline[] = [];
  for (const { name, build } of models) {
    progress.running(name);
    baselines.push(
      await baselineModel(await build(), { ...options, seed: args.seed, source: name, ...planted }),
    );
    progress.step();
  }
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
