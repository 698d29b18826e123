import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { writeFileAtomic } from '../../src/node/atomic-write.js';
import { SERIES } from './cases.js';

/** `npm run growth`: what compiling and simulating cost as models grow; the table of docs/performance.md. */

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run growth --')
  .option('json', { type: 'string', describe: 'file for the figures' })
  .strict()
  .parseAsync();

/** One point: CPU milliseconds and the most memory that the process ever held. */
interface Point {
  readonly series: string;
  readonly size: number;
  readonly compileMs: number;
  readonly simulateMs: number;
  readonly peakBytes: number;
  readonly steps: number;
  readonly tiles: number;
}

const ONE = fileURLToPath(new URL('./one.js', import.meta.url));

function measure(series: string, size: number): Point {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ONE, series, String(size)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${series} ${size}: exit status ${status}\n${stderr}`);
  return { series, size, ...(JSON.parse(stdout) as Omit<Point, 'series' | 'size'>) };
}

const points = Object.entries(SERIES).flatMap(([series, { sizes }]) =>
  sizes.map((size) => {
    process.stderr.write(`${series} ${size}\n`);
    return measure(series, size);
  }),
);
const lines = [
  '| what grows | size | steps | tiles | compile ms | simulate ms | peak MB |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...points.map((p) => {
    const { title, size } = SERIES[p.series]!;
    const numbers = [p.compileMs, p.simulateMs, p.peakBytes / 1e6].map((n) => n.toFixed(0));
    return `| ${title} | ${p.size} ${size} | ${p.steps} | ${p.tiles} | ${numbers.join(' | ')} |`;
  }),
];
process.stdout.write(`${lines.join('\n')}\n`);
if (args.json !== undefined) writeFileAtomic(args.json, `${JSON.stringify(points, null, 2)}\n`);
