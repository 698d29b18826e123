import { describe, expect, it } from 'vitest';
import { encodeTflite, type TensorSpec, type TfliteSpec } from '../../scripts/oracle/tflite-writer.js';
import { tensor } from '../../src/base/tensor.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';
import { runOnHost, soleInput } from './host-run.js';

// BuiltinOperator and ActivationFunctionType, typed from schema.fbs.
const ADD = 0;
const RELU = 19;
const RELU_N1_TO_1 = 20;
const RELU6 = 21;

const run = (spec: TfliteSpec, values: readonly number[]) => {
  const model = importTflite(encodeTflite(spec), 'net');
  const { shape, dtype } = spec.tensors[0]!;
  return [...runOnHost(model, { [soleInput(model).name]: tensor(shape, dtype, values) }).get('output')!.data];
};

/** One operator over x, or over x and a constant. */
const one = (
  code: number,
  x: Omit<TensorSpec, 'name'>,
  constant?: readonly number[],
  activation?: number,
): TfliteSpec => ({
  tensors: [
    { name: 'x', ...x },
    { name: 'y', ...x },
    ...(constant === undefined ? [] : [{ name: 'c', ...x, data: constant }]),
  ],
  operators: [
    {
      code,
      inputs: constant === undefined ? [0] : [0, 2],
      outputs: [1],
      ...(activation === undefined ? {} : { options: { 0: { int8: activation } } }),
    },
  ],
  inputs: [0],
  outputs: [1],
});

describe('on float32', () => {
  const float = { shape: [1, 5], dtype: 'float32' } as const;
  const values = [-3, -0.5, 0.5, 2, 9];
  it.each([
    ['NONE', 0, [-3, -0.5, 0.5, 2, 9]],
    ['RELU', 1, [0, 0, 0.5, 2, 9]],
    ['RELU_N1_TO_1', 2, [-1, -0.5, 0.5, 1, 1]],
    ['RELU6', 3, [0, 0, 0.5, 2, 6]],
  ])('fused %s', (_, code, y) => expect(run(one(ADD, float, [0, 0, 0, 0, 0], code), values)).toEqual(y));

  it.each([
    [RELU, [0, 0, 0.5, 2, 9]],
    [RELU_N1_TO_1, [-1, -0.5, 0.5, 1, 1]],
    [RELU6, [0, 0, 0.5, 2, 6]],
  ])('operator %i', (code, y) => expect(run(one(code, float), values)).toEqual(y));

  it('others are refused by their number, with the names of those that are read', () =>
    expect(() => run(one(ADD, float, [0, 0, 0, 0, 0], 4), values)).toThrow(
      'fused activation 4 is not supported; supported are NONE, RELU, RELU_N1_TO_1, RELU6',
    ));
});

describe('on int8: clipped at zero point + limit / scale', () => {
  const int8 = (scale: number, zeroPoint: number) =>
    ({ shape: [1, 6], dtype: 'int8', scales: [scale], zeroPoints: [zeroPoint] }) as const;
  const values = [-128, -30, 0, 45, 90, 127];
  it.each([
    ['RELU', RELU, 0.1, -10, [-10, -10, 0, 45, 90, 127]],
    ['RELU6', RELU6, 0.1, -10, [-10, -10, 0, 45, 50, 50]],
    ['RELU6 beyond 127', RELU6, 0.05, 20, [20, 20, 20, 45, 90, 127]],
    ['RELU6 from -128', RELU6, 0.05, -128, [-128, -30, -8, -8, -8, -8]],
    ['RELU_N1_TO_1', RELU_N1_TO_1, 0.1, -10, [-20, -20, 0, 0, 0, 0]],
    ['RELU_N1_TO_1 to 127', RELU_N1_TO_1, 0.01, 40, [-60, -30, 0, 45, 90, 127]],
    // 1 / 0.3 is 3.33: 3 steps; 1 / 0.4 is 2.5: rounded away from zero, 3 steps
    ['RELU_N1_TO_1, rounded down', RELU_N1_TO_1, 0.3, 0, [-3, -3, 0, 3, 3, 3]],
    ['RELU_N1_TO_1, half away from zero', RELU_N1_TO_1, 0.4, 0, [-3, -3, 0, 3, 3, 3]],
    ['RELU whose limits are all of int8', RELU, 0.1, -128, values],
    ['RELU6 whose limits are all of int8', RELU6, 6 / 255, -128, values],
  ])('%s', (_, code, scale, zeroPoint, y) =>
    expect(run(one(code, int8(scale, zeroPoint)), values)).toEqual(y),
  );

  it('limits that cover all of int8 make no clip', () => {
    const ops = (scale: number, zeroPoint: number): string =>
      JSON.stringify(importTflite(encodeTflite(one(RELU6, int8(scale, zeroPoint))), 'net').main, (key, v) =>
        key === 'data' ? undefined : v,
      );
    expect(ops(6 / 255, -128)).not.toContain('"clip"');
    expect(ops(0.1, -128)).toContain('"clip"');
    expect(ops(0.02, -20)).toContain('"clip"');
  });
});
