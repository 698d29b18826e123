import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { evaluate } from '../../golden/reference.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readNpyFile } from '../../src/node/npy-file.js';
import { differing, runOnHost, soleInput } from './host-run.js';
import { describeWithModels, MODELS } from './shared-models.js';

const file = (name: string) => join(MODELS, 'mlperf-tiny', name);
const bestOf = (t: Tensor): number => t.data.indexOf(Math.max(...t.data));

/** Photograph `i` as the network takes it: 0..255, or int8 with zero point -128. */
function photograph(i: number, dtype: 'int8' | 'float32'): Tensor {
  const { data } = readNpyFile(file('photo_crops_32x32_uint8_nhwc.npy'));
  const values = Array.from(data.subarray(i * 3072, (i + 1) * 3072), (v) => (dtype === 'int8' ? v - 128 : v));
  return tensor([1, 32, 32, 3], dtype, values);
}

describeWithModels('the networks of MLPerf Tiny as TFLite files', () => {
  it.each([
    ['resnet8_int8.tflite', () => photograph(0, 'int8')],
    ['dscnn_int8.tflite', () => readNpyFile(file('kws_sample_int8_nhwc.npy'))],
    ['resnet8_float32.tflite', () => photograph(0, 'float32')],
  ] as const)('%s: host kernels and reference agree at every tensor', async (name, value) => {
    const model = loadModelFile(file(name));
    const input = soleInput(model);
    const x = tensor(input.type.shape, input.type.dtype, value().data);
    const reference = evaluate(model.main, new Map([[input.name, x]]), model.params, await openBackend());
    expect(differing(reference.tensors, runOnHost(model, { [input.name]: x }))).toEqual([]);
  });

  it('resnet8: int8 and float32 name the same class on most photographs', () => {
    const [int8, float] = [
      loadModelFile(file('resnet8_int8.tflite')),
      loadModelFile(file('resnet8_float32.tflite')),
    ];
    const best = (model: typeof int8, x: Tensor) =>
      bestOf(runOnHost(model, { [soleInput(model).name]: x }).get('output')!);
    const agreeing = Array.from({ length: 16 }, (_, i) => i * 4).filter(
      (i) => best(int8, photograph(i, 'int8')) === best(float, photograph(i, 'float32')),
    );
    expect(agreeing.length).toBeGreaterThanOrEqual(14);
  });

  it('dscnn: the official sample is the same keyword in int8 and in float32', () => {
    const sample = readNpyFile(file('kws_sample_int8_nhwc.npy'));
    const [int8, float] = [
      loadModelFile(file('dscnn_int8.tflite')),
      loadModelFile(file('dscnn_float32.tflite')),
    ];
    // scale and zero point of the int8 network's input, from the file
    const real = Array.from(sample.data, (v) => (v - 83) * 0.5847029089927673);
    const outputs = [
      runOnHost(int8, { [soleInput(int8).name]: tensor([1, 49, 10, 1], 'int8', sample.data) }),
      runOnHost(float, { [soleInput(float).name]: tensor([1, 49, 10, 1], 'float32', real) }),
    ];
    expect(outputs.map((o) => bestOf(o.get('output')!))).toEqual([5, 5]);
  });
});
