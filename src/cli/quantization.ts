import { basename, dirname, extname, join } from 'node:path';
import { executeHostOp } from '../../sim/host/execute.js';
import { writeFolderAtomic } from '../base/atomic-write.js';
import { UserError } from '../base/errors.js';
import { encodeNpy } from '../base/npy.js';
import type { Tensor } from '../base/tensor.js';
import { inputsOf } from '../ir/expr.js';
import { quantize, quantizedInput } from '../quantize/index.js';
import { showQuantized } from '../quantize/report.js';
import { writeModelFiles } from '../relay/load.js';
import { loadFile } from './model-argument.js';
import type { ModelArguments } from './model-options.js';
import { readSamples } from './samples.js';

export interface QuantizeArguments extends Omit<ModelArguments, 'seed'> {
  readonly model: string;
  readonly calibrate: string;
  readonly test: string | undefined;
  readonly 'input-scale': number;
  readonly 'input-offset': number;
  readonly output: string;
}

/** The first half calibrates and the second half is held aside, unless there is a file of its own for that. */
function divide(all: readonly Tensor[], test: readonly Tensor[] | undefined) {
  if (test !== undefined) return { calibration: all, test };
  const half = Math.ceil(all.length / 2);
  return { calibration: all.slice(0, half), test: all.slice(half) };
}

/** `quantize`: reads, quantizes, writes the network, its report and one input; prints the report. */
export async function quantizeFile(args: QuantizeArguments): Promise<void> {
  const model = await loadFile(args.model, args);
  const input = inputsOf(model)[0];
  if (input === undefined) throw new UserError(`${args.model} has no input.`);
  const read = (path: string) =>
    readSamples(path, input.type.shape, args['input-scale'], args['input-offset']);
  const samples = divide(read(args.calibrate), args.test === undefined ? undefined : read(args.test));
  const quantized = quantize(model, {
    ...samples,
    evaluate: executeHostOp,
    progress: (what) => process.stderr.write(`${what}\n`),
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
