import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../../base/errors.js';
import { encodeNpy } from '../../base/npy.js';
import type { Tensor } from '../../base/tensor.js';
import type { LoadedModel } from '../../frontends/load.js';
import { inputsOf } from '../../ir/expr.js';
import {
  type Accuracies,
  type Accuracy,
  accuracyOf,
  labelsOf,
  measureAccuracy,
} from '../../library/accuracy.js';
import { divideSamples, type QuantizeOptions, quantize } from '../../library/quantize.js';
import { samplesOf } from '../../library/samples.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { readNpyFile } from '../../node/npy-file.js';
import { writeModelFiles } from '../../node/relay-files.js';
import { type Quantized, quantizedInput } from '../../quantize/index.js';
import { lostLayers, showInputMap, showLost, showQuantized } from '../../quantize/report.js';
import { loadFile } from '../model-argument.js';
import type { ModelArguments } from '../model-options.js';
import { Progress } from '../progress.js';

export interface QuantizeArguments extends Omit<ModelArguments, 'seed'> {
  readonly model: string;
  readonly calibrate: string;
  readonly test: string | undefined;
  readonly labels: string | undefined;
  readonly 'input-scale': number | undefined;
  readonly 'input-offset': number | undefined;
  readonly 'allow-float': boolean;
  readonly analog?: boolean | undefined;
  readonly 'analog-layers'?: number | undefined;
  readonly output: string;
}

/** NAME.relay of `-o`. Throws a UserError where it names a folder. */
function outputPath(output: string): string {
  const folder = /[/\\]$/.test(output) || (existsSync(output) && statSync(output).isDirectory());
  if (folder || basename(output).startsWith('.'))
    throw new UserError(
      `-o is ${output}; must be the name of the network, not a folder, such as ${join(output, 'net')}.`,
    );
  return extname(output) === '.relay' ? output : `${output}.relay`;
}

/** What the network's input is of a value of the data's files: value * scale + offset. */
interface DataScale {
  readonly scale: number;
  readonly offset: number;
  readonly of: string;
}

/**
 * `--input-scale` and `--input-offset`; without them, data of the type that a quantized network takes is its integers, and other data real
 * values.
 */
function dataScale(args: QuantizeArguments, data: Tensor, { quantizedInput: q }: LoadedModel): DataScale {
  const [scale, offset] = [args['input-scale'], args['input-offset']];
  const own = scale === undefined && offset === undefined && q !== undefined && data.dtype === q.dtype;
  if (own) return { scale: q.scale, offset: -q.zeroPoint * q.scale, of: "the quantized network's input" };
  return { scale: scale ?? 1, offset: offset ?? 0, of: 'data' };
}

/** `quantize`: reads, quantizes, writes the network, its report and one input; prints the report. Resolves to the exit status. */
export async function quantizeFile(args: QuantizeArguments): Promise<number> {
  if (args['analog-layers'] !== undefined && args.analog !== true)
    throw new UserError('--analog-layers goes with --analog.');
  const path = outputPath(args.output);
  const model = await loadFile(args.model, args, { dequantize: true });
  const input = inputsOf(model)[0];
  if (input === undefined) throw new UserError(`${args.model} has no input.`);
  const data = readNpyFile(args.calibrate);
  const scale = dataScale(args, data, model);
  const read = (t: Tensor, name: string) => samplesOf(t, name, input.type.shape, scale.scale, scale.offset);
  const all = read(data, args.calibrate);
  const test = args.test === undefined ? undefined : read(readNpyFile(args.test), args.test);
  const samples = divideSamples(all, test);
  const labels = args.labels === undefined ? undefined : readLabels(args.labels, all, samples.test, model);
  const quantized = await quantize(model, {
    ...samples,
    ...analogOf(args),
    onProgress: ({ what }) => process.stderr.write(`${what}\n`),
  });
  const measured = labels === undefined ? undefined : await accuraciesOf(quantized, samples.test, labels);
  const report = [
    showQuantized(quantized).trimEnd(),
    ...inputLines(quantized, scale),
    ...(measured === undefined ? [] : showAccuracies(measured, int8Accuracy(quantized, labels!))),
    showLost(quantized),
    '',
  ].join('\n');
  const written = writeAll(path, quantized, report, samples.test[0] ?? samples.calibration[0]!);
  process.stdout.write(`${report}\nwritten: ${written.join(', ')}\n`);
  return lostLayers(quantized).length > 0 && !args['allow-float'] ? 1 : 0;
}

/** Labels of the held-aside samples: one each, or, where they are the second half of the calibration file, one for each of its samples. */
function readLabels(
  path: string,
  all: readonly Tensor[],
  test: readonly Tensor[],
  model: LoadedModel,
): number[] {
  const type = model.main.body.type;
  const classes = type.kind === 'tensor' ? (type.shape.at(-1) ?? 1) : 1;
  const given = readNpyFile(path);
  if (given.data.length === all.length && all.length > test.length)
    return labelsOf(given, path, all.length, classes).slice(all.length - test.length);
  return labelsOf(given, path, test.length, classes);
}

async function accuraciesOf(
  quantized: Quantized,
  test: readonly Tensor[],
  labels: readonly number[],
): Promise<Accuracies> {
  const progress = new Progress(test.length);
  const accuracies = await measureAccuracy(quantized, test, labels, {
    onProgress: ({ what, done }) => {
      if (done > 0) progress.step();
      progress.running(what);
    },
  });
  progress.end();
  return accuracies;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** `--analog` and `--analog-layers`. */
const analogOf = ({ analog, 'analog-layers': layers }: QuantizeArguments): Pick<QuantizeOptions, 'analog'> =>
  analog === true ? { analog: layers === undefined ? {} : { layers } } : {};

/** Of the int8 network, where layers became ternary. */
const int8Accuracy = ({ analog }: Quantized, labels: readonly number[]): Accuracy | undefined =>
  analog === undefined ? undefined : accuracyOf(analog.int8.outputs, labels);

function showAccuracies(a: Accuracies, int8: Accuracy | undefined): string[] {
  const line = (what: string, { top1, top5 }: Accuracy) =>
    `${what.padEnd(37)} top-1 ${percent(top1)}${top5 === undefined ? '' : `, top-5 ${percent(top5)}`}`;
  return [
    `accuracy on ${a.float.samples} labelled samples:`,
    line('  float network', a.float),
    ...(int8 === undefined ? [] : [line('  int8, before layers became ternary', int8)]),
    line(`  ${int8 === undefined ? 'quantized' : 'ternary and int8'}, on the reference`, a.reference),
    line(`  ${int8 === undefined ? 'quantized' : 'ternary and int8'}, on the simulated core`, a.core),
  ];
}

/** How the integer input is made of the data's own values, where those are not the network's real ones. */
function inputLines({ input }: Quantized, { scale, offset, of }: DataScale): string[] {
  if (scale === 1 && offset === 0) return [];
  const n = Math.max(input.scale.length, input.offset.length);
  const at = (list: readonly number[], i: number) => list[list.length === 1 ? 0 : i]!;
  const each = Array.from({ length: n }, (_, i) => i);
  const map = {
    scale: each.map((i) => at(input.scale, i) * scale),
    offset: each.map((i) => at(input.scale, i) * offset + at(input.offset, i)),
    axis: input.axis,
  };
  return [`input, of ${of}: ${showInputMap(map, 'value')}`];
}

function writeAll(path: string, quantized: Quantized, report: string, example: Tensor): string[] {
  const name = basename(path, extname(path));
  writeModelFiles({ ...quantized.model, name }, path);
  const beside = new Map<string, string | Uint8Array>([
    [`${name}.quantization.txt`, report],
    [`${name}.input.npy`, encodeNpy(quantizedInput(example, quantized.input))],
  ]);
  writeFolderAtomic(dirname(path), beside);
  return [basename(path), `${name}.params`, ...beside.keys()].map((f) => join(dirname(path), f));
}
