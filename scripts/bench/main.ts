import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { openBackend } from '../../golden/index.js';
import { writeFileAtomic } from '../../src/node/atomic-write.js';
import { useSha256InNode } from '../../src/node/sha256-in-node.js';
import { goalsOf } from './goals.js';
import { conv64, type NetworkRow, networks } from './networks.js';
import { type BenchResult, renderBench } from './report.js';
import { type Command, shell } from './shell.js';
import { verifyParts } from './suite.js';

/** `npm run bench`: how fast everything is, side by side in one run. */

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('rounds', { type: 'number', default: 7, describe: 'rounds, of which the least figure counts' })
  .option('json', { type: 'string', describe: 'file for the figures' })
  .strict()
  .parseAsync();

/** Rounds of the slow parts. */
const FEW = Math.min(args.rounds, 2);
const SUITE = ['all', 'htvm-suite'];
/** Networks that are measured on tfjs cpu too. */
const ON_CPU = ['resnet8'];

/** A trained network of the data beside the project, and 256 samples. */
const MNIST = '../shared/models/mnist';

/** Quantizes the network; nothing where the data is missing. */
function quantize(folder: string): Command[] {
  if (!existsSync(MNIST)) return [];
  const options = `--calibrate ${MNIST}/calibration_images_uint8_nchw.npy --input-scale 0.00784313725490196 --input-offset -1`;
  const words = [
    'quantize',
    `${MNIST}/mnist_resnet_float.onnx`,
    ...options.split(' '),
    '-o',
    join(folder, 'q.relay'),
  ];
  return [{ command: 'quantize mnist_resnet_float.onnx', words }];
}

const ONE = fileURLToPath(new URL('./one.js', import.meta.url));

/** One network in a process of its own: what the engine compiled for the others would make it slower. */
function measured(name: string, onCpu: boolean): NetworkRow {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [ONE, name, String(args.rounds), String(onCpu)],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${name}: exit status ${status}\n${stderr}`);
  return JSON.parse(stdout) as NetworkRow;
}

const note = (text: string) => process.stderr.write(`${text}\n`);

const load = loadavg()[0]!;
// As the command line has it.
useSha256InNode();
// First, so that the engine is as cold as in a process of its own.
note('parts of verify');
const wasm = await openBackend('wasm');
const parts = verifyParts(SUITE, wasm);
const models = networks();
const rows = [conv64(), ...models].map(({ name }, i) => {
  note(name);
  return measured(name, i === 0 || ON_CPU.includes(name));
});
note('commands');
const folder = mkdtempSync(join(tmpdir(), 'diana-bench-'));
const suite = `verify ${SUITE.join(' ')}`;
const commands = [
  ...shell(['--help', 'show single-conv', 'verify resnet8'], Math.min(args.rounds, 5)),
  ...shell(
    models.filter((m) => m.name !== 'resnet8').map((m) => `verify ${m.name}`),
    1,
  ),
  ...shell([`${suite} --jobs 1`, `${suite} --jobs 2`], FEW),
  ...shell(quantize(folder), 1),
];
rmSync(folder, { recursive: true });
const result: BenchResult = {
  machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version, load },
  rounds: args.rounds,
  goals: goalsOf(rows, commands),
  networks: rows,
  commands,
  parts,
};
process.stdout.write(renderBench(result));
if (args.json !== undefined) writeFileAtomic(args.json, `${JSON.stringify(result, null, 2)}\n`);
