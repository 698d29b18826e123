import { describe, expect, it } from 'vitest';
import { type AnalogLayer, analogMacs, describeAnalog } from '../../src/passes/analog-layer.js';
import {
  type ConvLayer,
  type DenseLayer,
  describe as describeLayer,
  type SumLayer,
  usefulMacs,
} from '../../src/passes/digital-layer.js';

const CONV: ConvLayer = {
  kind: 'conv',
  depthwise: false,
  input: [1, 3, 10, 12],
  output: [1, 8, 5, 6],
  weights: new Int8Array(0),
  bias: [],
  kernelHeight: 5,
  kernelWidth: 7,
  stride: 2,
  padTop: 2,
  padLeft: 3,
  shift: 4,
  relu: true,
};
const DENSE: DenseLayer = {
  kind: 'dense',
  input: [1, 640],
  output: [1, 128],
  weights: new Int8Array(0),
  bias: [],
  shift: 9,
  relu: false,
};
const SUM: SumLayer = { kind: 'sum', input: [1, 4, 6, 6], output: [1, 4, 6, 6], shift: 1 };
const ANALOG: AnalogLayer = {
  kind: 'analog',
  input: [1, 3, 10, 12],
  output: [1, 8, 5, 6],
  weights: new Int8Array(0),
  kernelHeight: 5,
  kernelWidth: 7,
  stride: 2,
  padTop: 2,
  padLeft: 3,
  gain: 8,
  multiply: [],
  add: [],
  shift: 4,
  relu: true,
};

describe('a layer in figures', () => {
  it.each([
    // 8 x 5 x 6 outputs of 3 channels and 5 x 7 taps each; depthwise, of one channel.
    ['conv', CONV, 8 * 5 * 6 * 3 * 35],
    ['depthwise conv', { ...CONV, depthwise: true, input: [1, 8, 10, 12] }, 8 * 5 * 6 * 35],
    ['dense', DENSE, 81_920],
    ['sum', SUM, 0],
  ] as const)('%s: %o takes %i multiply-accumulates', (_, layer, macs) =>
    expect(usefulMacs(layer)).toBe(macs),
  );
  it('analog: as many as the conv', () => expect(analogMacs(ANALOG)).toBe(25_200));
});

describe('a layer in words', () => {
  it.each([
    [CONV, '5x7 s2,2 p2,3 >>4 relu'],
    [{ ...CONV, depthwise: true, relu: false }, 'depthwise 5x7 s2,2 p2,3 >>4'],
    [DENSE, '>>9'],
    [{ ...DENSE, relu: true }, '>>9 relu'],
    [SUM, '>>1'],
  ] as const)('%o is "%s"', (layer, words) => expect(describeLayer(layer)).toBe(words));
  it('analog: with its gain', () => {
    expect(describeAnalog(ANALOG)).toBe('analog 5x7 s2,2 p2,3 /8 >>4 relu');
    expect(describeAnalog({ ...ANALOG, relu: false })).toBe('analog 5x7 s2,2 p2,3 /8 >>4');
  });
});
