import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../../base/errors.js';
import { encodeNpy } from '../../base/npy.js';
import { inputsOf } from '../../ir/expr.js';
import { divideSamples, quantize } from '../../library/quantize.js';
import { samplesOf } from '../../library/samples.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { readNpyFile } from '../../node/npy-file.js';
import { writeModelFiles } from '../../node/relay-files.js';
import { quantizedInput } from '../../quantize/index.js';
import { showQuantized } from '../../quantize/report.js';
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
  const example = quantizedInput(samples.test[0] ?? samples.calibration[0]!, quantized.input);
  const beside = new Map<string, string | Uint8Array>([
    [`${name}.quantization.txt`, report],
    [`${name}.input.npy`, encodeNpy(example)],
  ]);
  writeFolderAtomic(dirname(path), beside);
  const written = [basename(path), `${name}.params`, ...beside.keys()].map((f) => join(dirname(path), f));
  process.stdout.write(`${report}\nwritten: ${written.join(', ')}\n`);
}
