import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { evaluate } from '../../golden/reference.js';
import { tensor } from '../../src/base/tensor.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readNpyFile } from '../../src/node/npy-file.js';
import { FULL } from '../full.js';
import { differing, runOnHost } from './host-run.js';
import { load as loadOnnx } from './onnx-run.js';
import type { ModelSpec, NodeSpec } from './onnx-writer.js';
import { describeWithModels, MODELS } from './shared-models.js';

const folder = `${MODELS}/mnist`;

/** Images as the networks want them: pixel / 127.5 - 1, both steps in float32. */
function images() {
  const { data } = readNpyFile(`${folder}/test_images_uint8_nchw.npy`);
  return (i: number) =>
    tensor(
      [1, 1, 28, 28],
      'float32',
      Array.from(data.subarray(784 * i, 784 * (i + 1)), (v) => Math.fround(v / 127.5) - 1),
    );
}

const FEW = FULL ? 64 : 3;

describeWithModels('MNIST networks as onnxruntime writes them quantized', () => {
  // The scale of the last quantization, from the files: a step of the output.
  it.each([
    ['lenet_qdq_u8', 0.05238034948706627],
    ['lenet_qdq_s8', 0.05238034948706627],
    ['lenet_qop_u8', 0.05238034948706627],
    ['resnet_qdq_u8', 0.04234084486961365],
    ['resnet_qdq_s8', 0.04234084486961365],
    ['resnet_qop_u8', 0.04234084486961365],
  ])('%s gives the recorded outputs of onnxruntime within one step of %d', (name, step) => {
    const model = loadModelFile(`${folder}/mnist_${name}.onnx`);
    const recorded = readNpyFile(`${folder}/mnist_${name}_out.npy`);
    const classes = recorded.shape[1]!;
    const image = images();
    let same = 0;
    for (let i = 0; i < FEW; i++) {
      const out = runOnHost(model, { input: image(i) }).get('output')!;
      const want = recorded.data.subarray(classes * i, classes * (i + 1));
      const steps = Array.from(out.data, (v, k) => Math.round((v - want[k]!) / step));
      expect(Math.max(...steps.map(Math.abs))).toBeLessThanOrEqual(1);
      if (steps.every((s) => s === 0)) same++;
    }
    // Bit by bit but for a result that lies next to a half.
    expect(same).toBeGreaterThanOrEqual(FEW - 1);
  });

  it('host kernels and reference agree at every tensor', async () => {
    const model = loadModelFile(`${folder}/mnist_lenet_qop_u8.onnx`);
    const input = new Map([['input', images()(5)]]);
    const reference = evaluate(model.main, input, model.params, await openBackend('wasm'));
    expect(differing(reference.tensors, runOnHost(model, { input: images()(5) }))).toEqual([]);
  });

  // As many as onnxruntime-web 1.30 names of the same images; of all 1,000 that is 982 and 990.
  it.runIf(FULL).each([
    ['lenet_qdq_u8', 982, 1000],
    ['resnet_qop_u8', 195, 200],
  ])('%s names %d of the first %d digits', { timeout: 600_000 }, (name, right, labelled) => {
    const model = loadModelFile(`${folder}/mnist_${name}.onnx`);
    const labels = readNpyFile(`${folder}/test_labels_uint8.npy`).data;
    const image = images();
    let count = 0;
    for (let i = 0; i < labelled; i++) {
      const scores = [...runOnHost(model, { input: image(i) }).get('output')!.data].slice(0, 10);
      if (scores.indexOf(Math.max(...scores)) === labels[i]) count++;
    }
    expect(count).toBe(right);
  });
});

describe('com.microsoft`s operators of the operator format', () => {
  const byte = (v: number) => tensor([], 'uint8', [v]);
  const scale = (v: number) => tensor([], 'float32', [v]);
  const initializers = {
    one: scale(1),
    half: scale(0.5),
    tiny: scale(1 / 256),
    ten: byte(10),
    zero: byte(0),
  };
  const output = (
    node: Omit<NodeSpec, 'outputs' | 'domain'>,
    shape: readonly number[],
    x: readonly number[],
  ) => {
    const spec: ModelSpec = {
      opset: 13,
      inputs: { x: shape },
      inputType: 2,
      outputs: ['y'],
      initializers,
      nodes: [{ ...node, outputs: ['y'], domain: 'com.microsoft' }],
    };
    return [...runOnHost(loadOnnx(spec), { x: tensor(shape, 'uint8', x) }).get('output')!.data];
  };
  const i = (v: number) => ({ i: v });

  it.each<[string, Omit<NodeSpec, 'outputs' | 'domain'>, readonly number[], readonly number[]]>([
    [
      // (15 - 10), (20 - 10) | 0, 0 with half steps: means 7.5, 0; half steps again
      'QLinearAveragePool',
      {
        op: 'QLinearAveragePool',
        inputs: ['x', 'half', 'ten', 'half', 'ten'],
        attributes: { kernel_shape: { ints: [1, 2] }, strides: { ints: [1, 2] } },
      },
      [15, 20, 10, 10],
      [18, 10],
    ],
    [
      // at 1 instead of half a step: halves to even
      'QLinearConcat of unequal scales',
      {
        op: 'QLinearConcat',
        inputs: ['one', 'zero', 'x', 'half', 'ten', 'x', 'one', 'ten'],
        attributes: { axis: i(1) },
      },
      [11, 13, 15, 20],
      [0, 2, 2, 5, 1, 3, 5, 10],
    ],
    [
      // e^0 : e^0 and so on in 256ths
      'QLinearSoftmax',
      {
        op: 'QLinearSoftmax',
        inputs: ['x', 'one', 'ten', 'tiny', 'zero'],
        attributes: { axis: i(3), opset: i(13) },
      },
      [10, 10, 10, 10],
      [64, 64, 64, 64],
    ],
    [
      'QLinearReduceMean',
      {
        op: 'QLinearReduceMean',
        inputs: ['x', 'half', 'ten', 'half', 'ten'],
        attributes: { axes: { ints: [3] }, keepdims: i(0) },
      },
      [15, 20, 10, 10],
      [14],
    ],
  ])('%s', (_, node, x, expected) => expect(output(node, [1, 1, 1, 4], x)).toEqual(expected));

  it('QLinearSoftmax of an older opset takes all axes from its own on together', () => {
    const node = (opset: number) => ({
      op: 'QLinearSoftmax',
      inputs: ['x', 'one', 'ten', 'tiny', 'zero'],
      attributes: { axis: i(1), opset: i(opset) },
    });
    expect(output(node(12), [1, 1, 2, 2], [10, 10, 10, 10])).toEqual([64, 64, 64, 64]);
    expect(output(node(13), [1, 1, 2, 2], [10, 10, 10, 10])).toEqual([255, 255, 255, 255]);
  });

  it.each([
    [{ channels_last: i(1) }, /channels_last is 1; only 0 is supported/],
    [{ ceil_mode: i(1), count_include_pad: i(1) }, /ceil_mode with count_include_pad is not supported/],
  ])('a pool with %j is refused', (more, message) => {
    const node = {
      op: 'QLinearAveragePool',
      inputs: ['x', 'half', 'ten', 'half', 'ten'],
      attributes: { kernel_shape: { ints: [1, 2] }, ...more },
    };
    expect(() => output(node, [1, 1, 1, 4], [1, 2, 3, 4])).toThrow(message);
  });
});
