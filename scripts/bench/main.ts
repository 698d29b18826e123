import { cpus, loadavg } from 'node:os';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { openBackend } from '../../golden/index.js';
import { writeFileAtomic } from '../../src/node/atomic-write.js';
import { conv64, measure, networks } from './networks.js';
import { type BenchResult, renderBench } from './report.js';
import { shell } from './shell.js';
import { verifyParts } from './suite.js';

/** `npm run bench`: how fast everything is, side by side in one run. */

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('rounds', { type: 'number', default: 5, describe: 'rounds, of which the median counts' })
  .option('json', { type: 'string', describe: 'file for the figures' })
  .strict()
  .parseAsync();

/** Rounds of the slow parts. */
const FEW = Math.min(args.rounds, 3);
const SUITE = ['all', 'htvm-suite'];
/** Networks that are measured on tfjs cpu too. */
const ON_CPU = ['resnet8'];

const note = (text: string) => process.stderr.write(`${text}\n`);

const load = loadavg()[0]!;
// First, so that the engine is as cold as in a process of its own.
note('parts of verify');
const wasm = await openBackend('wasm');
const parts = verifyParts(SUITE, wasm);
const cpu = await openBackend('cpu');
const models = networks();
const rows = [conv64(), ...models].map((model, i) => {
  note(model.name);
  return measure(model, wasm, i === 0 || ON_CPU.includes(model.name) ? cpu : undefined, args.rounds);
});
note('commands');
const commands = [
  ...shell(['--help', 'show single-conv', 'verify resnet8'], args.rounds),
  ...shell(
    models.filter((m) => m.name !== 'resnet8').map((m) => `verify ${m.name}`),
    FEW,
  ),
  ...shell([`verify ${SUITE.join(' ')}`], FEW),
];
const result: BenchResult = {
  machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version, load },
  rounds: args.rounds,
  networks: rows,
  commands,
  parts,
};
process.stdout.write(renderBench(result));
if (args.json !== undefined) writeFileAtomic(args.json, `${JSON.stringify(result, null, 2)}\n`);
