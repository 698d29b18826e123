import { Builder } from 'flatbuffers';
import type { DType } from '../../src/base/dtype.js';

/** Writes TFLite files, for tests and the oracle, by the field numbers of schema.fbs. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data?: ArrayLike<number>;
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
  readonly axis?: number;
}

export type OptionValue =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly float32: number };

export interface OperatorSpec {
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Fields of the builtin options, by number. */
  readonly options?: Readonly<Record<number, OptionValue>>;
}

export interface TfliteSpec {
  readonly tensors: readonly TensorSpec[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly OperatorSpec[];
}

const TYPES: Partial<Record<DType, number>> = { float32: 0, int32: 2, uint8: 3, int64: 4, int16: 7, int8: 9 };

/** BuiltinOptions, the union's type, by BuiltinOperator. */
const OPTION_TYPES: Readonly<Record<number, number>> = {
  23: 15,
  0: 11,
  1: 5,
  2: 10,
  3: 1,
  4: 2,
  9: 8,
  17: 5,
  18: 21,
  22: 17,
  25: 9,
  34: 22,
  39: 26,
  40: 27,
  41: 28,
  45: 32,
  49: 35,
  55: 39,
  57: 39,
  65: 48,
  67: 49,
  70: 52,
  97: 74,
  98: 75,
  102: 79,
  114: 89,
};

/** Little-endian bytes of `data`. */
function bytesOf(dtype: DType, data: ArrayLike<number>): Uint8Array {
  const arrays = {
    float32: Float32Array,
    int32: Int32Array,
    uint8: Uint8Array,
    int16: Int16Array,
    int8: Int8Array,
  };
  const array = arrays[dtype as keyof typeof arrays].from(data);
  return new Uint8Array(array.buffer);
}

type Fields = ReadonlyMap<number, (b: Builder) => void>;

function table(b: Builder, fields: Fields): number {
  b.startObject(Math.max(-1, ...fields.keys()) + 1);
  for (const add of fields.values()) add(b);
  return b.endObject();
}

function vector(b: Builder, size: number, values: readonly number[], add: (v: number) => void): number {
  b.startVector(size, values.length, size);
  for (const v of [...values].reverse()) add(v);
  return b.endVector();
}

const int32s = (b: Builder, v: readonly number[]) => vector(b, 4, v, (x) => b.addInt32(x));
const float32s = (b: Builder, v: readonly number[]) => vector(b, 4, v, (x) => b.addFloat32(x));
const int64s = (b: Builder, v: readonly number[]) => vector(b, 8, v, (x) => b.addInt64(BigInt(x)));
const offsets = (b: Builder, v: readonly number[]) => vector(b, 4, v, (x) => b.addOffset(x));

const offset = (id: number, value: number) => [id, (b: Builder) => b.addFieldOffset(id, value, 0)] as const;
const int32 = (id: number, value: number) => [id, (b: Builder) => b.addFieldInt32(id, value, 0)] as const;
const int8 = (id: number, value: number) => [id, (b: Builder) => b.addFieldInt8(id, value, 0)] as const;

function writeTensor(b: Builder, t: TensorSpec, buffer: number): number {
  const name = b.createString(t.name);
  const shape = int32s(b, t.shape);
  const fields = [offset(0, shape), int8(1, TYPES[t.dtype]!), int32(2, buffer), offset(3, name)];
  if (t.scales !== undefined) {
    const scales = float32s(b, t.scales);
    const zeros = int64s(b, t.zeroPoints ?? t.scales.map(() => 0));
    const axis = t.axis ?? 0;
    fields.push(offset(4, table(b, new Map([offset(2, scales), offset(3, zeros), int32(6, axis)]))));
  }
  return table(b, new Map(fields));
}

function writeOptions(b: Builder, options: Readonly<Record<number, OptionValue>>): number {
  const fields = Object.entries(options).map(([key, value]) => {
    const id = Number(key);
    const add = (builder: Builder) => {
      if ('int8' in value) builder.addFieldInt8(id, value.int8, 0);
      else if ('int32' in value) builder.addFieldInt32(id, value.int32, 0);
      else builder.addFieldFloat32(id, value.float32, 0);
    };
    return [id, add] as const;
  });
  return table(b, new Map(fields));
}

export function encodeTflite(spec: TfliteSpec): Uint8Array {
  const b = new Builder(4096);
  // Buffer 0 is empty by convention; tensor i has buffer i + 1.
  const buffers = [table(b, new Map())];
  for (const t of spec.tensors) {
    const fields = t.data === undefined ? [] : [offset(0, b.createByteVector(bytesOf(t.dtype, t.data)))];
    buffers.push(table(b, new Map(fields)));
  }
  const tensors = spec.tensors.map((t, i) => writeTensor(b, t, i + 1));
  const codes = [...new Set(spec.operators.map((o) => o.code))];
  const operators = spec.operators.map((o) => {
    const inputs = int32s(b, o.inputs);
    const outputs = int32s(b, o.outputs);
    const options =
      o.options === undefined
        ? []
        : [int8(3, OPTION_TYPES[o.code] ?? 0), offset(4, writeOptions(b, o.options))];
    return table(
      b,
      new Map([int32(0, codes.indexOf(o.code)), offset(1, inputs), offset(2, outputs), ...options]),
    );
  });
  const graph = table(
    b,
    new Map([
      offset(0, offsets(b, tensors)),
      offset(1, int32s(b, spec.inputs)),
      offset(2, int32s(b, spec.outputs)),
      offset(3, offsets(b, operators)),
    ]),
  );
  const opcodes = codes.map((c) => table(b, new Map([int8(0, Math.min(c, 127)), int32(3, c)])));
  const opcodeVector = offsets(b, opcodes);
  const graphs = offsets(b, [graph]);
  const description = b.createString('diana-sim tests');
  const bufferVector = offsets(b, buffers);
  const model = table(
    b,
    new Map([
      int32(0, 3),
      offset(1, opcodeVector),
      offset(2, graphs),
      offset(3, description),
      offset(4, bufferVector),
    ]),
  );
  b.finish(model, 'TFL3');
  return b.asUint8Array().slice();
}
