import { UserError } from '../../base/errors.js';
import { readBytes, readFloat, readFloats, readInt, readInts, readMessage, readString } from './wire.js';

/**
 * The messages of ONNX (onnx.proto, IR versions 3 to 13) as far as they are used. Field numbers are ONNX's; sub-graphs,
 * sparse tensors, functions and training information are not read.
 */
export interface OnnxModel {
  readonly producer: string;
  /** Operator set of the default domain. */
  readonly opset: number;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** The operator set whose meaning the node has, where it is not the file's (com.microsoft's QLinearSoftmax names one). */
  readonly opset?: number;
  /** An empty string stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
}

/** One of the fields is set, by the attribute's kind. */
export interface OnnxAttribute {
  readonly name: string;
  readonly f?: number;
  readonly i?: number;
  readonly s?: string;
  readonly t?: OnnxTensor;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  /** A kind that is not read: a graph, strings, tensors. */
  readonly other: boolean;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly dataType: number;
  readonly raw?: Uint8Array;
  /** float_data, int32_data, int64_data, uint64_data or double_data, whichever is there. */
  readonly values: readonly number[];
  /** Keys and values of external_data, where the data lies in another file. */
  readonly external?: ReadonlyMap<string, string>;
}

export interface OnnxValueInfo {
  readonly name: string;
  /** TensorProto.DataType; 0 when the value is no dense tensor. */
  readonly elemType: number;
  /** A symbolic dimension is its name; no shape at all: undefined. */
  readonly shape?: readonly (number | string)[];
}

/** Decodes a file. Throws a UserError when it is no ONNX model. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  let producer = '';
  let graph: OnnxGraph | undefined;
  let opset: number | undefined;
  readMessage(bytes, 'the file', {
    2: (r, w) => {
      producer = readString(r, w);
    },
    7: (r, w) => {
      graph = decodeGraph(readBytes(r, w));
    },
    8: (r, w) => {
      const set = decodeOpset(readBytes(r, w));
      if (set.domain === '' || set.domain === 'ai.onnx') opset = set.version;
    },
  });
  if (graph === undefined) throw new UserError('the file holds no ONNX graph.');
  if (opset === undefined) throw new UserError('the file names no version of the ONNX operator set.');
  return { producer, opset, graph };
}

function decodeOpset(bytes: Uint8Array) {
  const set = { domain: '', version: 0 };
  readMessage(bytes, 'opset_import', {
    1: (r, w) => {
      set.domain = readString(r, w);
    },
    2: (r, w) => {
      set.version = readInt(r, w);
    },
  });
  return set;
}

function decodeGraph(bytes: Uint8Array): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  let name = '';
  readMessage(bytes, 'the graph', {
    1: (r, w) => nodes.push(decodeNode(readBytes(r, w))),
    2: (r, w) => {
      name = readString(r, w);
    },
    5: (r, w) => initializers.push(decodeTensor(readBytes(r, w))),
    11: (r, w) => inputs.push(decodeValueInfo(readBytes(r, w))),
    12: (r, w) => outputs.push(decodeValueInfo(readBytes(r, w))),
  });
  return { name, nodes, initializers, inputs, outputs };
}

function decodeNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: OnnxAttribute[] = [];
  const text = { name: '', op: '', domain: '' };
  readMessage(bytes, 'a node', {
    1: (r, w) => inputs.push(readString(r, w)),
    2: (r, w) => outputs.push(readString(r, w)),
    3: (r, w) => {
      text.name = readString(r, w);
    },
    4: (r, w) => {
      text.op = readString(r, w);
    },
    5: (r, w) => attributes.push(decodeAttribute(readBytes(r, w))),
    7: (r, w) => {
      text.domain = readString(r, w);
    },
  });
  return { ...text, inputs, outputs, attributes };
}

function decodeAttribute(bytes: Uint8Array): OnnxAttribute {
  const floats: number[] = [];
  const ints: number[] = [];
  const one: { name: string; f?: number; i?: number; s?: string; t?: OnnxTensor; other: boolean } = {
    name: '',
    other: false,
  };
  const other = (r: Parameters<typeof readBytes>[0], w: Parameters<typeof readBytes>[1]) => {
    readBytes(r, w);
    one.other = true;
  };
  readMessage(bytes, 'an attribute', {
    1: (r, w) => {
      one.name = readString(r, w);
    },
    2: (r, w) => {
      one.f = readFloat(r, w);
    },
    3: (r, w) => {
      one.i = readInt(r, w);
    },
    4: (r, w) => {
      one.s = readString(r, w);
    },
    5: (r, w) => {
      one.t = decodeTensor(readBytes(r, w));
    },
    6: other,
    7: readFloats(floats, 32),
    8: readInts(ints),
    9: other,
    10: other,
    11: other,
  });
  return { ...one, floats, ints };
}

/** One TensorProto, also as a file of its own (the official test cases have them). */
export function decodeTensor(bytes: Uint8Array): OnnxTensor {
  const dims: number[] = [];
  const values: number[] = [];
  const external = new Map<string, string>();
  const one: { name: string; dataType: number; raw?: Uint8Array; elsewhere: boolean } = {
    name: '',
    dataType: 0,
    elsewhere: false,
  };
  readMessage(bytes, 'a tensor', {
    1: readInts(dims),
    2: (r, w) => {
      one.dataType = readInt(r, w);
    },
    4: readFloats(values, 32),
    5: readInts(values),
    7: readInts(values),
    8: (r, w) => {
      one.name = readString(r, w);
    },
    9: (r, w) => {
      one.raw = readBytes(r, w);
    },
    10: readFloats(values, 64),
    11: readInts(values),
    13: (r, w) => {
      const [key, value] = decodeEntry(readBytes(r, w));
      external.set(key, value);
    },
    14: (r, w) => {
      one.elsewhere = readInt(r, w) === 1;
    },
  });
  const { elsewhere, ...rest } = one;
  return { ...rest, dims, values, ...(elsewhere ? { external } : {}) };
}

function decodeEntry(bytes: Uint8Array): [string, string] {
  const entry: [string, string] = ['', ''];
  readMessage(bytes, 'external_data', {
    1: (r, w) => {
      entry[0] = readString(r, w);
    },
    2: (r, w) => {
      entry[1] = readString(r, w);
    },
  });
  return entry;
}

/** ValueInfoProto: name, TypeProto.tensor_type (elem_type, shape of dimensions). */
function decodeValueInfo(bytes: Uint8Array): OnnxValueInfo {
  let name = '';
  let elemType = 0;
  let shape: (number | string)[] | undefined;
  readMessage(bytes, 'a value', {
    1: (r, w) => {
      name = readString(r, w);
    },
    2: (r, w) =>
      readMessage(readBytes(r, w), 'a type', {
        1: (r2, w2) =>
          readMessage(readBytes(r2, w2), 'a tensor type', {
            1: (r3, w3) => {
              elemType = readInt(r3, w3);
            },
            2: (r3, w3) => {
              shape = decodeShape(readBytes(r3, w3));
            },
          }),
      }),
  });
  return shape === undefined ? { name, elemType } : { name, elemType, shape };
}

function decodeShape(bytes: Uint8Array): (number | string)[] {
  const shape: (number | string)[] = [];
  readMessage(bytes, 'a shape', {
    1: (r, w) => {
      let extent: number | string = '?';
      readMessage(readBytes(r, w), 'a dimension', {
        1: (r2, w2) => {
          extent = readInt(r2, w2);
        },
        2: (r2, w2) => {
          extent = readString(r2, w2);
        },
      });
      shape.push(extent);
    },
  });
  return shape;
}
