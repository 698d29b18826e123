import { allocate, type DType, type TypedArray } from '../base/dtype.js';
import { elementCount, type Tensor } from '../base/tensor.js';
import type { ByteReader } from './byte-reader.js';

/**
 * TVM's serialized NDArray (tvm/runtime/ndarray.h), little-endian: magic u64, reserved u64, device type i32 (1 = CPU),
 * device id i32, number of axes i32, dtype (code u8: 0 int, 1 uint, 2 float; bits u8; lanes u16), axes i64 each, size of the
 * data in bytes i64, data.
 */
const MAGIC = 0xdd5e40f096b4a13fn;
const CPU = 1;
const MAX_AXES = 16;

interface StoredType {
  readonly dtype: DType;
  readonly code: number;
  readonly bits: number;
  /** Bytes of one element in the file. */
  readonly width: number;
}

const STORED: readonly StoredType[] = [
  { dtype: 'int8', code: 0, bits: 8, width: 1 },
  { dtype: 'int16', code: 0, bits: 16, width: 2 },
  { dtype: 'int32', code: 0, bits: 32, width: 4 },
  { dtype: 'int64', code: 0, bits: 64, width: 8 },
  { dtype: 'uint8', code: 1, bits: 8, width: 1 },
  { dtype: 'bool', code: 1, bits: 1, width: 1 },
  { dtype: 'float32', code: 2, bits: 32, width: 4 },
];

function readType(reader: ByteReader, name: string): StoredType {
  const code = reader.u8(`the dtype of ${name}`);
  const bits = reader.u8(`the dtype of ${name}`);
  const lanes = reader.u16(`the dtype of ${name}`);
  const type = STORED.find((t) => t.code === code && t.bits === bits);
  if (type === undefined || lanes !== 1)
    return reader.fail(
      `${name} has dtype code ${code}, ${bits} bits, ${lanes} lanes; supported: ${STORED.map((t) => t.dtype).join(', ')}.`,
    );
  return type;
}

/** Reads one element as a number. int64 must be exact: at most 2^53 in size. */
function elementReader(view: DataView, type: StoredType): (index: number) => number {
  switch (type.dtype) {
    case 'int8':
      return (i) => view.getInt8(i);
    case 'uint8':
    case 'bool':
      return (i) => view.getUint8(i);
    case 'int16':
      return (i) => view.getInt16(i * 2, true);
    case 'int32':
      return (i) => view.getInt32(i * 4, true);
    case 'int64':
      return (i) => Number(view.getBigInt64(i * 8, true));
    case 'float32':
      return (i) => view.getFloat32(i * 4, true);
  }
}

function decode(bytes: Uint8Array, type: StoredType, elements: number): TypedArray {
  const read = elementReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), type);
  const data = allocate(type.dtype, elements);
  for (let i = 0; i < elements; i++) data[i] = read(i);
  return data;
}

/**
 * Reads one array; `name` is what messages call it. The data is copied once, so memory stays within 8 times the file.
 * Throws a UserError when a field does not fit, the file ends too early, or a value is out of range (bool, int64 above 2^53).
 */
export function readNdarray(reader: ByteReader, name: string): Tensor {
  if (reader.u64(`the header of ${name}`) !== MAGIC)
    reader.fail(`${name} does not start with TVM's NDArray mark.`);
  reader.u64(`the header of ${name}`);
  const device = reader.i32(`the device of ${name}`);
  if (device !== CPU) reader.fail(`${name} lies on device type ${device}; must be 1 (CPU).`);
  reader.i32(`the device of ${name}`);
  const axes = reader.i32(`the shape of ${name}`);
  if (axes < 0 || axes > MAX_AXES) reader.fail(`${name} has ${axes} axes; must be 0 to ${MAX_AXES}.`);
  const type = readType(reader, name);
  const shape = Array.from({ length: axes }, (_, i) => reader.count(`axis ${i} of ${name}`, 2 ** 31));
  const size = reader.count(`the size of ${name}`, reader.left);
  const elements = elementCount(shape);
  if (elements * type.width !== size)
    reader.fail(`${name} of shape (${shape.join(', ')}) ${type.dtype} says its data has ${size} bytes.`);
  const data = decode(reader.bytes(size, `the data of ${name}`), type, elements);
  if (type.dtype === 'int64' && !data.every(Number.isSafeInteger))
    reader.fail(`${name} has an int64 beyond 2^53, which this program cannot hold exactly.`);
  if (type.dtype === 'bool' && !data.every((v) => v <= 1))
    reader.fail(`${name} has a bool that is neither 0 nor 1.`);
  return { shape, dtype: type.dtype, data };
}

function writeElements(view: DataView, offset: number, { dtype, data }: Tensor): void {
  data.forEach((v, i) => {
    if (dtype === 'int64') view.setBigInt64(offset + i * 8, BigInt(v), true);
    else if (dtype === 'int32') view.setInt32(offset + i * 4, v, true);
    else if (dtype === 'int16') view.setInt16(offset + i * 2, v, true);
    else if (dtype === 'float32') view.setFloat32(offset + i * 4, v, true);
    else view.setUint8(offset + i, v);
  });
}

/** The bytes that `readNdarray` reads. */
export function writeNdarray(value: Tensor): Uint8Array {
  const type = STORED.find((t) => t.dtype === value.dtype)!;
  const bytes = value.data.length * type.width;
  const header = 32 + 8 * value.shape.length + 8;
  const out = new DataView(new ArrayBuffer(header + bytes));
  out.setBigUint64(0, MAGIC, true);
  out.setInt32(16, CPU, true);
  out.setInt32(24, value.shape.length, true);
  out.setUint8(28, type.code);
  out.setUint8(29, type.bits);
  out.setUint16(30, 1, true);
  [...value.shape, bytes].forEach((n, i) => void out.setBigInt64(32 + 8 * i, BigInt(n), true));
  writeElements(out, header, value);
  return new Uint8Array(out.buffer);
}
