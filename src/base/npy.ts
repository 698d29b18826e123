import type { DType } from './dtype.js';
import { UserError } from './errors.js';
import { encodeNpyHeader, type NpyHeader, parseNpyHeader } from './npy-header.js';
import { elementCount, type Shape, sameShape, showShape, strides, type Tensor, tensor } from './tensor.js';

type ReadValue = (view: DataView, at: number, littleEndian: boolean) => number;

/** numpy's types that are read, by type string without byte order, and the dtype that holds them. */
const READERS: Readonly<Record<string, { dtype: DType; bytes: number; read: ReadValue }>> = {
  b1: { dtype: 'bool', bytes: 1, read: (v, at) => (v.getUint8(at) === 0 ? 0 : 1) },
  i1: { dtype: 'int8', bytes: 1, read: (v, at) => v.getInt8(at) },
  u1: { dtype: 'uint8', bytes: 1, read: (v, at) => v.getUint8(at) },
  i2: { dtype: 'int16', bytes: 2, read: (v, at, little) => v.getInt16(at, little) },
  i4: { dtype: 'int32', bytes: 4, read: (v, at, little) => v.getInt32(at, little) },
  i8: { dtype: 'int64', bytes: 8, read: (v, at, little) => Number(v.getBigInt64(at, little)) },
  f4: { dtype: 'float32', bytes: 4, read: (v, at, little) => v.getFloat32(at, little) },
  f8: { dtype: 'float32', bytes: 8, read: (v, at, little) => v.getFloat64(at, little) },
};

/** numpy's type string of each dtype. */
const TYPES: Readonly<Record<DType, string>> = {
  bool: '|b1',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  int32: '<i4',
  int64: '<i8',
  float32: '<f4',
};

/**
 * A .npy file's tensor, in row-major order whatever the file's is. float64 is rounded to float32; a value beyond float32, or
 * an int64 beyond 2^53, is refused, and so is a file whose length is not what its header says.
 * `where` (a path) begins the message of every UserError.
 *
 * @example
 * const image = decodeNpy(bytes, 'image.npy');
 */
export function decodeNpy(bytes: Uint8Array, where: string): Tensor {
  const header = parseNpyHeader(bytes, where);
  const reader = READERS[header.type];
  if (reader === undefined)
    throw new UserError(
      `${where} holds values of numpy type ${header.type}; ${Object.keys(READERS).join(', ')} are read.`,
    );
  const present = bytes.length - header.dataOffset;
  const needed = elementCount(header.shape) * reader.bytes;
  if (present !== needed)
    throw new UserError(
      `${where} holds ${present} bytes of values; its shape ${showShape(header.shape)} needs ${needed}.`,
    );
  const out = tensor(header.shape, reader.dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.dataOffset, present);
  const sourceOf = header.fortranOrder ? fortranIndex(header) : (i: number) => i;
  for (let i = 0; i < out.data.length; i++) {
    const value = reader.read(view, sourceOf(i) * reader.bytes, header.littleEndian);
    checkRepresentable(value, header.type, where);
    out.data[i] = value;
  }
  return out;
}

/** Where element `i` of the row-major order stands in a file whose first axis changes fastest. */
function fortranIndex({ shape }: NpyHeader): (i: number) => number {
  const rowMajor = strides(shape);
  const columnMajor = strides([...shape].reverse()).reverse();
  return (i) =>
    shape.reduce(
      (at, extent, axis) => at + (Math.floor(i / rowMajor[axis]!) % extent) * columnMajor[axis]!,
      0,
    );
}

function checkRepresentable(value: number, type: string, where: string): void {
  if (type === 'i8' && !Number.isSafeInteger(value))
    throw new UserError(`${where} holds the int64 ${value}; magnitudes must be below 2^53.`);
  if (type === 'f8' && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    throw new UserError(`${where} holds ${value}, which is beyond the range of float32.`);
}

/**
 * The bytes of a .npy file (version 1, little-endian, row-major): the same bytes that numpy writes.
 *
 * @example
 * await response.write(encodeNpy(outputs.get('output')));
 */
export function encodeNpy({ shape, dtype, data }: Tensor): Uint8Array {
  const header = encodeNpyHeader(TYPES[dtype], shape);
  const valueBytes = Number(TYPES[dtype].slice(2));
  const out = new Uint8Array(header.length + data.length * valueBytes);
  out.set(header);
  const view = new DataView(out.buffer, header.length);
  data.forEach((v: number, i: number) => {
    const at = i * valueBytes;
    if (dtype === 'int64') view.setBigInt64(at, BigInt(v), true);
    else if (dtype === 'float32') view.setFloat32(at, v, true);
    else if (valueBytes === 4) view.setInt32(at, v, true);
    else if (valueBytes === 2) view.setInt16(at, v, true);
    else view.setUint8(at, v);
  });
  return out;
}

/** Throws a UserError unless `found`, which `where` holds, has the shape and dtype asked for. */
export function requireType(
  found: Tensor,
  wanted: { readonly shape: Shape; readonly dtype: DType },
  where: string,
): void {
  if (found.dtype !== wanted.dtype || !sameShape(found.shape, wanted.shape))
    throw new UserError(
      `${where} holds ${found.dtype} of shape ${showShape(found.shape)}; ` +
        `must be ${wanted.dtype} of shape ${showShape(wanted.shape)}.`,
    );
}
