import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { UserError } from '../../src/index.js';
import { AREAS, type Area } from './areas.js';
import { EQUIVALENT } from './equivalent.js';
import { describeScore, tableOf } from './report.js';
import { mutate, ROOT } from './run.js';
import { sampledLines } from './sample.js';
import { percentOf, type Score, scoreOf } from './score.js';

/** `npm run mutate`: would the tests notice a small change of the code? */

interface Arguments {
  readonly areas: readonly Area[];
  readonly files: readonly string[] | undefined;
  /** Lines to draw from each area, and by what; all where undefined. */
  readonly sample: number | undefined;
  readonly seed: number;
  readonly min: number;
  readonly concurrency: number;
}

async function parse(): Promise<Arguments> {
  const given = await yargs(hideBin(process.argv))
    .scriptName('npm run mutate --')
    .usage('$0 [area..]')
    .option('files', {
      type: 'string',
      array: true,
      describe: 'only these files of one area; a range of lines as FILE:FROM-TO',
    })
    .option('sample', {
      type: 'number',
      describe: 'only so many lines of each area, drawn by --seed: an estimate of its score in minutes',
      conflicts: 'files',
    })
    .option('seed', { type: 'number', default: 1, describe: 'what --sample draws by' })
    .option('min', {
      type: 'number',
      default: 85,
      describe: 'the score in percent that each area must reach',
    })
    .option('concurrency', { type: 'number', default: 1, describe: 'mutants at once' })
    .epilogue(`Areas: ${AREAS.map((a) => a.name).join(', ')}.`)
    .strictOptions()
    .parseAsync();
  const areas = given._.map((word) => {
    const area = AREAS.find((a) => a.name === word);
    if (area === undefined)
      throw new UserError(`area ${word} is unknown; must be one of ${AREAS.map((a) => a.name).join(', ')}.`);
    return area;
  });
  if (given.files !== undefined && areas.length !== 1)
    throw new UserError(`--files needs exactly one area, whose tests judge; ${areas.length} are given.`);
  if (given.sample !== undefined && !(Number.isInteger(given.sample) && given.sample >= 1))
    throw new UserError(`--sample is ${given.sample}; must be a number of lines, 1 or more.`);
  return { ...given, files: given.files, sample: given.sample, areas: areas.length > 0 ? areas : AREAS };
}

/** Prints the survivors of each area as it is done, at last the table; resolves to whether every area reached the score. */
async function main({ areas, files, sample, seed, min, concurrency }: Arguments): Promise<boolean> {
  const sourceOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
  const scores: [string, Score][] = [];
  for (const area of areas) {
    const drawn = sample === undefined ? undefined : sampledLines(area.mutate, sample, seed, ROOT);
    const results = await mutate(area, files ?? drawn ?? area.mutate, concurrency);
    // Half a file says nothing about what is missing from it.
    const known = scoreOf(results, EQUIVALENT, sourceOf, ROOT);
    const score = files === undefined && drawn === undefined ? known : { ...known, stale: [] };
    process.stdout.write(describeScore(area.name, score));
    scores.push([area.name, score]);
  }
  process.stdout.write(`${tableOf(scores)}\n`);
  return scores.every(([, score]) => percentOf(score) >= min && score.stale.length === 0);
}

try {
  process.exitCode = (await main(await parse())) ? 0 : 1;
} catch (e) {
  if (!(e instanceof UserError)) throw e;
  process.stderr.write(`mutate: ${e.message}\n`);
  process.exitCode = 2;
}
