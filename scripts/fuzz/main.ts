import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { UserError } from '../../src/index.js';
import { inOrder, jobsOption } from '../parallel.js';
import { checkOneGraph, type GraphReport, type GraphTask } from './graph-check.js';
import { Statistics } from './statistics.js';

/** `npm run fuzz`: random graphs, until one fails. */

interface Arguments {
  readonly runs: number;
  readonly seed: number;
  readonly graph: number | undefined;
  readonly shard: string;
  readonly keepGoing: boolean;
  readonly jobs: number;
}

const parse = (): Promise<Arguments> =>
  yargs(hideBin(process.argv))
    .scriptName('npm run fuzz --')
    .option('runs', { type: 'number', default: 1000, describe: 'number of graphs' })
    .option('seed', { type: 'number', default: 1, describe: 'each seed has graphs of its own' })
    .option('graph', { type: 'number', describe: 'only this graph of the seed' })
    .option('shard', { type: 'string', default: '1/1', describe: 'i/n: every n-th graph, from the i-th on' })
    .option('keep-going', { type: 'boolean', default: false, describe: 'go on after a failure' })
    .option('jobs', jobsOption)
    .strict()
    .parseAsync();

/** The numbers of the graphs to check. Throws a UserError for numbers that make no sense. */
function indicesOf({ runs, seed, graph, shard }: Arguments): number[] {
  for (const [name, value] of Object.entries({ runs, seed, graph }))
    if (value !== undefined && !(Number.isInteger(value) && value >= 0))
      throw new UserError(`--${name} is ${value}; must be a whole number of at least 0.`);
  const [, first, of] = (/^(\d+)\/(\d+)$/.exec(shard) ?? []).map(Number);
  if (first === undefined || of === undefined || first < 1 || first > of)
    throw new UserError(`--shard is ${shard}; must be i/n with i from 1 to n.`);
  if (graph !== undefined) return [graph];
  return Array.from({ length: runs }, (_, i) => i).filter((i) => i % of === first - 1);
}

/** Checks the graphs; resolves to how many failed. */
async function fuzz(args: Arguments): Promise<number> {
  const indices = indicesOf(args);
  const tasks = indices.map((index): GraphTask => ({ seed: args.seed, index }));
  const worker = new URL('./worker.js', import.meta.url);
  const statistics = new Statistics();
  let [done, failures] = [0, 0];
  for await (const report of inOrder<GraphTask, GraphReport>(tasks, args.jobs, worker, checkOneGraph)) {
    if ('counts' in report) statistics.join(report.counts);
    else {
      failures++;
      process.stdout.write(`${report.failure}\n`);
      if (!args.keepGoing) break;
    }
    if (++done % 20 === 0 || done === indices.length)
      process.stderr.write(`${done} of ${indices.length} graphs, ${failures} failed\n`);
  }
  if (statistics.graphs > 0) process.stdout.write(`${statistics}\n`);
  return failures;
}

try {
  process.exitCode = (await fuzz(await parse())) > 0 ? 1 : 0;
} catch (e) {
  if (!(e instanceof UserError)) throw e;
  process.stderr.write(`fuzz: ${e.message}\n`);
  process.exitCode = 2;
}
