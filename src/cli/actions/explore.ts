import { renderExplorationHtml } from '../../../reports/explore/html.js';
import { mergeExplorations, readExploration } from '../../../reports/explore/read.js';
import { renderExplorationCsv, renderExplorationTable } from '../../../reports/explore/texts.js';
import { stableJson } from '../../../reports/json.js';
import { parseShard, type Shard } from '../../../reports/shard.js';
import { terminalOptions } from '../../../reports/terminal/style.js';
import { UserError } from '../../base/errors.js';
import { parseAxis } from '../../explore/axis.js';
import { explore as exploreModels } from '../../explore/explore.js';
import { combinations } from '../../explore/points.js';
import type { Model } from '../../ir/expr.js';
import type { CompileChoices } from '../../library/compile-options.js';
import { writeFileAtomic } from '../../node/atomic-write.js';
import { readText } from '../../node/files.js';
import {
  type Exploration,
  type ExploredAxis,
  OBJECTIVES,
  type Objective,
} from '../../results/exploration.js';
import { namedModels } from '../model-argument.js';
import { eachModel, type JobsArguments, jobsOf } from '../model-workers.js';
import { type CompileArguments, type ModelArguments, readCompileOptions } from '../options.js';
import { Progress } from '../progress.js';

export interface ExploreArguments extends CompileArguments, ModelArguments, JobsArguments {
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

/** What the arguments ask for, checked: the same in every thread that works on it. */
interface ExploreWork {
  readonly axes: readonly ExploredAxis[];
  readonly base: CompileChoices;
  readonly objective: Objective;
  readonly models: readonly Model[];
  /** The points are dealt to so many parts. */
  readonly parts: readonly Shard[];
}

/** Points that are worth a part of their own. */
const LEAST_POINTS = 24;
/** Parts for each thread: whoever is done early takes another. */
const PARTS_A_THREAD = 4;

/** A shard's points dealt to `n` parts. */
const partsOf = ({ index, of }: Shard, n: number): Shard[] =>
  Array.from({ length: n }, (_, k) => ({ index: index + of * k, of: of * n }));

/** What the arguments ask for. Throws a UserError for the first that makes no sense. */
export async function exploreWork(args: ExploreArguments): Promise<ExploreWork> {
  const objective = choice(args.objective, OBJECTIVES, '--objective');
  const axes = args.vary.map(parseAxis);
  const shard = args.shard === undefined ? { index: 1, of: 1 } : parseShard(args.shard);
  const points = combinations(axes).length / shard.of;
  const jobs = jobsOf(args);
  const parts =
    jobs === 1 ? 1 : Math.max(1, Math.min(PARTS_A_THREAD * jobs, Math.floor(points / LEAST_POINTS)));
  const base = await readCompileOptions(args);
  const models: Model[] = [];
  for (const m of await namedModels(args.models, args)) models.push(await m.build());
  return { axes, base, objective, models, parts: partsOf(shard, parts) };
}

/** One part of the points. */
export const explorePart = (
  { axes, base, objective, models, parts }: ExploreWork,
  index: number,
  running: (what: string) => void,
  step: () => void = () => {},
): Promise<Exploration> =>
  exploreModels(models, {
    axes,
    base,
    objective,
    shard: parts[index]!,
    onProgress: ({ what, done }) => {
      if (done > 0) step();
      running(what);
    },
  });

/** The points one after another, each a step of the progress. */
async function inThisThread(work: ExploreWork): Promise<Exploration> {
  const [part] = work.parts;
  const total = Math.ceil(combinations(work.axes).length / part!.of);
  const bar = new Progress(total);
  const doc = await explorePart(
    work,
    0,
    (what) => bar.running(what),
    () => bar.step(),
  );
  bar.end();
  return doc;
}

/** The parts on threads, joined to what one thread finds. */
async function onThreads(work: ExploreWork, args: ExploreArguments): Promise<Exploration> {
  const bar = new Progress(work.parts.length);
  const names = work.parts.map(({ index, of }) => `points ${index}/${of}`);
  const parts: { name: string; doc: Exploration }[] = [];
  const here = (index: number) => explorePart(work, index, (what) => bar.running(what));
  for await (const doc of eachModel('explore', args, names, bar, here))
    parts.push({ name: names[parts.length]!, doc });
  bar.end();
  return mergeExplorations(parts);
}

/** The command `explore`: what networks would cost with other parameters. */
export async function explore(args: ExploreArguments): Promise<void> {
  const format = choice(args.format, EXPLORE_FORMATS, '--format');
  if (!Number.isInteger(args.top) || args.top < 1)
    throw new UserError(`--top is ${args.top}; must be a whole number of at least 1.`);
  const work = await exploreWork(args);
  const doc = await (work.parts.length === 1 ? inThisThread(work) : onThreads(work, args));
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
