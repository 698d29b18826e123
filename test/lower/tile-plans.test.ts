import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../sim/isa/parameters.js';
import { wholeRow } from '../../src/lower/tiling/columns.js';
import { tileConv } from '../../src/lower/tiling/conv.js';
import { copiesOf } from '../../src/lower/tiling/conv-cost.js';
import {
  convGeometry,
  inputContiguity,
  inputPlane,
  outputContiguity,
  outputPlane,
  outputRowBytes,
  spatialTiles,
  tileOperation,
  writtenPlanes,
} from '../../src/lower/tiling/conv-geometry.js';
import { tileDense } from '../../src/lower/tiling/dense.js';
import { tileSum } from '../../src/lower/tiling/sum.js';
import type { ConvLayer, DenseLayer, SumLayer } from '../../src/passes/digital-layer.js';

/*
 * Worked out by hand from hardware.md sections 5 and 7: a copy takes 70 + bytes/16 cycles, a tile 500, a job
 * 70 + 320/16 (configuration and instructions) + weights/16, a copy reserves 32 bytes more than it moves.
 */
const FIXED = 320;
const L1 = 262_144;
const hw = DEFAULT_PARAMETERS;
const withWeightMemory = (weightMemoryBytes: number): HardwareParameters => ({
  ...hw,
  chip: { ...hw.chip, weightMemoryBytes },
});
const inL2 = { input: false, output: false, outputInL2: true };

const conv = (more: Partial<ConvLayer>): ConvLayer => ({
  kind: 'conv',
  depthwise: false,
  input: [1, 16, 32, 32],
  output: [1, 16, 32, 32],
  weights: [],
  bias: [],
  kernelHeight: 3,
  kernelWidth: 3,
  stride: 1,
  padTop: 1,
  padLeft: 1,
  shift: 4,
  relu: false,
  ...more,
});
const ranges = (list: readonly { readonly lo: number; readonly hi: number }[]) =>
  list.map(({ lo, hi }) => [lo, hi]);

describe('tiles of a conv', () => {
  /** What a tiling says, with ranges as pairs; strips as the columns that they write. */
  const shown = (t: ReturnType<typeof tileConv>) =>
    t && {
      ...t,
      channels: ranges(t.channels),
      rows: ranges(t.rows),
      strips: ranges(t.strips.map((s) => s.out)),
    };

  it('16 to 16 channels, 3x3 on 32x32: everything fits', () =>
    // 16 planes of 1024 bytes in and out: 1094 cycles each; weights 2368 bytes: 70 + 20 + 148; computing 16512
    expect(shown(tileConv(conv({}), inL2, L1, hw, FIXED))).toEqual({
      channels: [[0, 16]],
      rows: [[0, 32]],
      strips: [[0, 32]],
      inputBytes: 16_416,
      outputBytes: 16_416,
      weightBytes: 2368,
      cycles: 1094 + 1094 + 500 + 238 + 16_512,
    }));

  it.each([
    ['input in L1', { input: true, output: false, outputInL2: true }, 0, 16_416, 1094],
    ['output stays in L1', { input: false, output: true, outputInL2: false }, 16_416, 0, 1094],
    ['output stays and is copied too', { input: false, output: true, outputInL2: true }, 16_416, 0, 2188],
    ['all in L1', { input: true, output: true, outputInL2: false }, 0, 0, 0],
  ])('%s', (_, residency, inputBytes, outputBytes, copies) =>
    expect(tileConv(conv({}), residency, L1, hw, FIXED)).toMatchObject({
      inputBytes,
      outputBytes,
      cycles: copies + 500 + 238 + 16_512,
    }),
  );

  it('one byte less of L1: 31 rows and 1, since the first tile then takes the whole input in one copy', () => {
    expect(tileConv(conv({}), inL2, 32_832, hw, FIXED)!.rows.length).toBe(1);
    // in: 1094, and 16 planes of two rows, 74 each; out: 16 planes of 31 rows, 132 each, and of one row, 72 each
    expect(shown(tileConv(conv({}), inL2, 32_831, hw, FIXED))).toMatchObject({
      rows: [
        [0, 31],
        [31, 32],
      ],
      inputBytes: 16_416,
      outputBytes: 15_904,
      cycles: 1094 + 16 * 74 + 16 * 132 + 16 * 72 + 2 * (500 + 238) + 16_512,
    });
  });

  it('among equals the most rows win: 20 and 12 cost what 16 and 16 do', () =>
    // in: 16 planes of 21 and of 13 rows; out: of 20 and of 12
    expect(shown(tileConv(conv({}), inL2, 21_056, hw, FIXED))).toMatchObject({
      rows: [
        [0, 20],
        [20, 32],
      ],
      cycles: 16 * (112 + 96) + 16 * (110 + 94) + 2 * (500 + 238) + 16_512,
    }));

  it('the cheapest wins, not the first that fits: 31 rows would leave room for 16 channels a tile only', () =>
    // 64 outputs: 20 rows and 32 channels take 4 tiles, 31 rows 8; weights are loaded for each of the two row tiles
    expect(shown(tileConv(conv({ output: [1, 64, 32, 32] }), inL2, 32_500, hw, FIXED))).toMatchObject({
      channels: [
        [0, 32],
        [32, 64],
      ],
      rows: [
        [0, 20],
        [20, 32],
      ],
      cycles: 16 * (112 + 96) + 64 * (110 + 94) + 4 * (500 + 90) + 2 * 4 * 148 + 4 * 16_512,
    }));

  it('rows of 16 columns are cut in pairs, so that copies of 32 bytes end with a tile', () => {
    const layer = conv({ input: [1, 16, 9, 16], output: [1, 16, 9, 16] });
    // whole: 16 planes of 144 bytes each way
    const whole = 2 * (16 * 144 + 32);
    const rows = tileConv(layer, inL2, whole - 1, hw, FIXED)!.rows;
    expect(ranges(rows)).toEqual([
      [0, 8],
      [8, 9],
    ]);
  });

  it('an operand that lies in L1 leaves only channels to cut', () => {
    const residency = { input: true, output: false, outputInL2: true };
    expect(tileConv(conv({}), residency, 16_415, hw, FIXED)).toBeNull();
    const wide = conv({ output: [1, 32, 32, 32] });
    expect(shown(tileConv(wide, residency, 16_416, hw, FIXED))).toMatchObject({
      channels: [
        [0, 16],
        [16, 32],
      ],
      rows: [[0, 32]],
    });
  });

  it('output channels are cut where the weight memory asks for it; the input is copied once', () =>
    // 64 to 64 on 8x8: a block has 9280 bytes; two of them: 70 + 20 + 1160; computing 2 * (64 * 5 * 22 + 23 * 8)
    expect(
      shown(
        tileConv(
          conv({ input: [1, 64, 8, 8], output: [1, 64, 8, 8] }),
          inL2,
          L1,
          withWeightMemory(2 * 9280),
          FIXED,
        ),
      ),
    ).toEqual({
      channels: [
        [0, 32],
        [32, 64],
      ],
      rows: [[0, 8]],
      strips: [[0, 8]],
      inputBytes: 8224,
      outputBytes: 4128,
      weightBytes: 18_560,
      cycles: 582 + 2 * (500 + 1250 + 14_448 + 326),
    }));

  it('a last tile of fewer channels costs what it is', () =>
    // 48 channels, two blocks at most: 32 and 16
    expect(
      shown(
        tileConv(
          conv({ input: [1, 64, 8, 8], output: [1, 48, 8, 8] }),
          inL2,
          L1,
          withWeightMemory(2 * 9280),
          FIXED,
        ),
      ),
    ).toMatchObject({
      channels: [
        [0, 32],
        [32, 48],
      ],
      cycles: 582 + (500 + 1250 + 14_448 + 326) + (500 + 670 + 7224 + 198),
    }));

  it('no block of weights fits: there is no tiling', () =>
    expect(tileConv(conv({}), inL2, L1, withWeightMemory(2352), FIXED)).toBeNull());

  it('depthwise: a job a channel, 15 planes beyond the output', () =>
    // block 208 bytes: 70 + 20 + 13; computing 5 * 22 + 23 * 8; copies of 1024 bytes
    expect(
      shown(
        tileConv(conv({ depthwise: true, input: [1, 8, 8, 8], output: [1, 8, 8, 8] }), inL2, L1, hw, FIXED),
      ),
    ).toEqual({
      channels: [[0, 8]],
      rows: [[0, 8]],
      strips: [[0, 8]],
      inputBytes: 1056,
      outputBytes: 23 * 128 + 32,
      weightBytes: 208,
      cycles: 134 + 8 * (103 + 294) + 134 + 500,
    }));

  it('depthwise in 7 channels and 1: the input is cut with the output', () =>
    expect(
      shown(
        tileConv(
          conv({ depthwise: true, input: [1, 8, 8, 8], output: [1, 8, 8, 8] }),
          inL2,
          1056 + 2976 - 1,
          hw,
          FIXED,
        ),
      ),
    ).toMatchObject({
      channels: [
        [0, 7],
        [7, 8],
      ],
      inputBytes: 928,
      outputBytes: 22 * 128 + 32,
      cycles: 2 * (126 + 78) + 8 * (103 + 294) + 2 * 500,
    }));

  it('strips of 32 columns where not even one whole row fits', () =>
    // 8 tiles; in: 16 planes of 3 + 3 rows a strip, 48 bytes (74 each) in three of them, 16 (72) in the last; out: 64 copies of 72;
    // computing: 16 * 5 * 10 + 23 * 4 a group of columns, of which there are 2 + 2 + 2 + 1
    expect(
      shown(tileConv(conv({ input: [1, 16, 4, 96], output: [1, 16, 4, 96] }), inL2, 4000, hw, FIXED)),
    ).toEqual({
      channels: [[0, 16]],
      rows: [
        [0, 2],
        [2, 4],
      ],
      strips: [
        [0, 32],
        [28, 60],
        [56, 88],
        [84, 96],
      ],
      inputBytes: 2336,
      outputBytes: 1056,
      weightBytes: 2368,
      cycles: 3 * 96 * 74 + 96 * 72 + 4 * 64 * 72 + 8 * (500 + 238) + 7 * 892,
    }));

  it('nothing fits: there is no tiling', () =>
    expect(
      tileConv(conv({ input: [1, 16, 4, 96], output: [1, 16, 4, 96] }), inL2, 2879, hw, FIXED),
    ).toBeNull());

  it.each([
    ['tensor', { count: 1, bytes: 6 * 5 * 16 }],
    ['plane', { count: 6, bytes: 5 * 16 }],
    ['row', { count: 30, bytes: 16 }],
  ] as const)('6 planes of 5 rows of 16 bytes, %s by %s', (how, copies) =>
    expect(copiesOf(6, 5, 16, how)).toEqual(copies),
  );
});

describe('one tile of a conv', () => {
  // 3 to 20 channels, kernel 3 high and 5 wide, on 10 rows of 41 columns
  const layer = conv({
    input: [1, 3, 10, 41],
    output: [1, 20, 10, 41],
    kernelWidth: 5,
    padLeft: 2,
    relu: true,
  });
  const g = convGeometry(layer);
  const tiles = spatialTiles(g, {
    rows: [
      { lo: 0, hi: 4 },
      { lo: 4, hi: 10 },
    ],
    strips: [wholeRow(41, g.horizontal)],
  });

  it('runs from the bottom to the top', () =>
    expect(tiles.map((t) => [t.rows.lo, t.input.lo, t.input.hi])).toEqual([
      [4, 3, 10],
      [0, 0, 5],
    ]));

  it('asks for its own rows and zeros', () => {
    const common = {
      kind: 'conv',
      channels: 3,
      blocks: 2,
      pitch: 48,
      kernelWidth: 5,
      kernelHeight: 3,
      columnGroups: 3,
      stride: 1,
      shift: 4,
      relu: true,
    };
    expect(tiles.map((t) => tileOperation(g, t, { lo: 0, hi: 20 }))).toEqual([
      { ...common, rows: 7, outputRows: 6, padding: { horizontal: 2, deadColumns: 7, top: 0, bottom: 1 } },
      { ...common, rows: 5, outputRows: 4, padding: { horizontal: 2, deadColumns: 7, top: 1, bottom: 0 } },
    ]);
    expect(tileOperation(g, tiles[0]!, { lo: 16, hi: 20 }).blocks).toBe(1);
  });

  it('takes whole rows of pitch 48 in L1 and L2, plane by plane', () => {
    const [t] = tiles;
    expect([inputPlane(t!), outputPlane(t!), outputRowBytes(g, t!)]).toEqual([7 * 48, 6 * 48, 48]);
    expect([inputContiguity(g, t!), outputContiguity(g, t!)]).toEqual(['plane', 'plane']);
  });

  it('lies in one piece where it has all rows', () => {
    const [all] = spatialTiles(g, { rows: [{ lo: 0, hi: 10 }], strips: [wholeRow(41, g.horizontal)] });
    expect([inputContiguity(g, all!), outputContiguity(g, all!)]).toEqual(['tensor', 'tensor']);
  });

  it('with all output rows takes all input rows, also those that a stride skips', () => {
    const strided = convGeometry(
      conv({
        input: [1, 16, 8, 16],
        output: [1, 16, 4, 8],
        kernelHeight: 1,
        kernelWidth: 1,
        stride: 2,
        padTop: 0,
        padLeft: 0,
      }),
    );
    const of = (rows: readonly { lo: number; hi: number }[]) =>
      spatialTiles(strided, { rows, strips: [wholeRow(8, strided.horizontal)] }).map((t) => [
        t.input.lo,
        t.input.hi,
      ]);
    expect(of([{ lo: 0, hi: 4 }])).toEqual([[0, 8]]);
    expect(
      of([
        { lo: 0, hi: 2 },
        { lo: 2, hi: 4 },
      ]),
    ).toEqual([
      [4, 7],
      [0, 3],
    ]);
  });

  it.each([
    [false, 16, 16],
    [false, 17, 32],
    [true, 8, 23],
  ])('depthwise %s: %i channels write %i planes', (depthwise, channels, planes) =>
    expect(writtenPlanes(conv({ depthwise }), channels)).toBe(planes),
  );
});

describe('tiles of a dense layer', () => {
  // 640 inputs, 40 outputs: a block of 16 outputs has 640 * 16 + 256 = 10496 bytes (656 cycles) and computes 40 + 23 cycles
  const layer: DenseLayer = {
    kind: 'dense',
    input: [1, 640],
    output: [1, 40],
    weights: [],
    bias: [],
    shift: 7,
    relu: true,
  };

  it('all at once', () =>
    expect(tileDense(layer, inL2, L1, hw, FIXED)).toEqual({
      outputs: [{ lo: 0, hi: 40 }],
      inputBytes: 672,
      outputBytes: 96,
      weightBytes: 31_488,
      cycles: 110 + 74 + 500 + (90 + 3 * 656) + 3 * 63,
    }));

  it('as many blocks as the weight memory takes', () =>
    expect(tileDense(layer, inL2, L1, withWeightMemory(2 * 10_496 + 15), FIXED)).toEqual({
      outputs: [
        { lo: 0, hi: 32 },
        { lo: 32, hi: 40 },
      ],
      inputBytes: 672,
      outputBytes: 96,
      weightBytes: 20_992,
      cycles: 110 + 74 + 2 * (500 + 90) + 3 * 656 + 3 * 63,
    }));

  it.each([
    ['input in L1', { input: true, output: false, outputInL2: true }, 0, 96, 74],
    ['output stays in L1', { input: false, output: true, outputInL2: false }, 672, 0, 110],
    ['output stays and is copied too', { input: false, output: true, outputInL2: true }, 672, 0, 184],
  ])('%s', (_, residency, inputBytes, outputBytes, copies) =>
    expect(tileDense(layer, residency, L1, hw, FIXED)).toMatchObject({
      inputBytes,
      outputBytes,
      cycles: copies + 500 + (90 + 3 * 656) + 3 * 63,
    }),
  );

  it('inputs and outputs fill lines of 16', () =>
    expect(tileDense({ ...layer, input: [1, 17], output: [1, 17] }, inL2, L1, hw, FIXED)).toMatchObject({
      inputBytes: 64,
      outputBytes: 64,
      weightBytes: 2 * (32 * 16 + 256),
    }));

  it.each([
    [768, 65_536, true],
    [767, 65_536, false],
    [768, 10_496, true],
    [768, 10_495, false],
  ])('L1 of %i and weight memory of %i bytes: fits %s', (l1, weights, fits) =>
    expect(tileDense(layer, inL2, l1, withWeightMemory(weights), FIXED) !== null).toBe(fits),
  );
});

describe('tiles of a sum', () => {
  // 4 planes of 8 rows of 16 bytes: 512 bytes, 32 lines; a copy 102 cycles; computing 3 * 32 + 23; a job 70 + 20
  const layer: SumLayer = { kind: 'sum', input: [1, 4, 8, 11], output: [1, 4, 8, 11], shift: 1 };
  const residency = {
    inputs: [false, false] as const,
    same: false,
    output: false,
    outputInL2: true,
  };

  it('all at once', () =>
    expect(tileSum(layer, residency, 3 * 544, hw, FIXED)).toEqual({
      chunks: [{ lo: 0, hi: 512 }],
      operandBytes: [544, 544],
      outputBytes: 544,
      cycles: 3 * 102 + 500 + 90 + 119,
    }));

  it('pieces of equal size that leave a copy granule of room, and the rest', () =>
    expect(tileSum(layer, residency, 3 * 544 - 1, hw, FIXED)).toEqual({
      chunks: [
        { lo: 0, hi: 480 },
        { lo: 480, hi: 512 },
      ],
      operandBytes: [512, 512],
      outputBytes: 512,
      cycles: 3 * 100 + 3 * 72 + 2 * (500 + 90) + (3 * 30 + 23) + (3 * 2 + 23),
    }));

  it.each([
    ['one tensor twice is copied once', { same: true }, [544, 0], 544, 3 - 1],
    ['operand A in L1', { inputs: [true, false] as const }, [0, 544], 544, 2],
    ['operand B in L1', { inputs: [false, true] as const }, [544, 0], 544, 2],
    ['the result stays in L1', { output: true, outputInL2: false }, [544, 544], 0, 2],
    ['the result stays and is copied too', { output: true }, [544, 544], 0, 3],
    ['everything in L1', { inputs: [true, true] as const, output: true, outputInL2: false }, [0, 0], 0, 0],
  ])('%s', (_, more, operandBytes, outputBytes, copies) =>
    expect(tileSum(layer, { ...residency, ...more }, L1, hw, FIXED)).toEqual({
      chunks: [{ lo: 0, hi: 512 }],
      operandBytes,
      outputBytes,
      cycles: copies * 102 + 500 + 90 + 119,
    }),
  );

  it('needs room for one granule and its slack of each operand', () => {
    expect(tileSum(layer, residency, 3 * 64, hw, FIXED)!.chunks.length).toBe(16);
    expect(tileSum(layer, residency, 3 * 64 - 1, hw, FIXED)).toBeNull();
  });
});
