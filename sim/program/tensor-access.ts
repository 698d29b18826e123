import { allocate, bytesPerElement } from '../../src/base/dtype.js';
import { LimitError } from '../../src/base/errors.js';
import { sha256 } from '../../src/base/sha256.js';
import { elementCount, type Tensor } from '../../src/base/tensor.js';
import type { Buffer } from '../../src/program/types.js';
import type { Memory } from '../core/memory.js';
import { packForNow, unpackForNow } from '../core/repack.js';
import { ANALOG_INFERENCES, type AnalogInferences } from '../isa/analog/inferred.js';
import {
  analogByte,
  analogLayout,
  packForAnalog,
  unpackFromAnalog,
  usedStretches,
} from '../isa/analog/layout.js';
import { coreLayout } from '../isa/layout.js';

/** Bytes of a buffer that its tensor takes (without slack). */
export const tensorBytes = (b: Buffer): number => {
  if (b.layout === 'analog') return analogLayout(b.shape).bytes;
  return b.layout === 'core' ? coreLayout(b.shape).bytes : elementCount(b.shape) * bytesPerElement(b.dtype);
};

/** How a buffer in the analog core's layout orders its elements. */
const orderOf = (b: Buffer): AnalogInferences => ({ ...ANALOG_INFERENCES, ...b.order });

/** The values of a dense little-endian tensor. Throws a LimitError for an int64 beyond 2^53. */
export function valuesFromBytes(bytes: Uint8Array, b: Pick<Buffer, 'name' | 'shape' | 'dtype'>): Tensor {
  const data = allocate(b.dtype, elementCount(b.shape));
  if (b.dtype !== 'int64') {
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(bytes);
    return { shape: b.shape, dtype: b.dtype, data };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < data.length; i++) {
    const value = view.getBigInt64(8 * i, true);
    data[i] = Number(value);
    if (BigInt(data[i]!) !== value)
      throw new LimitError({ subject: `int64 in ${b.name}`, value: String(value), rule: 'within 2^53' });
  }
  return { shape: b.shape, dtype: b.dtype, data };
}

/** Dense little-endian bytes of a tensor. */
export function bytesFromValues(t: Tensor): Uint8Array {
  if (t.dtype !== 'int64') return new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);
  const out = new Uint8Array(8 * t.data.length);
  const view = new DataView(out.buffer);
  t.data.forEach((v, i) => {
    view.setBigInt64(8 * i, BigInt(v), true);
  });
  return out;
}

/** Bytes of a tensor in pixels; those of lines in use must have been written. */
function readPixels(memory: Memory, b: Buffer): Uint8Array {
  const bytes = tensorBytes(b);
  if (!memory.isWritten(b.address, bytes))
    for (const { start, count, step, bytes: used } of usedStretches(analogLayout(b.shape), orderOf(b)))
      for (let i = 0; i < count; i++) memory.requireWritten(b.address + start + i * step, used, b.name);
  return memory.peek(b.address, bytes, b.name);
}

/**
 * Reads a buffer's tensor. Every byte must have been written; in the core's layout that includes the rows' padding, in the analog core's the
 * lines that hold channels in use.
 */
export function readTensor(memory: Memory, b: Buffer): Tensor {
  if (b.layout === 'analog')
    return {
      shape: b.shape,
      dtype: 'int8',
      data: unpackFromAnalog(readPixels(memory, b), b.shape, orderOf(b)),
    };
  const bytes = memory.read(b.address, tensorBytes(b), b.name);
  if (b.layout === 'core')
    return { shape: b.shape, dtype: 'int8', data: unpackForNow(bytes, b.shape).slice() };
  return valuesFromBytes(bytes, b);
}

/** sha256 of a buffer's tensor, dense: of `bytesFromValues(readTensor(memory, b))`. */
export function tensorChecksum(memory: Memory, b: Buffer): string {
  if (b.layout === 'core')
    return sha256(bytesOf(unpackForNow(memory.read(b.address, tensorBytes(b), b.name), b.shape)));
  // An int64 is read, as one beyond 2^53 is an error.
  if (b.layout === 'dense' && b.dtype !== 'int64')
    return sha256(memory.read(b.address, tensorBytes(b), b.name));
  return sha256(bytesFromValues(readTensor(memory, b)));
}

const bytesOf = (data: Int8Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A tensor's bytes in its buffer's layout; good only until the next job. */
function packed(b: Buffer, t: Tensor): Uint8Array {
  if (b.layout === 'analog') return packForAnalog(t.data, b.shape, orderOf(b));
  return b.layout === 'core' ? packForNow(t.data as Int8Array, b.shape) : bytesFromValues(t);
}

/** Writes a tensor into its buffer, in the buffer's layout (padding of rows: zeros). */
export function writeTensor(memory: Memory, b: Buffer, t: Tensor, writer: number): void {
  const bytes = packed(b, t);
  memory.write(b.address, bytes, writer, b.name);
}

/** Byte address of element number `index` (row-major) of a buffer's tensor: the first one for a wide dtype. */
export function elementAddresses(b: Buffer): (index: number) => number {
  if (b.layout === 'dense') {
    const size = bytesPerElement(b.dtype);
    return (index) => b.address + index * size;
  }
  if (b.layout === 'analog') {
    const [layout, order] = [analogLayout(b.shape), orderOf(b)];
    return (index) =>
      b.address + analogByte(Math.floor(index / layout.pixels), index % layout.pixels, layout, order);
  }
  const { columns, pitch } = coreLayout(b.shape);
  return (index) => b.address + ((Math.floor(index / columns) * pitch + (index % columns)) ^ 3);
}
