import { renderExplorationHtml } from '../../../reports/explore/html.js';
import { mergeExplorations, readExploration } from '../../../reports/explore/read.js';
import { renderExplorationCsv, renderExplorationTable } from '../../../reports/explore/texts.js';
import { stableJson } from '../../../reports/json.js';
import { parseShard } from '../../../reports/shard.js';
import { terminalOptions } from '../../../reports/terminal/style.js';
import { UserError } from '../../base/errors.js';
import { parseAxis } from '../../explore/axis.js';
import { explore as exploreModels } from '../../explore/explore.js';
import type { Model } from '../../ir/expr.js';
import { writeFileAtomic } from '../../node/atomic-write.js';
import { readText } from '../../node/files.js';
import { type Exploration, OBJECTIVES } from '../../results/exploration.js';
import { namedModels } from '../model-argument.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { Progress } from '../progress.js';

export interface ExploreArguments extends CompileArguments, ModelArguments {
  readonly models: readonly string[];
  readonly vary: readonly string[];
  readonly objective: string;
  readonly top: number;
  readonly format: string;
  readonly output: string | undefined;
  readonly shard: string | undefined;
}

const RENDERERS = {
  table: (doc: Exploration, top: number) => renderExplorationTable(doc, { top }),
  csv: renderExplorationCsv,
  json: stableJson,
  html: renderExplorationHtml,
} as const;
export const EXPLORE_FORMATS = Object.keys(RENDERERS) as (keyof typeof RENDERERS)[];

function choice<T extends string>(text: string, names: readonly T[], option: string): T {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new UserError(`${option} is "${text}"; must be one of ${names.join(', ')}.`);
  return found;
}

/** The command `explore`: what networks would cost with other parameters. */
export async function explore(args: ExploreArguments): Promise<void> {
  const format = choice(args.format, EXPLORE_FORMATS, '--format');
  const objective = choice(args.objective, OBJECTIVES, '--objective');
  if (!Number.isInteger(args.top) || args.top < 1)
    throw new UserError(`--top is ${args.top}; must be a whole number of at least 1.`);
  const axes = args.vary.map(parseAxis);
  const base = await readCompileOptions(args);
  const models: Model[] = [];
  for (const m of await namedModels(args.models, args)) models.push(await m.build());
  let bar: Progress | undefined;
  const doc = await exploreModels(models, {
    axes,
    base,
    objective,
    ...(args.shard === undefined ? {} : { shard: parseShard(args.shard) }),
    onProgress: ({ what, done, total }) => {
      bar ??= new Progress(total);
      if (done > 0) bar.step();
      bar.running(what);
    },
  });
  bar?.end();
  const text = RENDERERS[format](doc, args.top);
  if (args.output !== undefined) writeFileAtomic(args.output, text);
  if (args.output === undefined && format !== 'table') process.stdout.write(text);
  else
    process.stdout.write(
      renderExplorationTable(doc, { ...terminalOptions(process.stdout, process.env), top: args.top }),
    );
}

/** Joins the shards of an exploration: a file and the table on stdout. */
export function mergeExplorationFiles(paths: readonly string[], output: string): void {
  const doc = mergeExplorations(paths.map((name) => ({ name, doc: readExploration(readText(name), name) })));
  writeFileAtomic(output, stableJson(doc));
  process.stdout.write(renderExplorationTable(doc, terminalOptions(process.stdout, process.env)));
}
