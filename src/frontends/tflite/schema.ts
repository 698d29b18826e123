import type { DType } from '../../base/dtype.js';
import { UserError } from '../../base/errors.js';
import { elementCount, showShape, type Tensor, tensor } from '../../base/tensor.js';
import { FlatFile, type FlatTable } from './table.js';

/**
 * The tables of TensorFlow Lite (schema.fbs, version 3) as far as they are used: the first subgraph, its tensors and
 * operators. Field numbers are the schema's.
 */
export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly TfliteOperator[];
}

export interface Quantization {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** The axis of per-axis scales. */
  readonly axis: number;
}

export interface TfliteTensor {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly quantization?: Quantization;
  /** Bytes of a constant. */
  readonly data?: Uint8Array;
  /** Why an operator that has this tensor is refused: its type or form is not read. */
  readonly refusal?: string;
}

export interface TfliteOperator {
  /** Position in the file. */
  readonly index: number;
  /** BuiltinOperator. */
  readonly code: number;
  /** The name of a custom operator. */
  readonly custom: string;
  /** -1 stands for an optional input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: FlatTable;
}

/** TensorType. */
const TYPES: Readonly<Record<number, DType>> = {
  0: 'float32',
  2: 'int32',
  3: 'uint8',
  4: 'int64',
  6: 'bool',
  7: 'int16',
  9: 'int8',
};

/** TensorTypes that are not read. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  1: 'float16',
  5: 'string',
  8: 'complex64',
  10: 'float64',
  11: 'complex128',
  12: 'uint64',
  13: 'resource',
  14: 'variant',
  15: 'uint32',
  16: 'uint16',
  17: 'int4',
};

/** BuiltinOperator 127: the code stands in a wider field. */
const PLACEHOLDER = 127;

/** Decodes a file. Throws a UserError when it is no TFLite model or uses what is not read. */
export function decodeTflite(bytes: Uint8Array): TfliteModel {
  if (String.fromCharCode(...bytes.subarray(4, 8)) !== 'TFL3')
    throw new UserError('this is no TFLite file: its bytes 4 to 8 are not "TFL3".');
  const root = new FlatFile(bytes).root();
  const version = root.uint32(0);
  if (version !== 3) throw new UserError(`the file has schema version ${version}; supported is 3.`);
  const graphs = root.tables(2);
  // Further subgraphs are bodies of IF, WHILE and CALL_ONCE, which are refused by name where the first one has them.
  const graph = graphs[0];
  if (graph === undefined) throw new UserError('the file has no subgraph.');
  const buffers = root.tables(4);
  const codes = root.tables(1).map((c) => ({
    code: Math.max(c.int8(0), c.int32(3)),
    custom: c.string(1),
  }));
  const tensors = graph.tables(0).map((t, index) => decodeTensor(t, index, buffers));
  const check = (list: readonly number[], optional = false) => {
    for (const i of list)
      if (!(i >= 0 && i < tensors.length) && !(optional && i === -1))
        throw new UserError(`the file is damaged: it names tensor ${i} of ${tensors.length}.`);
    return list;
  };
  return {
    tensors,
    inputs: check(graph.int32s(1)),
    outputs: check(graph.int32s(2)),
    operators: graph.tables(3).map((o, index) => {
      const code = codes[o.uint32(0)];
      if (code === undefined || code.code === PLACEHOLDER)
        throw new UserError(`the file is damaged: operator ${index} has code number ${o.uint32(0)}.`);
      const options = o.table(4);
      const operator = { index, ...code, inputs: check(o.int32s(1), true), outputs: check(o.int32s(2)) };
      return options === undefined ? operator : { ...operator, options };
    }),
  };
}

function decodeTensor(t: FlatTable, index: number, buffers: readonly FlatTable[]): TfliteTensor {
  const name = t.string(3) || `tensor ${index}`;
  const type = t.int8(1);
  const dtype = TYPES[type];
  const shape = t.int32s(0);
  const refused = (refusal: string): TfliteTensor => ({
    index,
    name,
    shape,
    dtype: dtype ?? 'uint8',
    refusal,
  });
  if (dtype === undefined)
    return refused(
      `tensor ${name} is ${OTHER_TYPES[type] ?? `of TFLite type ${type}`}; supported are ${[...new Set(Object.values(TYPES))].join(', ')}`,
    );
  if (shape.some((d) => d < 1))
    return refused(`tensor ${name} has shape ${showShape(shape)}; every axis must be at least 1`);
  const buffer = buffers[t.uint32(2)];
  if (buffer === undefined)
    throw new UserError(`the file is damaged: tensor ${name} has buffer ${t.uint32(2)}.`);
  if (buffer.has(1) || buffer.has(2))
    return refused(`tensor ${name} keeps its data behind the model (for files over 2 GiB); not supported`);
  if (t.has(6)) return refused(`tensor ${name} is sparse; only dense tensors are supported`);
  const data = buffer.bytes(0);
  const quantization = decodeQuantization(t.table(4));
  return {
    index,
    name,
    shape,
    dtype,
    ...(quantization === undefined ? {} : { quantization }),
    ...(data === undefined || data.length === 0 ? {} : { data }),
  };
}

function decodeQuantization(q: FlatTable | undefined): Quantization | undefined {
  const scales = q?.float32s(2) ?? [];
  if (q === undefined || scales.length === 0) return undefined;
  if (scales.some((s) => !(s > 0) || !Number.isFinite(s)))
    throw new UserError(`the file is damaged: a quantization scale is ${scales.find((s) => !(s > 0))}.`);
  const zeroPoints = q.int64s(3);
  return { scales, zeroPoints: zeroPoints.length === 0 ? [0] : zeroPoints, axis: q.int32(6) };
}

const BYTES: Readonly<Record<DType, number>> = {
  int8: 1,
  uint8: 1,
  bool: 1,
  int16: 2,
  int32: 4,
  float32: 4,
  int64: 8,
};

/** The values of a constant tensor, in the file's order. Throws a UserError when its data does not fill its shape. */
export function constantValue(t: TfliteTensor): Tensor {
  const data = t.data ?? new Uint8Array();
  const elements = elementCount(t.shape);
  if (data.length !== elements * BYTES[t.dtype])
    throw new UserError(
      `tensor ${t.name} of shape ${showShape(t.shape)} ${t.dtype} needs ${elements * BYTES[t.dtype]} bytes, not ${data.length}.`,
    );
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const out = tensor(t.shape, t.dtype);
  for (let i = 0; i < elements; i++) out.data[i] = READERS[t.dtype](view, i * BYTES[t.dtype]);
  if (t.dtype === 'int64' && out.data.some((v) => !Number.isSafeInteger(v)))
    throw new UserError(`tensor ${t.name} holds an int64 beyond 2^53.`);
  return out;
}

const READERS: Readonly<Record<DType, (v: DataView, at: number) => number>> = {
  int8: (v, at) => v.getInt8(at),
  uint8: (v, at) => v.getUint8(at),
  bool: (v, at) => (v.getUint8(at) === 0 ? 0 : 1),
  int16: (v, at) => v.getInt16(at, true),
  int32: (v, at) => v.getInt32(at, true),
  int64: (v, at) => Number(v.getBigInt64(at, true)),
  float32: (v, at) => v.getFloat32(at, true),
};
