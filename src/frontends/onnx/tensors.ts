import { type DType, integerRange, isFloat } from '../../base/dtype.js';
import { UserError } from '../../base/errors.js';
import { elementCount, showShape, type Tensor, tensor } from '../../base/tensor.js';
import type { OnnxTensor } from './proto.js';

/** Reads bytes of a file beside the model. Throws a UserError when it must not or cannot. */
export type ExternalData = (location: string, offset: number, length: number | undefined) => Uint8Array;

interface ElementKind {
  readonly name: string;
  /** How this project holds it; double and float16 become float32. */
  readonly dtype: DType;
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => number;
}

/** TensorProto.DataType, as far as supported. */
const KINDS: Readonly<Record<number, ElementKind>> = {
  1: { name: 'float', dtype: 'float32', bytes: 4, get: (v, at) => v.getFloat32(at, true) },
  2: { name: 'uint8', dtype: 'uint8', bytes: 1, get: (v, at) => v.getUint8(at) },
  3: { name: 'int8', dtype: 'int8', bytes: 1, get: (v, at) => v.getInt8(at) },
  5: { name: 'int16', dtype: 'int16', bytes: 2, get: (v, at) => v.getInt16(at, true) },
  6: { name: 'int32', dtype: 'int32', bytes: 4, get: (v, at) => v.getInt32(at, true) },
  7: { name: 'int64', dtype: 'int64', bytes: 8, get: (v, at) => Number(v.getBigInt64(at, true)) },
  9: { name: 'bool', dtype: 'bool', bytes: 1, get: (v, at) => (v.getUint8(at) === 0 ? 0 : 1) },
  10: { name: 'float16', dtype: 'float32', bytes: 2, get: (v, at) => halfToNumber(v.getUint16(at, true)) },
  11: { name: 'double', dtype: 'float32', bytes: 8, get: (v, at) => v.getFloat64(at, true) },
};

/** IEEE binary16 bits as a number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The dtype for a TensorProto.DataType. Throws a UserError that names `what` for a type that is not supported. */
export const dtypeOf = (dataType: number, what: string): DType => kindOf(dataType, what).dtype;

function kindOf(dataType: number, what: string): ElementKind {
  const kind = KINDS[dataType];
  if (kind === undefined)
    throw new UserError(
      `${what} has ONNX element type ${dataType}; supported are ` +
        `${Object.entries(KINDS)
          .map(([n, k]) => `${n} (${k.name})`)
          .join(', ')}.`,
    );
  return kind;
}

/**
 * The values of a tensor of the file. The declared shape is compared with the data before anything is allocated, so the
 * result takes at most 8 times the bytes it is read from.
 * Throws a UserError for a shape that does not fit the data, an element type that is not supported, an integer beyond 2^53.
 */
export function readTensor(t: OnnxTensor, external: ExternalData, fallbackName = 'a constant'): Tensor {
  const what = `tensor ${t.name || fallbackName}`;
  const kind = kindOf(t.dataType, what);
  // An empty list is of use, an empty matrix of a million rows is not.
  if (t.dims.some((d) => d < 0 || (d === 0 && t.dims.length > 1)))
    throw new UserError(`${what} has shape ${showShape(t.dims)}.`);
  const elements = elementCount(t.dims);
  const bytes = t.external === undefined ? t.raw : externalBytes(t.external, external, what);
  if (bytes === undefined) return fromValues(t, kind, elements, what);
  if (bytes.byteLength !== elements * kind.bytes)
    throw new UserError(
      `${what} of shape ${showShape(t.dims)} ${kind.name} needs ${elements * kind.bytes} bytes, not ${bytes.byteLength}.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = tensor(t.dims, kind.dtype);
  for (let i = 0; i < elements; i++) out.data[i] = safe(kind.get(view, i * kind.bytes), kind, what);
  return out;
}

function safe(value: number, kind: ElementKind, what: string): number {
  if (kind.dtype === 'int64' && !Number.isSafeInteger(value))
    throw new UserError(`${what} holds ${value}; int64 values are supported up to 2^53.`);
  return value;
}

function fromValues(t: OnnxTensor, kind: ElementKind, elements: number, what: string): Tensor {
  if (t.values.length !== elements)
    throw new UserError(
      `${what} of shape ${showShape(t.dims)} needs ${elements} values, not ${t.values.length}.`,
    );
  const values = kind.name === 'float16' ? t.values.map(halfToNumber) : t.values;
  if (!isFloat(kind.dtype)) {
    const [lo, hi] = integerRange(kind.dtype as Exclude<DType, 'float32'>);
    const bad = values.find((v) => !Number.isInteger(v) || v < lo || v > hi);
    if (bad !== undefined) throw new UserError(`${what} holds ${bad}, which is no ${kind.name}.`);
  }
  return tensor(t.dims, kind.dtype, values);
}

function externalBytes(entry: ReadonlyMap<string, string>, read: ExternalData, what: string): Uint8Array {
  const location = entry.get('location');
  if (location === undefined) throw new UserError(`${what} lies in another file that is not named.`);
  const number = (key: string) => {
    const text = entry.get(key);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw new UserError(`${what}: ${key} of its external data is "${text}".`);
    return Number(text);
  };
  return read(location, number('offset') ?? 0, number('length'));
}
