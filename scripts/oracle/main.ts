import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { type Backend, DEFAULT_BACKEND, openBackend } from '../../golden/index.js';
import { formatOf } from '../../src/frontends/format.js';
import { UserError } from '../../src/index.js';
import { readBytes } from '../../src/node/files.js';
import { replaceSection } from './document.js';
import { type CaseResult, caseNames, runCase } from './onnx-cases.js';
import { runOnnxFile } from './onnx-file.js';
import { onnxTable } from './onnx-table.js';
import { runTfliteFile } from './tflite-file.js';
import { runTfliteCases, tfliteTable } from './tflite-table.js';
import { showVerdict, type Verdict } from './verdict.js';

/** `npm run oracle`: what we make of files beside what another runtime makes of them. */

const parse = () =>
  yargs(hideBin(process.argv))
    .scriptName('npm run oracle --')
    .command(
      '$0 [files..]',
      'our reading of each file beside that of another runtime, on random inputs',
      (y) => y.positional('files', { type: 'string', array: true, default: [] as string[] }),
    )
    .option('seed', { type: 'number', default: 1, describe: 'of the random inputs' })
    .option('cases', { type: 'string', describe: 'a folder of official ONNX cases, NAME/model.onnx' })
    .option('only', { type: 'string', describe: 'only cases whose name holds this text' })
    .option('tflite-cases', {
      type: 'boolean',
      default: false,
      describe: 'the project`s TFLite files of one operator beside LiteRT',
    })
    .option('write', {
      type: 'boolean',
      default: false,
      describe:
        'the tables of --cases and --tflite-cases into docs/formats-onnx.md and docs/formats-tflite.md',
    })
    .strict()
    .parseAsync();

/** The readers that have an oracle, by format. */
const ORACLES: Readonly<
  Record<string, (name: string, bytes: Uint8Array, backend: Backend, seed: number) => Promise<Verdict>>
> = {
  onnx: runOnnxFile,
  tflite: runTfliteFile,
};

async function runFile(name: string, backend: Backend, seed: number): Promise<Verdict> {
  const bytes = readBytes(name);
  const oracle = ORACLES[formatOf(name, bytes)];
  if (oracle === undefined) throw new UserError(`${name}: there is no oracle for this format.`);
  return oracle(name, bytes, backend, seed);
}

function runCases(folder: string, only: string, backend: Backend): CaseResult[] {
  const names = caseNames(folder).filter((n) => n.includes(only));
  if (names.length === 0) throw new UserError(`${folder} holds no case NAME/model.onnx.`);
  return names.map((name) => {
    const result = runCase(folder, name, backend);
    process.stdout.write(`${name}: ${showVerdict(result.verdict)}\n`);
    return result;
  });
}

/** Puts a table into its page's section `oracle`. */
function writeTable(page: string, table: string): void {
  const path = join(process.cwd(), 'docs', page);
  writeFileSync(path, replaceSection(readFileSync(path, 'utf8'), 'oracle', table));
}

async function main(): Promise<void> {
  const args = await parse();
  const backend = await openBackend(DEFAULT_BACKEND);
  const verdicts: Verdict[] = [];
  for (const file of args.files as string[]) {
    const verdict = await runFile(file, backend, args.seed);
    process.stdout.write(`${file}: ${showVerdict(verdict)}\n`);
    verdicts.push(verdict);
  }
  if (args.cases !== undefined) {
    const results = runCases(args.cases, args.only ?? '', backend);
    verdicts.push(...results.map((r) => r.verdict));
    if (args.write) writeTable('formats-onnx.md', onnxTable(results));
  }
  if (args['tflite-cases']) {
    const results = await runTfliteCases();
    for (const r of results) process.stdout.write(`${r.name}: ${showVerdict(r.verdict)}\n`);
    verdicts.push(...results.map((r) => r.verdict));
    if (args.write) writeTable('formats-tflite.md', tfliteTable(results));
  }
  if (verdicts.length === 0) throw new UserError('give files, --cases FOLDER or --tflite-cases.');
  if (verdicts.some((v) => v.kind === 'wrong')) process.exitCode = 1;
}

try {
  await main();
} catch (e) {
  if (!(e instanceof UserError)) throw e;
  process.stderr.write(`oracle: ${e.message}\n`);
  process.exitCode = 2;
}
