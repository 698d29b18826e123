import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';
import { runOnHost, soleInput } from './host-run.js';
import { int8Network } from './tflite-models.js';
import { encodeTflite, type TensorSpec, type TfliteSpec } from './tflite-writer.js';

// schema.fbs: quantized_dimension of weights is the output channel's axis: 0 of OHWI and of (units, inputs), 3 of 1HWC.

const CONV = 3;
const DEPTHWISE = 4;
const FULLY_CONNECTED = 9;

describe('scales of int8 weights', () => {
  const withWeights = (name: string, more: Partial<TensorSpec>): Uint8Array => {
    const spec = int8Network();
    return encodeTflite({
      ...spec,
      tensors: spec.tensors.map((t) => (t.name === name ? { ...t, ...more } : t)),
    });
  };

  it.each([
    [
      'net/conv/Conv2D',
      { axis: 3 },
      'operator 0 (CONV_2D): weights net/conv/Conv2D have 8 scales along axis 3; must be 8 along axis 0.',
    ],
    [
      'net/dw/depthwise',
      { axis: 0 },
      'operator 1 (DEPTHWISE_CONV_2D): weights net/dw/depthwise have 8 scales along axis 0; must be 8 along axis 3.',
    ],
    [
      'net/fc/MatMul',
      { axis: 1, scales: [0.1, 0.2, 0.3, 0.4, 0.5] },
      'weights net/fc/MatMul have 5 scales along axis 1; must be 5 along axis 0.',
    ],
    [
      'net/conv/Conv2D',
      { scales: [0.1, 0.2, 0.3], zeroPoints: [0, 0, 0] },
      'weights net/conv/Conv2D have 3 scales along axis 0; must be 8 along axis 0.',
    ],
  ] as const)('%s with %j are refused', (name, more, message) =>
    expect(() => importTflite(withWeights(name, more), 'net')).toThrow(message),
  );

  it('a single scale needs no axis', () =>
    expect(() =>
      importTflite(withWeights('net/conv/Conv2D', { scales: [0.1], axis: 2 }), 'net'),
    ).not.toThrow());
});

describe('int8 weights of a float32 layer: value times the scale of its output channel', () => {
  /** One layer over `x`, in the file's order. */
  function layer(
    code: number,
    x: TensorSpec,
    weights: Omit<TensorSpec, 'name' | 'dtype'>,
    output: readonly number[],
  ): TfliteSpec {
    const y = { name: 'y', shape: output, dtype: 'float32' } as const;
    // VALID, stride 1 both ways
    const options =
      code === FULLY_CONNECTED ? { 0: { int8: 0 } } : { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 } };
    return {
      tensors: [x, { name: 'net/w', dtype: 'int8', ...weights }, y],
      operators: [{ code, inputs: [0, 1], outputs: [2], options }],
      inputs: [0],
      outputs: [2],
    };
  }
  const image = (shape: readonly number[]): TensorSpec => ({ name: 'x', shape, dtype: 'float32' });
  const run = (spec: TfliteSpec, data: readonly number[]): number[] => {
    const model = importTflite(encodeTflite(spec), 'net');
    const x = tensor(spec.tensors[0]!.shape, 'float32', data);
    return [...runOnHost(model, { [soleInput(model).name]: x }).get('output')!.data];
  };

  it.each([
    [
      'conv, axis 0 of OHWI',
      layer(
        CONV,
        image([1, 1, 2, 2]),
        { shape: [3, 1, 2, 2], data: [1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1], scales: [0.5, 2, 4], axis: 0 },
        [1, 1, 1, 3],
      ),
      [1, 2, 3, 4],
      [0.5, 8, 24], // 1 * 0.5; 4 * 2; (2 * 1 + 4) * 4
    ],
    [
      'conv, one scale for all',
      layer(
        CONV,
        image([1, 1, 1, 2]),
        { shape: [2, 1, 1, 2], data: [1, 0, 0, 1], scales: [0.25] },
        [1, 1, 1, 2],
      ),
      [4, 8],
      [1, 2],
    ],
    [
      'depthwise, axis 3 of 1HWC',
      layer(
        DEPTHWISE,
        image([1, 1, 2, 3]),
        { shape: [1, 1, 2, 3], data: [1, 1, 1, 0, 1, 2], scales: [0.5, 2, 4], axis: 3 },
        [1, 1, 1, 3],
      ),
      [1, 2, 3, 10, 20, 30],
      [0.5, 44, 252], // 1 * 0.5; (2 + 20) * 2; (3 + 60) * 4
    ],
    [
      'dense, axis 0 of (units, inputs)',
      layer(
        FULLY_CONNECTED,
        image([1, 3]),
        { shape: [2, 3], data: [1, 0, 0, 0, 0, 1], scales: [0.5, 2], axis: 0 },
        [1, 2],
      ),
      [1, 2, 3],
      [0.5, 6],
    ],
  ] as const)('%s', (_, spec, x, y) => expect(run(spec, x)).toEqual(y));

  it.each([
    ['scales that fit no axis', { scales: [0.5, 2, 4] }],
    ['a zero point', { scales: [0.5, 2], zeroPoints: [0, 1] }],
  ])('%s are refused', (_, more) =>
    expect(() =>
      run(
        layer(CONV, image([1, 1, 1, 2]), { shape: [2, 1, 1, 2], data: [1, 0, 0, 1], ...more }, [1, 1, 1, 2]),
        [1, 1],
      ),
    ).toThrow('weights net/w have zero points, or scales that do not fit their shape'),
  );
});
