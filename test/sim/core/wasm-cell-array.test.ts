import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedWeightBytes } from '../../../sim/core/analog-array.js';
import type { CellOperands } from '../../../sim/core/cell-array.js';
import { instantiate } from '../../../sim/core/kernels-instance.js';
import { postProcess, TypedArrayCellArray } from '../../../sim/core/typed-array-cell-array.js';
import { WasmCellArray } from '../../../sim/core/wasm-cell-array.js';
import type { AnalogInferences } from '../../../sim/isa/analog/inferred.js';
import type { AnalogOperation } from '../../../sim/isa/analog/operation.js';
import { runs } from '../../full.js';
import { bytesFrom } from './seeded-bytes.js';

const wasm = new WasmCellArray(instantiate()!);
const reference = new TypedArrayCellArray();

const lines = (pixels: number, channels: number): number => pixels * Math.ceil(channels / 64);
const upTo = (max: number) => fc.integer({ min: 0, max });
const from1 = (max: number) => fc.integer({ min: 1, max });
const bit = fc.constantFrom(0, 1);

/** Jobs of any shape that the instruction's fields allow, also with more outputs than the padded input has windows. */
const jobs = fc
  .record({
    channels: fc.oneof(from1(20), from1(140)),
    outputs: fc.oneof(from1(20), from1(140)),
    columns: from1(7),
    rows: from1(5),
    kernelWidth: fc.oneof(from1(3), from1(15)),
    kernelHeight: fc.oneof(from1(3), from1(15)),
    outputColumns: from1(9),
    outputRows: from1(6),
    stride: fc.constantFrom(1 as const, 2 as const),
    padding: fc.record({ bottom: upTo(3), top: upTo(3), right: upTo(3), left: upTo(3) }),
    gain: fc.oneof(
      fc.constantFrom(undefined, ...[1, 0.5, -3, 37, 3e38, 1e-38, 1e-45].map(Math.fround)),
      fc.float({ min: 1, max: 4096, noNaN: true }),
    ),
    shift: fc.oneof(upTo(4), upTo(31)),
    relu: fc.boolean(),
  })
  .filter((o) => o.channels * o.kernelWidth * o.kernelHeight <= 1152)
  .map((o): AnalogOperation => ({ ...o, kind: 'analog', input: 0, output: 0, unroll: 1 }));

const inferences = fc.record({
  wordsReversed: bit,
  blocksTogether: bit,
  signFlips: bit,
  rowsMirrored: bit,
  defaultGain: fc.constantFrom(1, 0.1, 24),
  simdInt16: bit,
}) satisfies fc.Arbitrary<AnalogInferences>;

function operandsOf(o: AnalogOperation, seed: number): CellOperands {
  const taps = o.channels * o.kernelHeight * o.kernelWidth;
  const words = new Int32Array(bytesFrom(seed + 2, 8 * o.outputs).buffer);
  // Every second seed: small factors, so that levels show.
  const small = seed % 2 === 0;
  const of = (first: number) => words.slice(first, first + o.outputs).map((v) => (small ? v >> 27 : v));
  return {
    input: bytesFrom(seed, 64 * lines(o.columns * o.rows, o.channels)),
    weights: bytesFrom(3 * seed + 1, storedWeightBytes(taps, o.outputs)),
    multiply: of(0),
    add: of(o.outputs),
  };
}

describe('the cells in WebAssembly equal those in typed arrays, bit for bit', () => {
  it('any shape, gain, padding, shift, layout, batch norm', () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(jobs, inferences, fc.nat(), (o, ours, seed) => {
        const operands = operandsOf(o, seed);
        const expected = Buffer.from(reference.compute(o, operands, ours));
        expect(expected).toHaveLength(64 * lines(o.outputColumns * o.outputRows, o.outputs));
        expect(Buffer.from(wasm.compute(o, operands, ours)).toString('hex')).toBe(expected.toString('hex'));
        for (const byte of expected) seen.add(byte);
      }),
      { numRuns: runs(2000, 150), seed: 8 },
    );
    // Not all of it saturated or 0.
    expect(seen.size).toBeGreaterThan(200);
  });

  /** One pixel, all cells 1. */
  function ones(channels: number, outputs: number, input: number, gain: number) {
    const o: AnalogOperation = {
      kind: 'analog',
      input: 0,
      output: 0,
      channels,
      outputs,
      columns: 1,
      rows: 1,
      kernelWidth: 1,
      kernelHeight: 1,
      outputColumns: 1,
      outputRows: 1,
      unroll: 1,
      stride: 1,
      padding: { bottom: 0, top: 0, right: 0, left: 0 },
      gain: undefined,
      shift: 0,
      relu: false,
    };
    const ours = {
      ...{ wordsReversed: 1, blocksTogether: 1, signFlips: 0, rowsMirrored: 1, simdInt16: 1 },
      defaultGain: gain,
    };
    const weights = new Uint8Array(storedWeightBytes(channels, outputs));
    // Plus and minus planes take turns, a bit an output.
    const plane = (Math.ceil(outputs / 128) * 128) / 8;
    for (let at = 0; at < weights.length; at++) weights[at] = Math.floor(at / plane) % 2 === 0 ? 0xff : 0;
    const operands = {
      input: new Uint8Array(64 * Math.ceil(channels / 64)).fill(input),
      weights,
      multiply: new Int32Array(outputs).fill(2),
      add: new Int32Array(outputs).fill(-1),
    };
    const blocks = Math.ceil(outputs / 64);
    return [wasm, reference].map((array) => {
      const lines = array.compute(o, operands, ours);
      // [bank][block][16], words reversed
      return Int8Array.from(
        { length: outputs },
        (_, k) => lines[(((k & 63) >> 4) * blocks + (k >> 6)) * 16 + ((k & 15) ^ 3)]!,
      );
    });
  }

  it('the largest array, all cells 1 and all inputs -128', () => {
    // -147456 / 9216 = -16; * 2 - 1
    const expected = new Int8Array(512).fill(-33);
    expect(ones(1152, 512, 0x80, 9216)).toEqual([expected, expected]);
  });

  it('a gain with more bits than a float32 has', () => {
    // float32(16 / (1 + 2^-24)) is the float32 below 16: rounded down 15. A gain rounded to float32 first, 1, would give 16.
    const expected = new Int8Array(1).fill(29);
    expect(ones(1, 1, 16, 1 + 2 ** -24)).toEqual([expected, expected]);
  });
});

describe('behind a column', () => {
  // float32(sum / gain) rounded down and limited to -32..31, * multiply + add (16 bits), >> shift, saturated, ReLU.
  it.each([
    ['a level', 100, 30, 4, 1, 0, false, true, 13],
    ['rounds down below 0', -1, 30, 4, 1, 0, false, true, -3],
    ['the converter stops at 31', 1000, 1, 1, 0, 0, false, true, 31],
    ['and at -32', -1000, 1, 1, 0, 0, false, true, -32],
    ['products wrap at 16 bits', 31, 1, 2000, 0, 0, false, true, -128],
    ['or do not', 31, 1, 2000, 0, 0, false, false, 127],
    ['sums wrap at 16 bits', 1, 1, 32767, 1, 8, false, true, -128],
    ['a shift rounds down', -3, 1, 1, 0, 1, false, true, -2],
    ['ReLU', -3, 1, 1, 0, 0, true, true, 0],
  ])('%s', (_, sum, gain, multiply, add, shift, relu, int16, expected) =>
    expect(postProcess(sum, gain, multiply, add, { shift, relu }, int16)).toBe(expected),
  );
});
