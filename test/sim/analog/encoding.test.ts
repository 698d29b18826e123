import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCells } from '../../../sim/core/analog-array.js';
import { analogVectors, analogWeightCycles, DEFAULT_ANALOG } from '../../../sim/isa/analog/cycles.js';
import { oxUnroll } from '../../../sim/isa/analog/geometry.js';
import { ANALOG_INFERENCES } from '../../../sim/isa/analog/inferred.js';
import { completeAnalogFields, decodeAnalog, encodeAnalog } from '../../../sim/isa/analog/instruction.js';
import { packForAnalog, unpackFromAnalog } from '../../../sim/isa/analog/layout.js';
import {
  type AnalogOperation,
  toAnalogFields,
  toAnalogOperation,
} from '../../../sim/isa/analog/operation.js';
import { ANALOG_REGISTERS } from '../../../sim/isa/analog/registers.js';
import { packAnalogNorm, packAnalogWeights } from '../../../sim/isa/analog/weights.js';

// Offsets typed from analog.md, which has them from the SDK's header.
it.each([
  ['WT_CONV_ADDR', 0x40],
  ['WT_SIMD_ADDR', 0x44],
  ['IM_ADDR', 0x48],
  ['CONF_N', 0x5c],
  ['NB_TILE', 0x68],
  ['MEMCPY_OP', 0x6c],
  ['L1ADDR', 0x78],
  ['MEMCPY_ROW_LENGTH', 0x80],
] as const)('register %s is at 0x%x', (name, offset) => expect(ANALOG_REGISTERS[name]).toBe(offset));

const conv: AnalogOperation = {
  kind: 'analog',
  input: 0,
  output: 32768,
  channels: 16,
  outputs: 40,
  columns: 8,
  rows: 6,
  kernelWidth: 3,
  kernelHeight: 5,
  outputColumns: 8,
  outputRows: 6,
  unroll: 2,
  stride: 1,
  padding: { bottom: 1, top: 2, right: 3, left: 1 },
  gain: undefined,
  shift: 0,
  relu: false,
};

describe('the instruction', () => {
  it('has the half-words that the driver sets', () => {
    const words = encodeAnalog(completeAnalogFields(toAnalogFields(conv)));
    const halves = Array.from({ length: 32 }, (_, i) => (words[i >> 1]! >>> (16 * (i & 1))) & 0xffff);
    // skips, reg1, in, out, ps, res, bn, c, k, cx, cy, precision, pool_fy_fx, ox, oy, ox_unroll, stride, padding,
    // processing_blocks, complicated_register, use_blk_col, reg21, stop, reg23, reg24, reg25
    expect(halves.slice(0, 26)).toEqual([
      0x3f, 0, 0, 2048, 0, 0, 0, 16, 40, 8, 6, 7, 0x53, 4, 6, 2, 1, 0b01_11_10_01, 1, 0x2005, 0xc000, 0x0100,
      0xf000, 0, 0x84, 480,
    ]);
    expect(halves.slice(26)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('comes back from its words, with gain, shift and ReLU', () => {
    const whole = { ...conv, gain: 2.5, shift: 3, relu: true };
    const words = encodeAnalog(completeAnalogFields(toAnalogFields(whole)));
    expect(toAnalogOperation(decodeAnalog(words))).toEqual(whole);
  });

  it.each([
    [
      { c: 400 },
      'fields c, pool_fy_fx of the analog core is 6000 rows; must be at most 1152 rows of the array.',
    ],
    [{ k: 513 }, 'field k of the analog core is 513; must be 1..512 columns of the array.'],
    [{ ox_unroll: 3 }, 'field ox_unroll of the analog core is 3; must be 1, 2 or 4.'],
    [{ stride: 0 }, 'field stride of the analog core is 0; must be 1 or 2.'],
    [
      { skips: 0x2f },
      'field skips of the analog core is 47; must be 0x0000003f, as drivers set it; what the chip does otherwise is not known.',
    ],
    [{ reg25: 512 }, 'field reg25 of the analog core is 512; must be 2 * c * fx * fy rounded up to 32 (480)'],
    [{ reg30: 32 }, 'field reg30 of the analog core is 32; must be 0..31 bits.'],
  ])('refuses %j', (wrong, message) =>
    expect(() => toAnalogOperation(completeAnalogFields({ ...toAnalogFields(conv), ...wrong }))).toThrow(
      message,
    ),
  );
});

describe('weights in L2', () => {
  it('stand mirrored, with turned signs, in two planes of bits', () => {
    // One row, two columns, +1 and -1: stored row 287 of 288 lies in block 4, where even and odd columns are turned.
    const bytes = packAnalogWeights([1, -1], [2, 1, 1, 1]);
    expect(bytes.length).toBe((288 * 128 * 2) / 8);
    const used = [...bytes.entries()].filter(([, b]) => b !== 0);
    // Plus plane of row 287: column 1 -> 0x40000000; minus plane: column 0 -> 0x80000000, little-endian words.
    expect(used).toEqual([
      [2 * 287 * 16 + 3, 0x40],
      [2 * 287 * 16 + 16 + 3, 0x80],
    ]);
  });

  it.each([
    // stored row, column, whether the stored sign is turned: b = row / 64; even columns unless b is 6..11, odd ones where b <= 8
    [0, 0, true],
    [5 * 64 + 63, 2, true],
    [6 * 64, 0, false],
    [11 * 64, 4, false],
    [12 * 64, 0, true],
    [8 * 64 + 63, 1, true],
    [9 * 64, 1, false],
    [17 * 64, 3, false],
  ])('row %i column %i: sign turned %s', (stored, column, turned) => {
    const rows = 1152;
    const weights = new Int8Array(5 * rows);
    weights[column * rows + (rows - 1 - stored)] = 1;
    const bytes = packAnalogWeights(weights, [5, 128, 3, 3]);
    const line = bytes.findIndex((b) => b !== 0) >> 4;
    expect(line).toBe(2 * stored + (turned ? 1 : 0));
  });

  it('come back from their bits', () =>
    fc.assert(
      fc.property(
        fc.constantFrom([3, 4, 3, 3], [130, 20, 1, 1], [5, 128, 3, 3], [33, 32, 5, 7]) as fc.Arbitrary<
          [number, number, number, number]
        >,
        fc.integer(),
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 1),
        (shape, seed, rowsMirrored, signFlips) => {
          const rows = shape[1] * shape[2] * shape[3];
          const weights = Int8Array.from(
            { length: shape[0] * rows },
            (_, i) => (((i * 7919 + seed) >> 3) % 3) | 0,
          );
          for (let i = 0; i < weights.length; i++)
            weights[i] = Math.max(-1, Math.min(1, weights[i]! - (i % 2)));
          const ours = { ...ANALOG_INFERENCES, rowsMirrored, signFlips };
          const cells = decodeCells(packAnalogWeights(weights, shape, ours), rows, shape[0], ours);
          expect(cells.weights).toEqual(weights);
        },
      ),
      { numRuns: 20 },
    ));

  it('refuses what is not ternary', () =>
    expect(() => packAnalogWeights([2], [1, 1, 1, 1])).toThrow(
      'weight of an analog layer is 2; must be -1, 0 or 1.',
    ));

  it('are followed by a word a channel to multiply by and to add', () =>
    expect([...packAnalogNorm([1, -2], [3, 256])]).toEqual([
      1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 3, 0, 0, 0, 0, 1, 0, 0,
    ]));
});

describe('activations', () => {
  it('lie channel-minor, in blocks of 64, words reversed', () => {
    // Two channels of two pixels: pixel 0 has 1 and 3, pixel 1 has 2 and 4.
    const bytes = packForAnalog([1, 2, 3, 4], [1, 2, 1, 2]);
    expect(bytes.length).toBe(128);
    expect([...bytes.entries()].filter(([, b]) => b !== 0)).toEqual([
      [2, 3],
      [3, 1],
      [66, 4],
      [67, 2],
    ]);
  });

  it.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])('come back (words reversed %i, blocks together %i)', (wordsReversed, blocksTogether) => {
    const ours = { ...ANALOG_INFERENCES, wordsReversed, blocksTogether };
    const shape = [1, 70, 3, 2];
    const values = Int8Array.from({ length: 420 }, (_, i) => (i * 37) % 251);
    expect(unpackFromAnalog(packForAnalog(values, shape, ours), shape, ours)).toEqual(values);
  });
});

it.each([
  // c, k, fy, fx -> ox_unroll: doubled while 2 * unroll * k <= 512 and c * fy * (fx + 2 * unroll - 1) <= 1152
  [16, 16, 3, 3, 4],
  [64, 64, 3, 3, 4],
  [128, 128, 3, 3, 1],
  [64, 512, 1, 1, 1],
  [64, 256, 1, 1, 2],
])('%i to %i channels, %ix%i: ox_unroll %i', (c, k, fy, fx, unroll) =>
  expect(oxUnroll(c, k, fy, fx)).toBe(unroll),
);

it("counts ODiMO's cycles: 4 * 2 * c * fx * fy for weights, ceil(k/512) * ceil(c/128) * ox * oy / ox_unroll vectors", () => {
  const o = {
    ...conv,
    channels: 64,
    outputs: 64,
    kernelWidth: 3,
    kernelHeight: 3,
    outputColumns: 32,
    outputRows: 32,
  };
  expect([analogWeightCycles(o, DEFAULT_ANALOG), analogVectors(o, DEFAULT_ANALOG)]).toEqual([4608, 512]);
});
