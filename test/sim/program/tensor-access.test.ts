import { describe, expect, it } from 'vitest';
import { Memory } from '../../../sim/core/memory.js';
import {
  bytesFromValues,
  elementAddresses,
  readTensor,
  tensorBytes,
  valuesFromBytes,
  writeTensor,
} from '../../../sim/program/tensor-access.js';
import type { DType } from '../../../src/base/dtype.js';
import { tensor } from '../../../src/base/tensor.js';
import type { Buffer } from '../../../src/program/types.js';

const buffer = (more: Partial<Buffer>): Buffer => ({
  id: 0,
  name: 'x',
  role: 'activation',
  memory: 'L2',
  address: 0x100,
  bytes: 256,
  shape: [1, 2, 2, 3],
  dtype: 'int8',
  layout: 'core',
  firstStep: 0,
  lastStep: 0,
  ...more,
});

describe('bytes of a tensor', () => {
  it.each([
    ['core', 'int8', [1, 2, 2, 3], 64], // four rows of 16
    ['core', 'int8', [1, 17], 32],
    ['dense', 'int8', [1, 17], 17],
    ['dense', 'int32', [1, 2, 2, 3], 48],
    ['dense', 'int64', [3], 24],
  ] as const)('%s %s %j: %i', (layout, dtype, shape, bytes) =>
    expect(tensorBytes(buffer({ layout, dtype, shape }))).toBe(bytes),
  );
});

describe('values in memory', () => {
  it('dense: little-endian, one behind the other', () => {
    const m = new Memory('L2', 0x100, 64);
    writeTensor(
      m,
      buffer({ layout: 'dense', dtype: 'int32', shape: [2] }),
      tensor([2], 'int32', [0x01020304, -2]),
      5,
    );
    expect([...m.read(0x100, 8, 'test')]).toEqual([4, 3, 2, 1, 0xfe, 0xff, 0xff, 0xff]);
    expect([m.writerOf(0x100), m.writerOf(0x107)]).toEqual([5, 5]);
  });

  it('core: rows of 16, words reversed, zeros behind each row', () => {
    const m = new Memory('L2', 0x100, 64);
    const b = buffer({ shape: [1, 1, 2, 3] });
    writeTensor(m, b, tensor([1, 1, 2, 3], 'int8', [1, 2, 3, 4, 5, 6]), 5);
    expect([...m.read(0x100, 4, 'test'), ...m.read(0x110, 4, 'test')]).toEqual([0, 3, 2, 1, 0, 6, 5, 4]);
    expect([...readTensor(m, b).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are read only where every byte was written', () => {
    const m = new Memory('L2', 0x100, 64);
    m.write(0x100, new Uint8Array(31), 0, 'test');
    expect(() => readTensor(m, buffer({ shape: [1, 1, 2, 3] }))).toThrow(
      'x: L2 byte 0x0000011f is never written',
    );
  });

  it.each([
    ['int8', [-128, 127, 0]],
    ['uint8', [0, 255, 1]],
    ['int16', [-32768, 32767, 1]],
    ['int32', [-(2 ** 31), 2 ** 31 - 1, 1]],
    ['float32', [1.5, -0.25, 3]],
    ['int64', [-(2 ** 53) + 1, 2 ** 53 - 1, -1]],
  ] as [DType, number[]][])('%s comes back', (dtype, values) => {
    const t = tensor([3], dtype, values);
    const back = valuesFromBytes(bytesFromValues(t), { name: 'x', shape: [3], dtype });
    expect([back.shape, back.dtype, [...back.data]]).toEqual([[3], dtype, values]);
  });

  it('an int64 beyond 2^53 is refused', () => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, 2n ** 53n + 1n, true);
    expect(() => valuesFromBytes(bytes, { name: 'x', shape: [1], dtype: 'int64' })).toThrow(
      'int64 in x is 9007199254740993; must be within 2^53.',
    );
  });
});

describe('the address of an element', () => {
  it.each([
    // (1, 2, 2, 3) in rows of 16: element 3 is row 1, element 6 row 2; within a word the order is reversed
    [0, 0x103],
    [2, 0x101],
    [3, 0x113],
    [7, 0x122],
    [11, 0x131],
  ])('core: element %i lies at 0x%x', (index, address) =>
    expect(elementAddresses(buffer({}))(index)).toBe(address),
  );

  it.each([
    ['int8', 5, 0x105],
    ['int32', 5, 0x114],
    ['int64', 2, 0x110],
  ] as const)('dense %s: element %i begins at 0x%x', (dtype, index, address) =>
    expect(elementAddresses(buffer({ layout: 'dense', dtype }))(index)).toBe(address),
  );
});
