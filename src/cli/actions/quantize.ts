import { basename, dirname, extname, join } from 'node:path';
import { plural } from '../../../reports/numbers.js';
import { UserError } from '../../base/errors.js';
import { encodeNpy } from '../../base/npy.js';
import { inputsOf } from '../../ir/expr.js';
import { divideSamples, quantize } from '../../library/quantize.js';
import { samplesOf } from '../../library/samples.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { readNpyFile } from '../../node/npy-file.js';
import { writeModelFiles } from '../../node/relay-files.js';
import { type Agreement, type Quantized, quantizedTensor } from '../../quantize/index.js';
import { loadFile } from '../model-argument.js';
import type { ModelArguments } from '../model-options.js';

export interface QuantizeArguments extends Omit<ModelArguments, 'seed'> {
  readonly model: string;
  readonly calibrate: string;
  readonly test: string | undefined;
  readonly 'input-scale': number;
  readonly 'input-offset': number;
  readonly output: string;
}

/** `quantize`: reads, quantizes, writes the network, its report and one input; prints the report. */
export async function quantizeFile(args: QuantizeArguments): Promise<void> {
  const model = await loadFile(args.model, args);
  const input = inputsOf(model)[0];
  if (input === undefined) throw new UserError(`${args.model} has no input.`);
  const read = (path: string) =>
    samplesOf(readNpyFile(path), path, input.type.shape, args['input-scale'], args['input-offset']);
  const samples = divideSamples(read(args.calibrate), args.test === undefined ? undefined : read(args.test));
  const quantized = await quantize(model, {
    ...samples,
    onProgress: ({ what }) => process.stderr.write(`${what}\n`),
  });
  const path = extname(args.output) === '' ? `${args.output}.relay` : args.output;
  const name = basename(path, extname(path));
  writeModelFiles({ ...quantized.model, name }, path);
  const report = showQuantized(quantized);
  const example = quantizedTensor(samples.test[0] ?? samples.calibration[0]!, quantized.inputExponent);
  const beside = new Map<string, string | Uint8Array>([
    [`${name}.quantization.txt`, report],
    [`${name}.input.npy`, encodeNpy(example)],
  ]);
  writeFolderAtomic(dirname(path), beside);
  const written = [basename(path), `${name}.params`, ...beside.keys()].map((f) => join(dirname(path), f));
  process.stdout.write(`${report}\nwritten: ${written.join(', ')}\n`);
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function showAgreement(what: string, a: Agreement): string {
  return `${what}: ${plural(a.samples, 'sample')}, top-1 agreement ${percent(a.top1)}, mean error ${a.meanError.toPrecision(3)}`;
}

/** The report: a line a layer, then the agreement with the float network. */
export function showQuantized(q: Quantized): string {
  const rows = q.layers.map((l) => [
    l.layer,
    l.operator,
    `2^${l.input}`,
    l.weights === undefined ? '' : `2^${l.weights}`,
    `2^${l.output}`,
    l.shift === undefined ? '' : String(l.shift),
    percent(l.saturated),
    `${l.sqnr.toFixed(1)} dB`,
  ]);
  const header = ['layer', 'operator', 'input', 'weights', 'output', 'shift', 'saturated', 'SQNR'];
  const widths = header.map((h, c) => Math.max(h.length, ...rows.map((r) => r[c]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ');
  const floating = q.floating.length === 0 ? 'none but what follows the last layer' : q.floating.join(', ');
  return [
    line(header),
    ...rows.map(line),
    '',
    `input: integer = real / 2^${q.inputExponent}, rounded`,
    `channels of consecutive layers equalized: ${q.equalized ? 'yes' : 'no'}`,
    `left in float32: ${floating}`,
    showAgreement('calibration', q.calibration),
    ...(q.test === undefined ? [] : [showAgreement('held aside', q.test)]),
    '',
  ].join('\n');
}
