import { readFileSync, writeFileSync } from 'node:fs';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { crossCompiler, requireCrossTools } from '../../src/node/toolchain/soc.js';
import { fitNonNegative } from './fit.js';
import { HOST_PARAMETERS, type KernelSample, kernelSamples } from './kernels.js';
import { calibrationPrograms } from './programs.js';
import { errorTable, kindErrors } from './report.js';

/**
 * Runs networks and single operators on the SoC at -O2, fits the host parameters of the cycle model to the cycles of their host
 * kernels and writes the observations to scripts/calibrate/data.json. With --fit it fits the observations that are there.
 */
const DATA = new URL('../../../scripts/calibrate/data.json', import.meta.url);

interface Data {
  readonly compiler: string;
  readonly optimization: 'O2';
  readonly parameters: readonly string[];
  readonly samples: readonly KernelSample[];
}

function gather(): Data {
  requireCrossTools();
  const samples: KernelSample[] = [];
  for (const { name, model, program } of calibrationPrograms()) {
    process.stderr.write(`${name}\n`);
    samples.push(...kernelSamples(program, model, name));
  }
  return { compiler: crossCompiler(), optimization: 'O2', parameters: HOST_PARAMETERS, samples };
}

function write(data: Data): void {
  const { samples, ...head } = data;
  const lines = samples.map((s) => `    ${JSON.stringify(s)}`).join(',\n');
  writeFileSync(DATA, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "samples": [\n${lines}\n  ]\n}\n`);
}

const onlyFit = process.argv.includes('--fit');
const data = onlyFit ? (JSON.parse(readFileSync(DATA, 'utf8')) as Data) : gather();
if (!onlyFit) write(data);
const { samples } = data;
const fitted = fitNonNegative(samples.map(({ features, cycles }) => ({ features, value: cycles })));
/** Three significant digits. */
const rounded = fitted.map((v) => Number(v.toPrecision(3)));
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
say(`${samples.length} host kernels on the SoC, ${data.compiler} -${data.optimization}\n`);
say('parameter      default    fitted');
HOST_PARAMETERS.forEach((name, i) => {
  say(
    `${name.padEnd(12)}${String(DEFAULT_PARAMETERS.host[name]).padStart(10)}${fitted[i]!.toFixed(2).padStart(10)}`,
  );
});
say(`\nwith the defaults\n${errorTable(kindErrors(samples, Object.values(DEFAULT_PARAMETERS.host)))}`);
say(`\nwith the fitted parameters, rounded\n${errorTable(kindErrors(samples, rounded))}`);
