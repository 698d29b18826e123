import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPES, type DType, integerRange } from '../../src/base/dtype.js';
import { elementCount, type Tensor, tensor } from '../../src/base/tensor.js';
import { ByteReader } from '../../src/relay/byte-reader.js';
import { readNdarray, writeNdarray } from '../../src/relay/ndarray.js';
import { readParams, writeParams } from '../../src/relay/params-file.js';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

// Field by field after tvm/runtime/ndarray.h and src/runtime/file_utils.cc.
const INT8_PAIR = `
  3fa1b496f0405edd 0000000000000000
  01000000 00000000  01000000  00 08 0100
  0200000000000000  0200000000000000
  ff 7f`;
const ONE_PARAMETER = `
  b79c04054f8de5f7 0000000000000000
  0100000000000000  0100000000000000 77
  0100000000000000 ${INT8_PAIR}`;

describe('the serialized array', () => {
  it('is what TVM wrote for six ones', () => {
    const text =
      'P6G0lvBAXt0AAAAAAAAAAAEAAAAAAAAAAQAAAAIgAQAGAAAAAAAAABgAAAAAAAAAAACAPwAAgD8AAIA/AACAPwAAgD8AAIA/';
    const ones = tensor([6], 'float32', [1, 1, 1, 1, 1, 1]);
    expect(Buffer.from(writeNdarray(ones)).toString('base64')).toBe(text);
    expect(readNdarray(new ByteReader(Buffer.from(text, 'base64'), 'a'), 'x')).toEqual(ones);
  });

  it('has the fields of the header file', () => {
    const pair = tensor([2], 'int8', [-1, 127]);
    expect(writeNdarray(pair)).toEqual(bytes(INT8_PAIR));
  });
});

describe('.params', () => {
  it('has the fields of file_utils.cc', () => {
    const params = new Map([['w', tensor([2], 'int8', [-1, 127])]]);
    expect(writeParams(params)).toEqual(bytes(ONE_PARAMETER));
    expect(readParams(bytes(ONE_PARAMETER), 'net.params')).toEqual(params);
  });

  const values = (dtype: DType): fc.Arbitrary<number> => {
    if (dtype === 'float32') return fc.float();
    const [min, max] = integerRange(dtype);
    return fc.integer({ min, max });
  };
  const arbitraryTensor: fc.Arbitrary<Tensor> = fc
    .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.constantFrom(...DTYPES))
    .chain(([shape, dtype]) => {
      const n = elementCount(shape);
      return fc
        .array(values(dtype), { minLength: n, maxLength: n })
        .map((data) => tensor(shape, dtype, data));
    });

  it('reads back what was written, of every dtype, in its order', () => {
    const dictionary = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), arbitraryTensor), { maxLength: 5 });
    fc.assert(
      fc.property(dictionary, (entries) => {
        const params = new Map(entries);
        const read = readParams(writeParams(params), 'net.params');
        expect([...read.keys()]).toEqual([...params.keys()]);
        expect(read).toEqual(params);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it.each([
    ['another file', '89504e470d0a1a0a', /net\.params: byte 8: this is no parameter file/],
    ['an empty file', '', /net\.params: byte 0: this is no parameter file/],
    [
      'a name longer than the file',
      ONE_PARAMETER.replace('0100000000000000 77', 'ff00000000000000 77'),
      /length of name 0 is 255; at most/,
    ],
    [
      'a count of names beyond the file',
      ONE_PARAMETER.replace('0100000000000000  01', 'ffffffffffffffff  01'),
      /number of names is 18446744073709551615; at most/,
    ],
    [
      'a size that the shape does not give',
      ONE_PARAMETER.replace('0200000000000000  02', '0300000000000000  02'),
      /parameter "w" of shape \(3\) int8 says its data has 2 bytes/,
    ],
    [
      'an array on another device',
      ONE_PARAMETER.replace('01000000 00000000', '02000000 00000000'),
      /parameter "w" lies on device type 2; must be 1/,
    ],
    [
      'float64',
      ONE_PARAMETER.replace('00 08 0100', '02 40 0100'),
      /dtype code 2, 64 bits, 1 lanes; supported: int8, int16/,
    ],
    ['a vector dtype', ONE_PARAMETER.replace('00 08 0100', '00 08 0400'), /4 lanes/],
    ['17 axes', ONE_PARAMETER.replace('01000000  00 08', '11000000  00 08'), /has 17 axes; must be 0 to 16/],
    [
      'a byte too few',
      ONE_PARAMETER.replace('ff 7f', 'ff'),
      /byte 89: the file ends inside the data of parameter "w" \(2 bytes needed, 1 left\)/,
    ],
    [
      'a name that occurs twice',
      `${ONE_PARAMETER.replace('0100000000000000  0100000000000000 77', '0200000000000000  0100000000000000 77 0100000000000000 77').replace('77\n  0100000000000000', '77\n  0200000000000000')} ${INT8_PAIR}`,
      /the parameter "w" occurs twice/,
    ],
    ['a byte too many', `${ONE_PARAMETER} 00`, /1 bytes follow the last parameter/],
  ] as const)('refuses %s', (_, hex, message) => {
    expect(() => readParams(bytes(hex), 'net.params')).toThrow(message);
  });

  it('refuses an int64 that a JavaScript number cannot hold', () => {
    const array = bytes(
      INT8_PAIR.replace('00 08', '00 40')
        .replace('0200000000000000  0200', '0100000000000000  0800')
        .replace('ff 7f', 'ffffffffffffff7f'),
    );
    expect(() => readNdarray(new ByteReader(array, 'a'), 'x')).toThrow('an int64 beyond 2^53');
  });
});
