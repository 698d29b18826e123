import { expect } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import { runOnHost, soleInput } from './host-run.js';
import { evaluateOnnx } from './onnx-oracle.js';
import { encodeOnnx, type ModelSpec } from './onnx-writer.js';
import { randomOf } from './random.js';

export const noExternal = () => {
  throw new Error('no external data here');
};
export const load = (spec: ModelSpec) => importOnnx(encodeOnnx(spec), { name: 'net', external: noExternal });
/** Runs `spec` through importer and host kernels, and literally in float64; compares every tensor that both name. */
export function compareWithOracle(spec: ModelSpec, seed: string): number {
  const model = load(spec);
  const input = soleInput(model);
  const [lo, hi] = input.type.dtype === 'uint8' ? [0, 255] : [-128, 127];
  const count = input.type.shape.reduce((a, b) => a * b, 1);
  const value = tensor(input.type.shape, input.type.dtype, randomOf(seed).integers(lo, hi, count));
  const actual = runOnHost(model, { [input.name]: value });
  const expected = evaluateOnnx(spec, { [Object.keys(spec.inputs)[0]!]: value });
  let compared = 0;
  for (const [name, label] of model.sourceNames) {
    const [a, e] = [actual.get(label), expected.get(name)];
    if (a === undefined || e === undefined || a.dtype === 'float32') continue;
    expect([name, [...a.data]]).toEqual([name, [...e.data]]);
    compared++;
  }
  return compared;
}
