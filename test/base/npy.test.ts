import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DTYPES, integerRange } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { decodeNpy, encodeNpy, requireType } from '../../src/base/npy.js';
import { tensor } from '../../src/base/tensor.js';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
/** A file of version 1 with this header text, unpadded, and these bytes of values. */
const file = (header: string, values: readonly number[] = [], version = 1): Uint8Array =>
  Uint8Array.of(
    ...latin1('\x93NUMPY'),
    ...[version, 0, header.length, 0],
    ...(version === 1 ? [] : [0, 0]),
    ...latin1(header),
    ...values,
  );
const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

// What numpy 2.4 writes for np.arange(6, dtype='<i2').reshape(2, 3).
const NUMPY_FILE =
  `\x93NUMPY\x01\x00v\x00{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }${' '.repeat(58)}\n` +
  '\x00\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00';

describe('the bytes that numpy writes', () => {
  const values = tensor([2, 3], 'int16', [0, 1, 2, 3, 4, 5]);
  it('are written', () => expect(encodeNpy(values)).toEqual(latin1(NUMPY_FILE)));
  it('are read', () => expect(decodeNpy(latin1(NUMPY_FILE), 'a.npy')).toEqual(values));
});

describe('decodeNpy', () => {
  it.each([
    ['|i1', [0x80, 0x7f], 'int8', [-128, 127]],
    ['|u1', [0x80, 0x7f], 'uint8', [128, 127]],
    ['|b1', [0, 1], 'bool', [0, 1]],
    ['<i2', [0x34, 0x12, 0xff, 0xff], 'int16', [0x1234, -1]],
    ['>i2', [0x12, 0x34, 0xff, 0xff], 'int16', [0x1234, -1]],
    ['<i4', [4, 3, 2, 1, 0, 0, 0, 0x80], 'int32', [0x01020304, -(2 ** 31)]],
    ['>i4', [1, 2, 3, 4, 0x80, 0, 0, 0], 'int32', [0x01020304, -(2 ** 31)]],
    ['<i8', [0, 0, 0, 0, 1, 0, 0, 0, ...new Array<number>(8).fill(255)], 'int64', [2 ** 32, -1]],
    ['<f4', [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], 'float32', [1, -2]],
    ['<f8', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0], 'float32', [1, -2]],
  ] as const)('reads %s', (descr, bytes, dtype, values) =>
    expect(decodeNpy(file(header(descr, '(2,)'), bytes), 'a.npy')).toEqual(tensor([2], dtype, values)),
  );

  it('brings the order of Fortran into row-major order', () =>
    // numpy: np.asfortranarray([[0, 1, 2], [3, 4, 5]])
    expect(decodeNpy(file(header('|i1', '(2, 3)', 'True'), [0, 3, 1, 4, 2, 5]), 'a.npy')).toEqual(
      tensor([2, 3], 'int8', [0, 1, 2, 3, 4, 5]),
    ));
  it('does so for three axes', () =>
    // a[i, j, k] = 4 i + 2 j + k stands at i + 2 j + 4 k.
    expect([
      ...decodeNpy(file(header('|i1', '(2, 2, 2)', 'True'), [0, 4, 2, 6, 1, 5, 3, 7]), 'a.npy').data,
    ]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]));

  it.each([2, 3])('reads version %i, whose header length has four bytes', (version) =>
    expect(decodeNpy(file(header('|i1', '(1,)'), [7], version), 'a.npy')).toEqual(tensor([1], 'int8', [7])),
  );
  it('reads a scalar', () =>
    expect(decodeNpy(file(header('|i1', '()'), [7]), 'a.npy')).toEqual(tensor([], 'int8', [7])));
  it('reads a slice of a larger buffer', () => {
    const whole = Uint8Array.of(1, 2, 3, ...latin1(NUMPY_FILE));
    expect([...decodeNpy(whole.subarray(3), 'a.npy').data]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('bad files', () => {
  it.each([
    ['', 'a.npy is no .npy file.'],
    ['PK\x03\x04 something else', 'a.npy is no .npy file.'],
    ['\x93NUMPY\x04\x00\x00\x00', 'a.npy is .npy version 4; versions 1 to 3 are read.'],
    ['\x93NUMPY\x01\x00\x10\x00{', 'a.npy ends inside its header.'],
    ['\x93NUMPY\x02\x00\xff\xff\xff\xff', 'a.npy has a header of 4294967295 bytes; must be at most 10000.'],
    ['\x93NUMPY\x02\x00\x01\x00', 'a.npy ends inside its header.'],
  ])('%j: %s', (text, message) => expect(() => decodeNpy(latin1(text), 'a.npy')).toThrow(message));

  it.each([
    [header('<i2', '(2, 3)'), [1, 2], 'a.npy holds 2 bytes of values; its shape (2, 3) needs 12.'],
    [header('|i1', '(1,)'), [1, 2], 'a.npy holds 2 bytes of values; its shape (1,) needs 1.'],
    [
      header('<f4', '(9007199254740991, 9007199254740991)'),
      [],
      'a.npy holds 0 bytes of values; its shape (9007199254740991, 9007199254740991) needs 3.2',
    ],
    [header('|i1', '(99999999999999999999,)'), [], 'a.npy has a damaged shape.'],
    [header('|i1', '(1, , 2)'), [], 'a.npy has a damaged shape.'],
    [header('|i1', `(${'1, '.repeat(33)})`), [0], 'a.npy has 33 axes; at most 32 are read.'],
    [header('|i1', '(-1,)'), [], 'a.npy has a damaged header.'],
    ["'descr': '<i1'", [], 'a.npy has a damaged header.'],
    ["{'descr': [('x', '<i4')], 'fortran_order': False, 'shape': (1,)}", [], 'holds no plain numbers'],
    [
      header('<c8', '(1,)'),
      [],
      'a.npy holds values of numpy type c8; b1, i1, u1, i2, i4, i8, f4, f8 are read.',
    ],
    [header('|O', '(1,)'), [], 'a.npy holds values of numpy type O;'],
    [header('<i8', '(1,)'), [0, 0, 0, 0, 0, 0, 0, 0x7f], 'a.npy holds the int64 9151314442816848000;'],
    [header('<f8', '(1,)'), [0, 0, 0, 0, 0, 0, 0xf0, 0x7e], 'which is beyond the range of float32.'],
  ])('%s', (text, values, message) => {
    const read = () => decodeNpy(file(text, values), 'a.npy');
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
  });

  it('names shape and dtype that were wanted', () =>
    expect(() => requireType(tensor([3, 2], 'uint8'), { shape: [1, 3, 2], dtype: 'int8' }, 'in.npy')).toThrow(
      'in.npy holds uint8 of shape (3, 2); must be int8 of shape (1, 3, 2).',
    ));
});

const anyTensor = fc
  .tuple(fc.constantFrom(...DTYPES), fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }))
  .chain(([dtype, shape]) => {
    const [min, max] = dtype === 'float32' ? [0, 0] : integerRange(dtype);
    const value =
      dtype === 'float32'
        ? fc.float({ noNaN: true })
        : dtype === 'int64'
          ? fc.maxSafeInteger()
          : fc.integer({ min, max });
    const elements = shape.reduce((n, d) => n * d, 1);
    return fc.array(value, { minLength: elements, maxLength: elements }).map((values) =>
      tensor(
        shape,
        dtype,
        values.map((v) => (dtype === 'int64' ? v + 0 : v)),
      ),
    );
  });

it('any tensor reads back as it was written', () =>
  fc.assert(
    fc.property(anyTensor, (t) => {
      const back = decodeNpy(encodeNpy(t), 'x');
      expect([back.shape, back.dtype, [...back.data]]).toEqual([t.shape, t.dtype, [...t.data]]);
    }),
    { numRuns: 300, seed: 1 },
  ));

it('a changed or cut file is read or refused in one line, never a crash', () =>
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.nat(), (at, value, cut) => {
      const bytes = latin1(NUMPY_FILE);
      bytes[at % bytes.length] = value;
      try {
        decodeNpy(bytes.subarray(0, bytes.length - (cut % 3 === 0 ? cut % bytes.length : 0)), 'x');
      } catch (error) {
        if (!(error instanceof UserError) || error.message.includes('\n')) throw error;
      }
    }),
    { numRuns: 1000, seed: 1 },
  ));
