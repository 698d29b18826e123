import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeIntervals } from '../../src/lower/interval-plan.js';
import { strips, wholeRow } from '../../src/lower/tiling/columns.js';
import { inputOf, pieces } from '../../src/lower/tiling/ranges.js';

describe('pieces', () => {
  it.each([
    [
      10,
      4,
      [
        [0, 4],
        [4, 8],
        [8, 10],
      ],
    ],
    [
      8,
      4,
      [
        [0, 4],
        [4, 8],
      ],
    ],
    [3, 4, [[0, 3]]],
  ])('%i in pieces of %i', (total, size, expected) =>
    expect(pieces(total, size).map((r) => [r.lo, r.hi])).toEqual(expected),
  );
});

describe('the input that a piece of the output reads', () => {
  // First element: out.lo * stride - pad; end: (out.hi - 1) * stride - pad + kernel.
  it.each([
    // outputs  kernel stride pad size  input    zeros before, after
    [0, 4, 3, 1, 1, 8, 0, 5, 1, 0, 'the padding above is not loaded'],
    [4, 8, 3, 1, 1, 8, 3, 8, 0, 1, 'one row of halo from the piece above'],
    [0, 8, 3, 1, 1, 8, 0, 8, 1, 1, 'all at once'],
    [2, 4, 3, 1, 1, 8, 1, 5, 0, 0, 'inside: halo on both sides'],
    [0, 4, 3, 2, 1, 8, 0, 8, 1, 0, 'stride 2, even size: the last window ends on the last row'],
    [2, 4, 3, 2, 1, 8, 3, 8, 0, 0, 'stride 2, second half'],
    [0, 4, 3, 2, 1, 7, 0, 7, 1, 1, 'stride 2, odd size'],
    [1, 2, 1, 2, 0, 8, 2, 3, 0, 0, '1x1 with stride 2 reads every other row'],
    [3, 4, 1, 2, 0, 8, 6, 7, 0, 0, '1x1 with stride 2 leaves the last row'],
    [0, 1, 7, 1, 3, 2, 0, 2, 3, 2, 'a kernel larger than the input'],
    [1, 2, 7, 1, 3, 2, 0, 2, 2, 3, 'and its second row'],
    [6, 8, 5, 1, 2, 8, 4, 8, 0, 2, '5 rows: two of halo, two of padding'],
  ])(
    'rows %i..%i, kernel %i, stride %i, pad %i, %i rows: %i..%i, %i and %i zeros (%s)',
    (lo, hi, kernel, stride, pad, size, from, to, before, after) =>
      expect(inputOf({ lo, hi }, { kernel, stride, pad, size })).toEqual({
        lo: from,
        hi: to,
        zerosBefore: before,
        zerosAfter: after,
      }),
  );

  it('all windows of any piece lie on it and its zeros, and every element of it is read (property)', () => {
    const window = fc.record({
      kernel: fc.constantFrom(1, 3, 5, 7),
      stride: fc.constantFrom(1, 2),
      size: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(window, fc.nat(), fc.nat(), ({ kernel, stride, size }, a, b) => {
        const w = { kernel, stride, size, pad: (kernel - 1) / 2 };
        const outputs = Math.floor((size + 2 * w.pad - kernel) / stride) + 1;
        const lo = a % outputs;
        const hi = lo + 1 + (b % (outputs - lo));
        const piece = inputOf({ lo, hi }, w);
        const read = new Set<number>();
        for (let y = lo; y < hi; y++) for (let f = 0; f < kernel; f++) read.add(y * stride - w.pad + f);
        const real = [...read].filter((r) => r >= 0 && r < size);
        expect([piece.lo, piece.hi]).toEqual([Math.min(...real), Math.max(...real) + 1]);
        expect(piece.zerosBefore).toBe(Math.max(0, -Math.min(...read)));
        expect(piece.zerosAfter).toBe(Math.max(0, Math.max(...read) + 1 - size));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe('strips of columns', () => {
  it('the whole row: dead columns up to the pitch', () =>
    expect(wholeRow(20, { kernel: 3, stride: 1, pad: 1, size: 20 })).toEqual({
      whole: true,
      out: { lo: 0, hi: 20 },
      valid: { lo: 0, hi: 20 },
      inputLo: 0,
      columnGroups: 2,
      inputPitch: 32,
      deadColumns: 12,
    }));

  it('none where one strip would cover the row', () =>
    expect(strips(32, { kernel: 3, stride: 1, pad: 1, size: 32 }, 1)).toEqual([]));

  it('96 columns, 3 wide, in strips of 32: four columns of overlap each', () => {
    const cut = strips(96, { kernel: 3, stride: 1, pad: 1, size: 96 }, 1);
    expect(cut.map((s) => [s.out.lo, s.out.hi, s.valid.lo])).toEqual([
      [0, 32, 0],
      [28, 60, 32],
      [56, 88, 60],
      [84, 96, 88],
    ]);
    // Column 31 needs column 32: 33 columns in a pitch of 48, of which all exist.
    expect(cut.map((s) => [s.inputLo, s.inputPitch, s.deadColumns])).toEqual([
      [0, 48, 0],
      [28, 48, 0],
      [56, 48, 8],
      [84, 16, 4],
    ]);
  });

  it('stride 2: 64 input columns for 32 outputs, whose last window ends on column 63', () => {
    const cut = strips(64, { kernel: 3, stride: 2, pad: 1, size: 128 }, 1);
    expect(cut.map((s) => [s.whole, s.out.lo, s.out.hi, s.columnGroups])).toEqual([
      [false, 0, 32, 2],
      [false, 28, 60, 2],
      [false, 56, 64, 1],
    ]);
    expect(cut.map((s) => [s.inputLo, s.inputPitch, s.deadColumns])).toEqual([
      [0, 64, 0],
      [56, 64, 0],
      [112, 16, 0],
    ]);
  });

  it('a strip that ends with the row takes the padding of the row along', () =>
    expect(
      strips(60, { kernel: 3, stride: 1, pad: 1, size: 60 }, 1).map((s) => [s.out.lo, s.out.hi]),
    ).toEqual([
      [0, 32],
      [28, 64],
    ]));

  it('a 1x1 kernel needs no overlap', () =>
    expect(strips(64, { kernel: 1, stride: 1, pad: 0, size: 64 }, 1).map((s) => s.out.lo)).toEqual([0, 32]));

  it('the right columns of all strips are all columns once, and their windows are loaded (property)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 5, 7),
        fc.constantFrom(1, 2),
        fc.integer({ min: 33, max: 300 }),
        fc.integer({ min: 1, max: 4 }),
        (kernel, stride, size, granules) => {
          const w = { kernel, stride, size, pad: (kernel - 1) / 2 };
          const columns = Math.floor((size - 1) / stride) + 1;
          const pitch = Math.ceil(columns / 16) * 16;
          const cut = strips(pitch, w, granules);
          if (cut.length === 0) {
            expect(32 * granules).toBeGreaterThanOrEqual(pitch);
            return;
          }
          expect(cut[0]!.valid.lo).toBe(0);
          const wrong: object[] = [];
          cut.forEach((s, i) => {
            expect(s.valid.hi).toBe(i + 1 < cut.length ? cut[i + 1]!.valid.lo : pitch);
            // L2 addresses are multiples of 4, and copies end on 32 bytes or on the row.
            expect(s.out.lo % 4).toBe(0);
            expect((s.out.hi - s.out.lo) % 32 === 0 || s.out.hi === pitch).toBe(true);
            for (let x = s.valid.lo; x < Math.min(s.valid.hi, columns); x++)
              for (let f = 0; f < kernel; f++) {
                const column = x * stride - w.pad + f;
                if (column < 0 || column >= size) continue;
                // What the core reads at this place of the strip's image, which is padded by `pad` on its left.
                const local = (x - s.out.lo) * stride + f - w.pad;
                if (s.inputLo + local !== column || local < 0 || local >= s.inputPitch - s.deadColumns)
                  wrong.push({ strip: s, x, f, column, local });
              }
          });
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('places for intervals', () => {
  /** Rows of [bytes, first step, last step]. */
  const intervalsOf = (rows: readonly (readonly number[])[]) =>
    rows.map(([bytes, from, to]) => ({ bytes: bytes!, from: from!, to: to! }));

  it.each([
    [
      'two that live one after the other share',
      [
        [100, 0, 1],
        [100, 2, 3],
      ],
      100,
    ],
    [
      'two that meet in a step do not',
      [
        [100, 0, 2],
        [100, 2, 3],
      ],
      112 + 100,
    ],
    [
      'a hole is used',
      [
        [32, 0, 9],
        [32, 0, 1],
        [32, 0, 9],
        [32, 2, 9],
      ],
      96,
    ],
    ['nothing takes nothing', [], 0],
  ])('%s', (_, rows, peak) => expect(placeIntervals(intervalsOf(rows), 16).peak).toBe(peak));

  // Each row is a plan that one order alone finds; no plan takes less than the fullest step, whose sum stands as the peak.
  it.each([
    [
      'long-lived first, the larger of equals before the smaller',
      [
        [32, 1, 2],
        [16, 2, 4],
        [48, 3, 4],
        [48, 0, 1],
        [32, 2, 2],
      ],
      80, // step 2: 32 + 16 + 32
    ],
    [
      'by time, the larger of equals before the smaller',
      [
        [32, 2, 4],
        [32, 1, 2],
        [48, 1, 1],
        [48, 3, 3],
      ],
      80, // step 1: 32 + 48
    ],
    [
      'by what they hold over time',
      [
        [48, 3, 3],
        [32, 2, 2],
        [48, 2, 3],
        [32, 0, 2],
      ],
      112, // step 2: 32 + 48 + 32
    ],
    [
      'backwards in time, the larger of equals before the smaller',
      [
        [32, 2, 4],
        [48, 3, 4],
        [16, 0, 2],
        [48, 1, 1],
      ],
      80, // step 3: 32 + 48
    ],
  ])('the best of several orders wins: %s', (_, rows, peak) =>
    expect(placeIntervals(intervalsOf(rows), 16).peak).toBe(peak),
  );

  it.each([
    [
      'large first',
      [
        [16, 0, 0],
        [48, 0, 0],
        [32, 0, 0],
      ],
      [80, 0, 48],
    ],
    [
      'large first, though backwards in time takes as little',
      [
        [16, 0, 2],
        [32, 1, 1],
      ],
      [32, 0],
    ],
    [
      'equals in the order given',
      [
        [32, 0, 0],
        [32, 0, 0],
        [32, 0, 0],
      ],
      [0, 32, 64],
    ],
    [
      'a hole is taken that fits exactly',
      [
        [64, 0, 9],
        [48, 0, 1],
        [32, 0, 9],
        [47, 2, 9],
      ],
      [0, 64, 112, 64],
    ],
  ])('among equal plans the first order stays: %s', (_, rows, offsets) =>
    expect(placeIntervals(intervalsOf(rows), 16).offsets).toEqual(offsets),
  );

  it('no two that live at once overlap, offsets are aligned, the peak is the highest end (property)', () => {
    const interval = fc
      .tuple(fc.integer({ min: 1, max: 500 }), fc.nat(20), fc.nat(8))
      .map(([bytes, from, length]) => ({ bytes, from, to: from + length }));
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 24 }), (intervals) => {
        const { offsets, peak } = placeIntervals(intervals, 16);
        expect(offsets.every((o) => o % 16 === 0)).toBe(true);
        expect(peak).toBe(Math.max(0, ...intervals.map((x, i) => offsets[i]! + x.bytes)));
        intervals.forEach((a, i) => {
          intervals.slice(0, i).forEach((b, j) => {
            if (a.from > b.to || b.from > a.to) return;
            expect(offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!).toBe(true);
          });
        });
        // No plan can take less than the fullest step.
        const fullest = Math.max(
          0,
          ...Array.from({ length: 30 }, (_, t) =>
            intervals.reduce((n, x) => n + (x.from <= t && t <= x.to ? x.bytes : 0), 0),
          ),
        );
        expect(peak).toBeGreaterThanOrEqual(fullest);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
