import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decode,
  decodeZeroPadding,
  encode,
  encodeZeroPadding,
  FIELDS,
  type FieldName,
  type Fields,
  fieldsAsMarkdown,
  showFields,
} from '../../../sim/isa/instruction.js';
import {
  byteOfElement,
  coreLayout,
  packForCore,
  reverseWords,
  unpackFromCore,
} from '../../../sim/isa/layout.js';
import { type Oddity, showOddity } from '../../../sim/isa/oddity.js';
import { type ConvOperation, type Operation, toFields, toOperation } from '../../../sim/isa/operation.js';
import { REGISTERS } from '../../../sim/isa/registers.js';
import {
  depthwiseOffset,
  packConvWeights,
  packDenseWeights,
  packDepthwiseWeights,
} from '../../../sim/isa/weights.js';

describe('registers', () => {
  // hardware.md section 2, typed by hand
  it.each([
    ['TRIGGER', 0x00],
    ['STATUS', 0x0c],
    ['SOFT_CLEAR', 0x14],
    ['WT_CONV_ADDR', 0x40],
    ['WT_CONV_N', 0x44],
    ['WT_FC_ADDR', 0x48],
    ['WT_FC_N', 0x4c],
    ['IM_ADDR', 0x50],
    ['IM_N', 0x54],
    ['ACT_N', 0x5c],
    ['CONF_ADDR', 0x60],
    ['CONF_N', 0x64],
    ['WT_CONV_A_ADDR', 0x68],
    ['SPAR_A_ADDR', 0x9c],
    ['MEMCPY_OP', 0xa0],
    ['MEMCPY_ADDR', 0xa4],
    ['MEMCPY_N', 0xa8],
    ['L1ADDR', 0xac],
    ['WT_MEM_ADDR', 0xb8],
  ] as const)('%s is at 0x%x', (name, offset) => expect(REGISTERS[name]).toBe(offset));
});

const conv: ConvOperation = {
  kind: 'conv',
  weights: 0,
  input: 0x100,
  output: 0x4000,
  channels: 3,
  blocks: 2,
  pitch: 48,
  rows: 10,
  kernelWidth: 5,
  kernelHeight: 3,
  columnGroups: 3,
  outputRows: 10,
  stride: 1,
  padding: { horizontal: 2, deadColumns: 7, top: 1, bottom: 1 },
  shift: 4,
  relu: true,
};

describe('instruction words', () => {
  // Words by hardware.md section 3: a 3 -> 32 conv, 5 wide, 3 high, on 10 rows of 41 columns (pitch 48)
  it('encodes a conv as the datasheet has it', () => {
    const words = [1, 0, 0x100, 0x4000, 3, 2, 48, 10, 48, 480, 5, 3, 3, 10, 1, 2, 480, 1, 0, 4, 0x1172];
    expect([...encode(toFields(conv))]).toEqual([...words, ...new Array(11).fill(0)]);
  });

  it('encodes an FC job', () => {
    const dense = {
      kind: 'dense',
      weights: 0,
      input: 16,
      output: 32,
      inputLines: 4,
      blocks: 1,
      shift: 7,
      relu: false,
    };
    const words = [0, 0, 16, 32, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 7];
    expect([...encode(toFields(dense as Operation))]).toEqual([...words, ...new Array(12).fill(0)]);
  });

  it('encodes an element-wise sum with operand B in the weight pointer', () => {
    const sum = { kind: 'sum', inputA: 0x200, inputB: 0x400, output: 0x600, lines: 32, shift: 1 } as const;
    const words = [3, 0x400, 0x200, 0x600, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    expect([...encode(toFields(sum))]).toEqual([...words, ...new Array(12).fill(0)]);
  });

  it('decodes what it encodes, for any words', () => {
    const fields = fc.record(
      Object.fromEntries(FIELDS.map((f) => [f.name, fc.nat(0xffff_ffff)])) as Record<
        FieldName,
        fc.Arbitrary<number>
      >,
    );
    fc.assert(
      fc.property(fields, (f) => {
        expect(decode(encode(f))).toEqual({ ...f });
      }),
      { numRuns: 50, seed: 3 },
    );
  });

  it('takes an operation apart and puts it together again', () =>
    expect(toOperation(decode(encode(toFields(conv))))).toEqual(conv));

  it.each([
    [
      'FC',
      {
        kind: 'dense',
        weights: 0,
        input: 16,
        output: 32,
        inputLines: 1,
        blocks: 1,
        shift: 31,
        relu: true,
      },
    ],
    ['a sum', { kind: 'sum', inputA: 0, inputB: 16, output: 32, lines: 1, shift: 31 }],
    [
      'the smallest conv',
      {
        kind: 'conv',
        weights: 0,
        input: 0,
        output: 0,
        channels: 1,
        blocks: 1,
        pitch: 16,
        rows: 1,
        kernelWidth: 1,
        kernelHeight: 1,
        columnGroups: 1,
        outputRows: 1,
        stride: 1,
        padding: { horizontal: 15, deadColumns: 15, top: 15, bottom: 15 },
        shift: 31,
        relu: false,
      },
    ],
    [
      'a conv of stride 2 whose last window ends on the last row',
      { ...conv, stride: 2, rows: 10, outputRows: 5, padding: { ...conv.padding, bottom: 0 } },
    ],
  ] as [string, Operation][])('takes %s apart and puts it together again', (_, o) =>
    expect(toOperation(decode(encode(toFields(o))))).toEqual(o),
  );

  it('an instruction with stop = 1 ends the job', () =>
    expect(toOperation(decode(encode({ stop: 1 })))).toBeNull());

  it.each([
    [{ horizontal: 1, deadColumns: 0, top: 1, bottom: 1 }, 0x1101],
    [{ horizontal: 3, deadColumns: 15, top: 2, bottom: 0 }, 0x02f3],
  ])('zero padding %j is 0x%x', (padding, word) => {
    expect(encodeZeroPadding(padding)).toBe(word);
    expect(decodeZeroPadding(word)).toEqual(padding);
  });
});

describe('values that no word or nibble holds', () => {
  it.each([
    [-1, 'field c is -1; must be an unsigned 32-bit integer.'],
    [1.5, 'field c is 1.5; must be an unsigned 32-bit integer.'],
    [2 ** 32, 'field c is 4294967296; must be an unsigned 32-bit integer.'],
  ])('c=%d', (c, message) => expect(() => encode({ c })).toThrow(message));

  it('words go to 2^32 - 1', () => expect(encode({ c: 2 ** 32 - 1 })[4]).toBe(0xffff_ffff));

  it.each([
    [-1, 'zero_padding top is -1; must be 0..15.'],
    [0.5, 'zero_padding top is 0.5; must be 0..15.'],
    [16, 'zero_padding top is 16; must be 0..15.'],
  ])('top=%d', (top, message) =>
    expect(() => encodeZeroPadding({ horizontal: 0, deadColumns: 0, top, bottom: 0 })).toThrow(message),
  );
});

describe('instructions in words', () => {
  it('fields that are 0 are left out; zero padding is hexadecimal', () =>
    expect(showFields(decode(encode({ mode: 1, c: 16, zero_padding: 0x1101 })))).toBe(
      'mode=1 c=16 zero_padding=0x1101',
    ));

  it('the table of fields has a line for each word', () => {
    const lines = fieldsAsMarkdown().split('\n');
    expect(lines.length).toBe(2 + 32);
    expect(lines.slice(0, 3)).toEqual([
      '| word | field | unit | meaning |',
      '| --- | --- | --- | --- |',
      '| 0 | `mode` | enum | 0 fully connected, 1 conv and depthwise, 3 element-wise sum |',
    ]);
    expect(lines.at(-1)).toBe('| 31 | `empty_3` |  | 0 |');
  });
});

describe('what the table does not allow is a fault that names field, value and limit', () => {
  it.each([
    [{ mode: 2 }, 'field mode is 2; must be 0 (FC), 1 (conv) or 3 (element-wise sum).'],
    [{ shift_fixed_point: 32 }, 'field shift_fixed_point is 32; must be 0..31 bits.'],
    [{ c: 0 }, 'field c is 0; must be at least 1.'],
    [{ k: 0 }, 'field k is 0; must be at least 1.'],
    [{ conv_strided: 2 }, 'field conv_strided is 2; must be 0 (stride 1) or 1 (stride 2).'],
    [
      { cx: 0 },
      'field cx is 0; must be a positive multiple of 16 columns; what the chip does otherwise is not known.',
    ],
    [
      { cx: 40 },
      'field cx is 40; must be a positive multiple of 16 columns; what the chip does otherwise is not known.',
    ],
    [{ padded_cx: 64 }, 'field padded_cx is 64; must be cx (48); what the chip does otherwise is not known.'],
    [
      { size_channel: 481 },
      'field size_channel is 481; must be cx * cy (480); what the chip does otherwise is not known.',
    ],
    [
      { output_channel_size: 160 },
      'field output_channel_size is 160; must be 16 * ox * oy (480); what the chip does otherwise is not known.',
    ],
    [
      { write_l2_l1: 3 },
      'field write_l2_l1 is 3; must be 2 (planar) or 1 (pixels of channels for the analog core); what the chip does otherwise is not known.',
    ],
    [{ dilation: 2 }, 'field dilation is 2; must be 1; what the chip does otherwise is not known.'],
    [{ zero_padding: 0x1_0000 }, 'field zero_padding is 65536; must be four nibbles (at most 0xffff).'],
    [{ activation_function: 2 }, 'field activation_function is 2; must be 0 or 1.'],
    [{ input_memory_pointer: 0x108 }, 'field input_memory_pointer is 264; must be a multiple of 16 bytes.'],
    [{ norm: 1 }, 'field norm is 1; must be 0; what the chip does otherwise is not known.'],
    [{ stop: 2 }, 'field stop is 2; must be 0 or 1.'],
  ] as [Partial<Fields>, string][])('%j', (change, message) =>
    expect(() => toOperation({ ...decode(encode(toFields(conv))), ...change })).toThrow(message),
  );
});

describe('what drivers do, or what merely looks odd, runs and is noted', () => {
  const dense = { mode: 0, c: 1, k: 1, write_l2_l1: 2, dilation: 1 };
  it.each([
    [
      'an FC job that a conv came before',
      () => ({ ...dense, fx: 3, zero_padding: 0x1101 }),
      'dense',
      ['fx', 'zero_padding'],
    ],
    [
      'a sum that a conv came before',
      () => ({ mode: 3, c: 1, k: 2, dilation: 1, oy: 8, activation_function: 1, write_l2_l1: 2 }),
      'sum',
      ['oy', 'k', 'activation_function', 'write_l2_l1', 'dilation'],
    ],
    [
      'rows that read beyond the declared padding',
      () => ({ ...toFields(conv), zero_padding: 0x0172 }),
      'conv',
      ['oy'],
    ],
    [
      // (6 - 1) * 2 + 3 - 1 = 12 of 10 + 1 rows
      'rows that read beyond the declared padding, with stride 2',
      () => ({ ...toFields(conv), conv_strided: 1, oy: 6, output_channel_size: 288 }),
      'conv',
      ['oy'],
    ],
    ['a job as drivers make it', () => toFields(conv), 'conv', []],
  ] as [string, () => Partial<Fields>, string, string[]][])('%s', (_, fields, kind, noted) => {
    const oddities: Oddity[] = [];
    expect(toOperation(decode(encode(fields())), (o) => oddities.push(o))?.kind).toBe(kind);
    expect(oddities.map((o) => o.subject)).toEqual(noted.map((name) => `field ${name}`));
  });

  it('says what drivers do instead', () => {
    const oddities: Oddity[] = [];
    toOperation(decode(encode({ ...dense, fx: 3 })), (o) => oddities.push(o));
    expect(oddities.map(showOddity)).toEqual([
      'field fx is 3; drivers leave it 0, as an FC job does not use it',
    ]);
  });
});

it.each([
  [{ c: 0 }, 'field c is 0; must be at least 1.'],
  [{ weight_memory_pointer: 8 }, 'field weight_memory_pointer is 8; must be a multiple of 16 bytes.'],
])('a sum with %j', (change, message) =>
  expect(() => toOperation(decode(encode({ mode: 3, c: 1, ...change })))).toThrow(message),
);

describe('element order and layouts', () => {
  it.each([
    [0, 3],
    [1, 2],
    [2, 1],
    [3, 0],
    [4, 7],
    [7, 4],
    [17, 18],
  ])('element %i is at byte %i', (element, byte) => expect(byteOfElement(element)).toBe(byte));

  it('pads rows to 16 columns and reverses words', () => {
    const packed = packForCore([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
    expect([...packed]).toEqual([0, 3, 2, 1, ...new Array(12).fill(0), 0, 6, 5, 4, ...new Array(12).fill(0)]);
  });

  it.each([
    [[1, 3, 32, 32], { planes: 3, rows: 32, columns: 32, pitch: 32, planeBytes: 1024, bytes: 3072 }],
    [[1, 2, 5, 49], { planes: 2, rows: 5, columns: 49, pitch: 64, planeBytes: 320, bytes: 640 }],
    [[2, 3, 5], { planes: 2, rows: 3, columns: 5, pitch: 16, planeBytes: 48, bytes: 96 }],
    [[17], { planes: 1, rows: 1, columns: 17, pitch: 32, planeBytes: 32, bytes: 32 }],
    [[1, 12], { planes: 1, rows: 1, columns: 12, pitch: 16, planeBytes: 16, bytes: 16 }],
  ])('lays %j out', (shape, layout) => expect(coreLayout(shape)).toEqual(layout));

  it('reverses whole words only', () =>
    expect(() => reverseWords(new Uint8Array(6))).toThrow('6 bytes are no whole words'));

  it('unpacks what it packs', () => {
    const shapes = fc.tuple(...[4, 5, 40].map((max) => fc.integer({ min: 1, max })));
    fc.assert(
      fc.property(shapes, fc.integer(), ([c, h, w], seed) => {
        const values = Int8Array.from(
          { length: c! * h! * w! },
          (_, i) => Math.imul(i + seed, 2654435761) >> 24,
        );
        expect(unpackFromCore(packForCore(values, [1, c!, h!, w!]), [1, c!, h!, w!])).toEqual(values);
      }),
      { numRuns: 50, seed: 4 },
    );
  });
});

/** Undoes the reversal of words, for tables in natural order. */
const natural = (bytes: Uint8Array): number[] => Array.from(bytes, (_, e) => bytes[e ^ 3]!);

describe('weights in L2 (hardware.md section 5)', () => {
  it('conv: taps of 16 channels, then four byte planes of bias, K padded with zeros', () => {
    // 2 output channels, 1 input channel, 1x2 kernel
    const bytes = natural(packConvWeights([1, 2, 3, 4], [0x01020304, -2], [2, 1, 1, 2]));
    expect(bytes.length).toBe(2 * 16 + 64);
    expect(bytes.slice(0, 3)).toEqual([1, 3, 0]);
    expect(bytes.slice(16, 19)).toEqual([2, 4, 0]);
    expect([0, 1, 2, 3].map((plane) => bytes.slice(32 + 16 * plane, 34 + 16 * plane))).toEqual([
      [0x04, 0xfe],
      [0x03, 0xff],
      [0x02, 0xff],
      [0x01, 0xff],
    ]);
  });

  it('conv: the second block follows the first one and its bias', () => {
    const k = 17;
    const bytes = natural(
      packConvWeights(
        Int8Array.from({ length: k }, (_, i) => i + 1),
        new Int32Array(k).fill(5),
        [k, 1, 1, 1],
      ),
    );
    expect(bytes.length).toBe(2 * (16 + 64));
    expect(bytes[15]).toBe(16);
    expect(bytes[80]).toBe(17);
    expect(bytes[81]).toBe(0);
    expect(bytes[96]).toBe(5);
  });

  it('conv: taps in the order channel, row, column of each output channel', () => {
    // 2 output channels, 2 input channels, kernel 2 high and 3 wide: weight = 12 * output + tap
    const w = Int8Array.from({ length: 24 }, (_, i) => i);
    const bytes = natural(packConvWeights(w, [7, 8], [2, 2, 2, 3]));
    expect(bytes.length).toBe(12 * 16 + 64);
    const lane = (l: number) => Array.from({ length: 12 }, (_, tap) => bytes[tap * 16 + l]);
    expect(lane(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(lane(1)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    expect(bytes.slice(192, 194)).toEqual([7, 8]);
  });

  it('depthwise: taps in the order row, column of each channel', () => {
    // 2 channels, kernel 2 high and 3 wide: weight = 6 * channel + tap
    const w = Int8Array.from({ length: 12 }, (_, i) => i);
    const bytes = natural(packDepthwiseWeights(w, [7, 8], [2, 2, 3]));
    expect(bytes.length).toBe(6 * 16 + 64 + 12);
    const lane = (l: number) => Array.from({ length: 6 }, (_, tap) => bytes[tap * 16 + l]);
    expect(lane(0)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(lane(4)).toEqual([6, 7, 8, 9, 10, 11]);
    expect([bytes[96], bytes[100]]).toEqual([7, 8]);
  });

  it('depthwise: channel i in lane 4 * (i mod 4) of block i / 4, and slack at the end', () => {
    const bytes = natural(packDepthwiseWeights([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], [5, 1, 1]));
    expect(bytes.length).toBe(2 * 80 + 12);
    expect(bytes.slice(0, 16)).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
    expect(bytes.slice(16, 32)).toEqual([10, 0, 0, 0, 20, 0, 0, 0, 30, 0, 0, 0, 40, 0, 0, 0]);
    expect(bytes[80]).toBe(5);
  });

  it.each([
    // the job of channel i loads from base + (i mod 4) * 4 + floor(i / 4) * (16 * FX * FY + 64)
    [0, 0],
    [1, 4],
    [3, 12],
    [4, 208],
    [6, 216],
  ])('depthwise 3x3: channel %i loads from byte %i', (i, offset) =>
    expect(depthwiseOffset(i, 3, 3)).toBe(offset),
  );

  it('FC: [C/16][16 outputs][16 inputs], then biases of 16 bytes, sign-extended', () => {
    // 2 outputs, 17 inputs: weight = 100 * output + input
    const w = Int8Array.from({ length: 34 }, (_, i) => 30 * Math.floor(i / 17) + (i % 17));
    const bytes = natural(packDenseWeights(w, [-2, 0x12345678], [2, 17]));
    expect(bytes.length).toBe(32 * 16 + 256);
    expect(bytes.slice(0, 3)).toEqual([0, 1, 2]);
    expect(bytes.slice(16, 19)).toEqual([30, 31, 32]);
    expect(bytes.slice(256, 258)).toEqual([16, 0]);
    expect(bytes[272]).toBe(46);
    expect(bytes.slice(512, 528)).toEqual([0xfe, ...new Array(15).fill(0xff)]);
    expect(bytes.slice(528, 544)).toEqual([0x78, 0x56, 0x34, 0x12, ...new Array(12).fill(0)]);
  });

  it('FC: a second block of outputs follows the first one and its biases; a bias of 0 is 16 zeros', () => {
    const bytes = natural(
      packDenseWeights(
        Int8Array.from({ length: 17 }, (_, o) => o + 1),
        new Int32Array(17),
        [17, 1],
      ),
    );
    expect(bytes.length).toBe(2 * (256 + 256));
    expect([bytes[0], bytes[15 * 16], bytes[512], bytes[528]]).toEqual([1, 16, 17, 0]);
    expect(bytes.slice(256, 512)).toEqual(new Array(256).fill(0));
  });
});
