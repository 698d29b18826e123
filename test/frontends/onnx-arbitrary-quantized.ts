import fc from 'fast-check';
import { random, randomInts, randomUniform } from '../../src/base/random.js';
import { tensor } from '../../src/base/tensor.js';
import {
  geometry,
  i,
  type Made,
  type Operator,
  one,
  opsetFrom,
  upTo,
  windowOf,
} from './onnx-arbitrary-parts.js';

/** Operators on integers that stand for reals. */
export const quantized: Made = fc
  .record({
    g: geometry,
    op: fc.constantFrom(
      'QLinearConv',
      'QuantizeLinear',
      'DequantizeLinear',
      'QLinearAdd',
      'QLinearMul',
      'QLinearGlobalAveragePool',
      'QLinearSigmoid',
      'QLinearLeakyRelu',
      'QLinearAveragePool',
      'QLinearConcat',
      'QLinearSoftmax',
      'QLinearMatMul',
      'QGemm',
      'ConvInteger',
      'MatMulInteger',
      'DynamicQuantizeLinear',
    ),
    axis: upTo(3),
    older: fc.boolean(),
    signed: fc.boolean(),
    scales: fc.tuple(
      fc.double({ min: 0.004, max: 0.1, noNaN: true }),
      fc.double({ min: 0.004, max: 0.1, noNaN: true }),
    ),
    zeros: fc.tuple(upTo(255), upTo(255)),
    opset: opsetFrom(13),
  })
  .map(({ g, op, signed, scales, zeros, opset, axis, older }): { opset: number; made: Operator } => {
    const type = signed ? ('int8' as const) : ('uint8' as const);
    const zero = (z: number) => tensor([], type, [signed ? z - 128 : z]);
    const [xs, ys] = scales.map((v) => one(Math.fround(v)));
    const [xz, yz] = zeros.map(zero);
    const shape = [1, 4, ...g.size];
    const microsoft = { op, domain: 'com.microsoft', shape, attributes: {}, input: type, output: type };
    const bytes = (...of: number[]) =>
      randomInts(random('bytes', g.seed), of, signed ? -128 : 0, signed ? 127 : 255, type);
    switch (op) {
      case 'QuantizeLinear':
        return { opset, made: { op, shape, attributes: {}, constants: [xs, xz], output: type } };
      case 'DequantizeLinear':
        return { opset, made: { op, shape, attributes: {}, constants: [xs, xz], input: type } };
      case 'QLinearConv': {
        const w = randomInts(random('w', g.seed), [3, 4, ...g.k], -127, 127, 'int8');
        const ws = randomUniform(random('ws', g.seed), [3], 0.001, 0.01, 'float32');
        const bias = randomInts(random('b', g.seed), [3], -2000, 2000, 'int32');
        const constants = [xs, xz, w, ws, tensor([3], 'int8'), one(0.05), yz, bias];
        const attributes = windowOf(2, g.k, g.p, g.st, g.d, g.auto);
        return { opset, made: { op, shape, attributes, constants, input: type, output: type } };
      }
      case 'QLinearAdd':
      case 'QLinearMul':
        return { opset, made: { ...microsoft, constants: [xs, xz, bytes(...shape), ys, yz, one(0.05), xz] } };
      case 'QLinearAveragePool': {
        const p = g.p.map((v, a) => Math.min(v, g.k[a % 2]! - 1));
        const { dilations: _, ...window } = windowOf(2, g.k, p, g.st, [1, 1], g.auto);
        const attributes = { ...window, ceil_mode: i(older), count_include_pad: i(axis % 2) };
        return { opset, made: { ...microsoft, attributes, constants: [xs, xz, ys, yz] } };
      }
      case 'QLinearConcat': {
        const constants = [xs, xz, bytes(...shape), one(0.05), xz];
        return {
          opset,
          made: { ...microsoft, attributes: { axis: i(axis) }, before: [ys!, yz!], constants },
        };
      }
      case 'QLinearSoftmax': {
        const attributes = { axis: i(axis), opset: i(older ? 12 : 13) };
        const constants = [xs, xz, one(1 / 256), zero(0)];
        return { opset, made: { ...microsoft, attributes, constants } };
      }
      case 'QLinearMatMul': {
        const w = randomInts(random('w', g.seed), [g.size[1], 3], -127, 127, 'int8');
        const constants = [xs, xz, w, one(0.01), tensor([], 'int8', [older ? 0 : 3]), one(0.1), yz];
        return {
          opset,
          made: { op, shape: [...g.size], attributes: {}, constants, input: type, output: type },
        };
      }
      case 'QGemm': {
        const w = randomInts(random('w', g.seed), older ? [3, g.size[1]] : [g.size[1], 3], -127, 127, 'int8');
        const ws = randomUniform(random('ws', g.seed), [3], 0.001, 0.01, 'float32');
        const bias = randomInts(random('b', g.seed), [3], -2000, 2000, 'int32');
        const constants = [xs, xz, w, ws, tensor([3], 'int8'), bias, one(0.05), yz];
        const attributes = { transB: i(older) };
        return { opset, made: { ...microsoft, shape: [...g.size], attributes, constants } };
      }
      case 'ConvInteger': {
        const w = randomInts(random('w', g.seed), [3, 4, ...g.k], -127, 127, 'int8');
        const attributes = windowOf(2, g.k, g.p, g.st, g.d, g.auto);
        const constants = [w, xz, older ? undefined : tensor([], 'int8', [5])];
        return { opset, made: { op, shape, attributes, constants, input: type, output: 'int32' } };
      }
      case 'MatMulInteger': {
        const w = randomInts(random('w', g.seed), [g.size[1], 3], -127, 127, 'int8');
        const constants = [w, xz, older ? undefined : tensor([], 'int8', [5])];
        return {
          opset,
          made: { op, shape: [...g.size], attributes: {}, constants, input: type, output: 'int32' },
        };
      }
      case 'DynamicQuantizeLinear':
        return { opset, made: { op, shape, attributes: {}, output: 'uint8', more: ['float32', 'uint8'] } };
      default:
        return { opset, made: { ...microsoft, constants: [xs, xz, ys, yz] } };
    }
  });
