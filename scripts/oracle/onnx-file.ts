import type { Backend } from '../../golden/index.js';
import { isFloat } from '../../src/base/dtype.js';
import { random, randomInts, randomUniform } from '../../src/base/random.js';
import type { Tensor } from '../../src/base/tensor.js';
import { type LoadedModel, loadModel } from '../../src/frontends/load.js';
import { inputsOf } from '../../src/ir/expr.js';
import { OnnxRuntime } from './onnx-runtime.js';
import { bindInputs, refusal, runOurs } from './ours.js';
import { compareOutputs, type Verdict } from './verdict.js';

/** Values for the inputs of a model: floats in -1..1, bytes over their range, wider integers in -100..100. */
export function randomInputs(model: LoadedModel, seed: number | string): Tensor[] {
  return inputsOf(model).map(({ name, type }) => {
    const rng = random(seed, name);
    const { shape, dtype } = type;
    if (isFloat(dtype)) return randomUniform(rng, shape, -1, 1, dtype);
    const [lo, hi] = dtype === 'uint8' ? [0, 255] : dtype === 'int8' ? [-128, 127] : [-100, 100];
    return randomInts(rng, shape, dtype === 'bool' ? 0 : lo, dtype === 'bool' ? 1 : hi, dtype);
  });
}

/**
 * One ONNX file through import, reference and host kernels, and through onnxruntime. Inputs are random, from `seed`. Throws
 * onnxruntime's Error for a file that it does not take.
 */
export async function runOnnxFile(
  name: string,
  bytes: Uint8Array,
  backend: Backend,
  seed: number,
): Promise<Verdict> {
  let model: LoadedModel;
  let values: Tensor[];
  let ours: readonly Tensor[];
  try {
    model = loadModel({ name, bytes });
    values = randomInputs(model, seed);
    ours = runOurs(model, bindInputs(model, values), backend);
  } catch (error) {
    return { kind: 'refused', reason: refusal(error) };
  }
  const runtime = await OnnxRuntime.open(bytes);
  try {
    return compareOutputs(ours, await runtime.run(values));
  } finally {
    await runtime.close();
  }
}
