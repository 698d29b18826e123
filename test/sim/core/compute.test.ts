import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compute } from '../../../sim/core/compute.js';
import { convSums } from '../../../sim/core/exact-sums.js';
import { Memory } from '../../../sim/core/memory.js';
import type { PeArray } from '../../../sim/core/pe-array.js';
import { TypedArrayPeArray } from '../../../sim/core/typed-array-pe-array.js';
import { ANALOG_INFERENCES } from '../../../sim/isa/analog/inferred.js';
import type { ConvOperation, DenseOperation, Operation } from '../../../sim/isa/operation.js';
import { packDenseWeights } from '../../../sim/isa/weights.js';
import { literalConv } from './literal-core.js';

/** A stream of bytes from a seed, spread over the whole range; `mask` narrows it. */
function bytesFrom(seed: number, n: number): Uint8Array {
  let state = seed | 1;
  return Uint8Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 24;
  });
}

function machine(l1Content: Uint8Array, weights: Uint8Array, array: PeArray = new TypedArrayPeArray()) {
  const l1Size = 1 << 16;
  const l1 = new Memory('L1', 0, l1Size);
  const weightMemory = new Memory('weight memory', 0, Math.max(16, weights.length));
  l1.write(0, l1Content, 0, 'test');
  weightMemory.write(0, weights, 0, 'test');
  const run = (o: Operation) =>
    compute(o, {
      l1,
      weightMemory,
      array,
      writer: 1,
      undefinedData: 'fault',
      ours: ANALOG_INFERENCES,
      note: () => {},
    });
  return { l1, weightMemory, run };
}

/** Clears the two upper planes of each block's biases: random int32 biases would saturate nearly every output. */
function keepBiasesSmall(weights: Uint8Array, blocks: number): void {
  const blockBytes = weights.length / blocks;
  for (let end = blockBytes; end <= weights.length; end += blockBytes) weights.fill(0, end - 32, end);
}

const convShapes = fc.record({
  channels: fc.integer({ min: 1, max: 9 }),
  blocks: fc.integer({ min: 1, max: 2 }),
  lines: fc.integer({ min: 1, max: 2 }),
  deadColumns: fc.integer({ min: 0, max: 15 }),
  rows: fc.integer({ min: 1, max: 7 }),
  kernelWidth: fc.constantFrom(1, 2, 3, 5, 7),
  kernelHeight: fc.constantFrom(1, 2, 3, 5, 7),
  columnGroups: fc.integer({ min: 1, max: 2 }),
  stride: fc.constantFrom(1 as const, 2 as const),
  horizontal: fc.integer({ min: 0, max: 4 }),
  top: fc.integer({ min: 0, max: 4 }),
  bottom: fc.integer({ min: 0, max: 4 }),
  shift: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 6, max: 12 }) }, fc.integer({ min: 0, max: 31 })),
  relu: fc.boolean(),
  seed: fc.integer(),
});

describe('conv on the array', () => {
  it('equals hardware.md section 4 computed PE by PE, for any shape, padding, stride and shift', () => {
    let distinct = 0;
    fc.assert(
      fc.property(convShapes, (s) => {
        const outputRows = Math.floor((s.rows + s.top + s.bottom - s.kernelHeight) / s.stride) + 1;
        fc.pre(outputRows >= 1);
        const o: ConvOperation = {
          kind: 'conv',
          weights: 0,
          input: 0,
          output: 32768,
          channels: s.channels,
          blocks: s.blocks,
          pitch: 16 * s.lines,
          rows: s.rows,
          kernelWidth: s.kernelWidth,
          kernelHeight: s.kernelHeight,
          columnGroups: s.columnGroups,
          outputRows,
          stride: s.stride,
          padding: { horizontal: s.horizontal, deadColumns: s.deadColumns, top: s.top, bottom: s.bottom },
          shift: s.shift,
          relu: s.relu,
        };
        const input = bytesFrom(s.seed, s.channels * s.rows * o.pitch);
        const weights = bytesFrom(
          s.seed + 1,
          s.blocks * (s.channels * s.kernelHeight * s.kernelWidth * 16 + 64),
        );
        keepBiasesSmall(weights, s.blocks);
        const m = machine(input, weights);
        m.run(o);
        const expected = literalConv(o, m.l1.peek(0, input.length, 'test'), weights);
        expect(m.l1.read(o.output, expected.length, 'test')).toEqual(expected);
        distinct += new Set(expected).size > 2 ? 1 : 0;
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(distinct).toBeGreaterThan(100);
  });

  // Element e lies at byte (e & ~3) | (3 - (e & 3)): the last word of a row is half written from its far end.
  it.each([
    [1, [3]],
    [2, [3, 2]],
    [3, [3, 2, 1]],
    [4, [3, 2, 1, 0]],
    [5, [3, 2, 1, 0, 7]],
    [7, [3, 2, 1, 0, 7, 6, 5]],
    [16, [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]],
  ])(
    'reads the bytes of a row of %i columns and no others, in every row of every channel',
    (columns, bytes) => {
      const rows = [0, 16, 32, 48]; // two channels of two rows, pitch 16
      const o: ConvOperation = {
        kind: 'conv',
        weights: 0,
        input: 64,
        output: 256,
        channels: 2,
        blocks: 1,
        pitch: 16,
        rows: 2,
        kernelWidth: 1,
        kernelHeight: 1,
        columnGroups: 1,
        outputRows: 2,
        stride: 1,
        padding: { horizontal: 0, deadColumns: 16 - columns, top: 0, bottom: 0 },
        shift: 0,
        relu: false,
      };
      const needed = rows.flatMap((row) => bytes.map((byte) => 64 + row + byte));
      const runWithout = (left: number | undefined) => {
        const l1 = new Memory('L1', 0, 1024);
        const weightMemory = new Memory('weight memory', 0, 96);
        weightMemory.write(0, new Uint8Array(96), 0, 'test');
        for (const at of needed) if (at !== left) l1.write(at, Uint8Array.of(1), 0, 'test');
        return compute(o, {
          l1,
          weightMemory,
          array: new TypedArrayPeArray(),
          writer: 1,
          undefinedData: 'fault',
          ours: ANALOG_INFERENCES,
          note: () => {},
        });
      };
      expect(runWithout(undefined)).toBe(0);
      for (const at of needed)
        expect(() => runWithout(at)).toThrow(
          `conv input: L1 byte 0x${at.toString(16).padStart(8, '0')} is never written`,
        );
    },
  );

  it.each([
    // taps of extreme values: the sum is at its largest, the two sums that share a double are at their closest
    [4092, 127, 127, 4092 * 127 * 127],
    [4092, -128, -128, 4092 * 128 * 128],
    [4092, -128, 127, -4092 * 128 * 127],
    [9000, -128, -128, 9000 * 128 * 128],
  ])('adds up %i products of %i and %i exactly', (channels, x, w, sum) => {
    const input = new Int8Array(channels * 16).fill(x);
    const sums = new Float64Array(16 * 16);
    const problem = { channels, rows: 1, pitch: 16, columns: 16, kernelHeight: 1, kernelWidth: 1, stride: 1 };
    convSums({ ...problem, top: 0, left: 0, outputRows: 1, outputColumns: 16, input })(
      new Int8Array(channels * 16).fill(w),
      sums,
    );
    expect(new Set(sums)).toEqual(new Set([sum]));
  });

  it('wraps the int32 accumulator and counts the outputs that did', () => {
    // 16 planes of one pixel line: 127 * 127 added to the largest bias wraps to the most negative values
    const weights = new Uint8Array(16 + 64);
    weights.fill(127, 0, 16);
    for (let plane = 0; plane < 4; plane++)
      weights.fill(plane === 3 ? 0x7f : 0xff, 16 + 16 * plane, 32 + 16 * plane);
    const m = machine(new Uint8Array(16).fill(127), weights);
    const overflows = m.run({
      kind: 'conv',
      weights: 0,
      input: 0,
      output: 256,
      channels: 1,
      blocks: 1,
      pitch: 16,
      rows: 1,
      kernelWidth: 1,
      kernelHeight: 1,
      columnGroups: 1,
      outputRows: 1,
      stride: 1,
      padding: { horizontal: 0, deadColumns: 0, top: 0, bottom: 0 },
      shift: 24,
      relu: false,
    });
    expect(overflows).toBe(256);
    expect(new Set(Int8Array.from(m.l1.read(256, 256, 'test')))).toEqual(new Set([-128]));
  });
});

describe('fully connected', () => {
  const denseOf = (inputLines: number, blocks: number, shift: number, relu: boolean): DenseOperation => ({
    kind: 'dense',
    weights: 0,
    input: 0,
    output: 4096,
    inputLines,
    blocks,
    shift,
    relu,
  });

  it('computes sat8((W x + b) >> shift) for any sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 20 }),
        fc.boolean(),
        fc.integer(),
        (lines, blocks, shift, relu, seed) => {
          const [c, k] = [16 * lines, 16 * blocks];
          const x = Int8Array.from(bytesFrom(seed, c));
          const w = Int8Array.from(bytesFrom(seed + 1, c * k));
          const bias = Int32Array.from({ length: k }, (_, i) => (i - 8) * 70000);
          const stored = Uint8Array.from(x, (_, e) => x[e ^ 3]!);
          const m = machine(stored, packDenseWeights(w, bias, [k, c]));
          m.run(denseOf(lines, blocks, shift, relu));
          const bytes = m.l1.read(4096, k, 'test');
          for (let o = 0; o < k; o++) {
            let sum = bias[o]!;
            for (let i = 0; i < c; i++) sum += x[i]! * w[o * c + i]!;
            const y = Math.max(relu ? 0 : -128, Math.min(127, Math.floor(sum / 2 ** shift)));
            expect((bytes[o ^ 3]! << 24) >> 24).toBe(y);
          }
        },
      ),
      { numRuns: 40, seed: 2 },
    );
  });
});

describe('element-wise sum', () => {
  it.each([
    [100, 100, 0, 127],
    [100, 100, 1, 100],
    [-100, -100, 0, -128],
    [-3, 0, 1, -2],
    [-1, 0, 31, -1],
    [127, 127, 31, 0],
  ])('%i + %i >> %i = %i', (a, b, shift, y) => {
    const m = machine(new Uint8Array(32).fill(a, 0, 16).fill(b, 16), new Uint8Array(16));
    m.run({ kind: 'sum', inputA: 0, inputB: 16, output: 64, lines: 1, shift });
    expect([...Int8Array.from(m.l1.read(64, 16, 'test'))]).toEqual(new Array(16).fill(y));
  });

  it('refuses an operand that nothing has written', () => {
    const m = machine(new Uint8Array(16), new Uint8Array(16));
    expect(() => m.run({ kind: 'sum', inputA: 0, inputB: 16, output: 64, lines: 1, shift: 0 })).toThrow(
      'sum operand B: L1 byte 0x00000010 is never written; must be written before it is read.',
    );
  });
});

describe('a conv with write_l2_l1 = 1 [ours]', () => {
  const o: ConvOperation = {
    kind: 'conv',
    weights: 0,
    input: 0,
    output: 1024,
    channels: 2,
    blocks: 5,
    pitch: 16,
    rows: 2,
    kernelWidth: 1,
    kernelHeight: 1,
    columnGroups: 1,
    outputRows: 2,
    stride: 1,
    padding: { horizontal: 0, deadColumns: 0, top: 0, bottom: 0 },
    shift: 6,
    relu: false,
  };
  const weights = Uint8Array.from({ length: 5 * (2 * 16 + 64) }, (_, i) => (i % 96 < 32 ? i * 37 : 0));
  const made = (op: ConvOperation) => {
    const m = machine(
      Uint8Array.from({ length: 64 }, (_, i) => i * 53),
      weights,
    );
    m.run(op);
    return m.l1;
  };

  it('writes the values of the planes as pixels of channels in the banks', () => {
    const [planes, pixels] = [made(o), made({ ...o, pixels: true })];
    const values = new Set<number>();
    for (let k = 0; k < 80; k++)
      for (let pixel = 0; pixel < 32; pixel++) {
        const value = planes.peek(1024 + ((k * 32 + pixel) ^ 3), 1, 'test')[0]!;
        values.add(value);
        // Four banks of 16 KiB; a line of 16 channels in each for every block of 64, words reversed.
        const line = 2 * pixel + (k >= 64 ? 1 : 0);
        const at = 16384 * ((k >> 4) & 3) + 1024 + 16 * line + ((k & 15) ^ 3);
        expect(pixels.peek(at, 1, 'test')[0]).toBe(value);
      }
    expect(values.size).toBeGreaterThan(20);
    // Channels 80 to 127 are nobody's: the second block's lines in the other banks stay as they are.
    expect(pixels.isWritten(16384 + 1024 + 16, 1)).toBe(false);
  });

  it('stays inside the banks', () =>
    expect(() => made({ ...o, output: 16384 - 32, pixels: true })).toThrow(
      'conv output in pixels is 0x00003fe0..0x000043e0; must be inside a bank of L1, 16384 bytes',
    ));
});
