import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stableJson } from '../../reports/json.js';
import { type Baseline, baselineFile, baselineOf, readBaseline } from '../../reports/regression/baseline.js';
import { compareBaselines } from '../../reports/regression/compare.js';
import type { ComparisonDocument } from '../../reports/regression/comparison.js';
import { renderComparisonTable } from '../../reports/regression/table.js';
import { parseShard, shardOf } from '../../reports/shard.js';
import { terminalOptions } from '../../reports/terminal/style.js';
import { runProgram } from '../../sim/program/run.js';
import { writeFolderAtomic } from '../base/atomic-write.js';
import { UserError } from '../base/errors.js';
import { readText } from '../base/files.js';
import { compile } from '../compile.js';
import { GENERATOR } from '../generator.js';
import { builtinInput } from '../models/builtin-input.js';
import { namedModels } from './model-argument.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from './options.js';
import { breathe, Progress } from './progress.js';

export interface BaselineArguments extends CompileArguments, ModelArguments {
  readonly models: readonly string[];
  readonly output: string;
  readonly shard: string | undefined;
}

/** Compiles and simulates each model on its built-in inputs. */
async function runModels(args: BaselineArguments): Promise<Baseline[]> {
  const options = await readCompileOptions(args);
  const all = await namedModels(args.models, args);
  const models = args.shard === undefined ? all : shardOf(all, parseShard(args.shard));
  const progress = new Progress(models.length);
  const baselines: Baseline[] = [];
  for (const { name, build } of models) {
    progress.running(name);
    await breathe();
    const model = await build();
    const { result } = runProgram(compile(model, options), builtinInput(model, args.seed, 0));
    baselines.push(baselineOf(result, args.seed, GENERATOR, name));
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

const print = (doc: ComparisonDocument): void => {
  process.stdout.write(renderComparisonTable(doc, terminalOptions(process.stdout, process.env)));
};

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
  if (comparable.length > 0)
    print(compareBaselines(comparable, now, { generator: GENERATOR, allowParameters: true }));
  writeFolderAtomic(args.output, files);
  process.stdout.write(`recorded ${now.length} of ${now.length} models in ${args.output}\n`);
}
