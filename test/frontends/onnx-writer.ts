import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { elementCount, type Tensor, tensor } from '../../src/base/tensor.js';

/** Writes ONNX files for tests: the fields that exporters write, by their numbers in onnx.proto. */
export type AttributeValue =
  | { readonly i: number }
  | { readonly f: number }
  | { readonly s: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly t: Tensor };

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly name?: string;
  readonly domain?: string;
}

export interface ModelSpec {
  readonly opset: number;
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  /** TensorProto.DataType of the inputs; default float. */
  readonly inputType?: number;
  /** TensorProto.DataType of the outputs, whose shapes are then left open; without it they are declared as float scalars. */
  readonly outputTypes?: Readonly<Record<string, number>>;
  /** Initializers that lie in another file: name to location, offset and length. */
  readonly external?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const DATA_TYPES = { float32: 1, uint8: 2, int8: 3, int16: 5, int32: 6, int64: 7, bool: 9 } as const;

const message = (writer: BinaryWriter, field: number, bytes: Uint8Array) =>
  writer.tag(field, WireType.LengthDelimited).bytes(bytes);
const text = (writer: BinaryWriter, field: number, value: string) =>
  writer.tag(field, WireType.LengthDelimited).string(value);
const int = (writer: BinaryWriter, field: number, value: number) =>
  writer.tag(field, WireType.Varint).int64(value);

/** Little-endian bytes of a tensor, as raw_data holds them. */
export function rawData(t: Tensor): Uint8Array {
  if (t.dtype === 'int64') return new Uint8Array(BigInt64Array.from(t.data, (v) => BigInt(v)).buffer);
  return new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);
}

export function encodeTensor(
  name: string,
  t: Tensor,
  external?: Readonly<Record<string, string>>,
): Uint8Array {
  const w = new BinaryWriter();
  for (const d of t.shape) int(w, 1, d);
  int(w, 2, DATA_TYPES[t.dtype]);
  text(w, 8, name);
  if (external === undefined) message(w, 9, rawData(t));
  else {
    for (const [key, value] of Object.entries(external)) {
      const entry = new BinaryWriter();
      text(entry, 1, key);
      text(entry, 2, value);
      message(w, 13, entry.finish());
    }
    int(w, 14, 1);
  }
  return w.finish();
}

const ATTRIBUTE_TYPES = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7 } as const;

function encodeAttribute(name: string, value: AttributeValue): Uint8Array {
  const w = new BinaryWriter();
  text(w, 1, name);
  if ('f' in value) w.tag(2, WireType.Bit32).float(value.f);
  if ('i' in value) int(w, 3, value.i);
  if ('s' in value) text(w, 4, value.s);
  if ('t' in value) message(w, 5, encodeTensor('', value.t));
  if ('floats' in value) for (const f of value.floats) w.tag(7, WireType.Bit32).float(f);
  if ('ints' in value) for (const i of value.ints) int(w, 8, i);
  // AttributeProto.type, which onnxruntime requires
  const kind = Object.keys(value)[0] as keyof typeof ATTRIBUTE_TYPES;
  int(w, 20, ATTRIBUTE_TYPES[kind]);
  return w.finish();
}

function encodeNode(node: NodeSpec): Uint8Array {
  const w = new BinaryWriter();
  for (const name of node.inputs) text(w, 1, name);
  for (const name of node.outputs) text(w, 2, name);
  text(w, 3, node.name ?? `${node.op}_${node.outputs[0]}`);
  text(w, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    message(w, 5, encodeAttribute(name, value));
  if (node.domain !== undefined) text(w, 7, node.domain);
  return w.finish();
}

function encodeValueInfo(
  name: string,
  shape: readonly (number | string)[] | undefined,
  elemType: number,
): Uint8Array {
  const dims = new BinaryWriter();
  for (const d of shape ?? []) {
    const dim = new BinaryWriter();
    if (typeof d === 'number') int(dim, 1, d);
    else text(dim, 2, d);
    message(dims, 1, dim.finish());
  }
  const tensorType = new BinaryWriter();
  int(tensorType, 1, elemType);
  if (shape !== undefined) message(tensorType, 2, dims.finish());
  const type = new BinaryWriter();
  message(type, 1, tensorType.finish());
  const info = new BinaryWriter();
  text(info, 1, name);
  message(info, 2, type.finish());
  return info.finish();
}

export function encodeOnnx(spec: ModelSpec): Uint8Array {
  const graph = new BinaryWriter();
  for (const node of spec.nodes) message(graph, 1, encodeNode(node));
  text(graph, 2, 'graph');
  for (const [name, t] of Object.entries(spec.initializers ?? {}))
    message(graph, 5, encodeTensor(name, t, spec.external?.[name]));
  for (const [name, shape] of Object.entries(spec.inputs))
    message(graph, 11, encodeValueInfo(name, shape, spec.inputType ?? 1));
  for (const name of spec.outputs) {
    const type = spec.outputTypes?.[name];
    message(graph, 12, encodeValueInfo(name, type === undefined ? [] : undefined, type ?? 1));
  }
  const opset = new BinaryWriter();
  text(opset, 1, '');
  int(opset, 2, spec.opset);
  const model = new BinaryWriter();
  int(model, 1, 7);
  text(model, 2, 'diana-sim tests');
  message(model, 7, graph.finish());
  message(model, 8, opset.finish());
  if (spec.nodes.some((n) => n.domain === 'com.microsoft')) {
    const microsoft = new BinaryWriter();
    text(microsoft, 1, 'com.microsoft');
    int(microsoft, 2, 1);
    message(model, 8, microsoft.finish());
  }
  return model.finish();
}

/** A float32 tensor; `values` repeat until it is full. */
export function floats(shape: readonly number[], values: readonly number[]): Tensor {
  const n = elementCount(shape);
  return tensor(
    shape,
    'float32',
    Array.from({ length: n }, (_, i) => values[i % values.length]!),
  );
}

export const int64s = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(shape, 'int64', values);
