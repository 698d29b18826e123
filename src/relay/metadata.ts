import { base64Decode, base64Encode } from '@bufbuild/protobuf/wire';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import { ByteReader } from './byte-reader.js';
import { readNdarray, writeNdarray } from './ndarray.js';

/** The line that starts the section in which TVM's `astext()` keeps the values of constants. */
export const METADATA_MARK = '#[metadata]';

/**
 * TVM's JSON of objects: `nodes` refer to each other by index, arrays are base64 of serialized NDArrays. The root is a map
 * with the key "relay.Constant"; its value an Array of relay.Constant nodes, whose attribute `data` numbers the array.
 */
interface Node {
  readonly type_key?: unknown;
  readonly keys?: unknown;
  readonly data?: unknown;
  readonly attrs?: unknown;
}

const isRecord = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

class MetadataReader {
  readonly #nodes: readonly unknown[];
  readonly #arrays: readonly unknown[];
  readonly #root: unknown;
  readonly #where: string;

  constructor(json: unknown, where: string) {
    this.#where = where;
    const { root, nodes, b64ndarrays }: Record<string, unknown> = isRecord(json) ? json : {};
    if (!Array.isArray(nodes) || !Array.isArray(b64ndarrays))
      this.#fail('it must be an object with root, nodes and b64ndarrays.');
    this.#nodes = nodes as unknown[];
    this.#arrays = b64ndarrays as unknown[];
    this.#root = root;
  }

  constants(): Tensor[] {
    const root = this.#node(this.#root, 'Map', 'the root');
    const at = Array.isArray(root.keys) ? root.keys.indexOf('relay.Constant') : -1;
    // A module may have other metadata only (TIR attributes, say).
    if (at < 0) return [];
    const list = Array.isArray(root.data) ? this.#node(root.data[at], 'Array', 'the constants') : {};
    if (!Array.isArray(list.data)) return this.#fail('the list of constants is missing.');
    const decoded = new Map<number, Tensor>();
    return list.data.map((index: unknown, i) => {
      const node = this.#node(index, 'relay.Constant', `constant ${i}`);
      const slot = isRecord(node.attrs) ? Number(node.attrs.data) : Number.NaN;
      const known = decoded.get(slot) ?? this.#array(slot, `constant ${i}`);
      decoded.set(slot, known);
      return known;
    });
  }

  #node(index: unknown, type: string, what: string): Node {
    const node = typeof index === 'number' ? this.#nodes[index] : undefined;
    if (!isRecord(node) || node.type_key !== type)
      return this.#fail(`${what} refers to node ${String(index)}, which is no ${type}.`);
    return node;
  }

  #array(slot: number, what: string): Tensor {
    const text = this.#arrays[slot];
    if (typeof text !== 'string' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
      return this.#fail(`${what} has no base64 array number ${slot}.`);
    return readNdarray(new ByteReader(base64Decode(text), this.#where), what);
  }

  #fail(why: string): never {
    throw new UserError(`${this.#where}: ${why}`);
  }
}

/**
 * The constants of a metadata section's JSON, in their order: `meta[relay.Constant][i]` is number i.
 * `where` is what messages start with ("net.relay:40:1: metadata"). Throws a UserError when the JSON is not as described.
 */
export function readConstants(text: string, where: string): Tensor[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${where}: this is no complete JSON.`);
  }
  return new MetadataReader(json, where).constants();
}

/** The metadata section for `constants`, as `astext()` appends it to a module; "" when there is none. */
export function showConstants(constants: readonly Tensor[]): string {
  if (constants.length === 0) return '';
  const first = 3;
  const document = {
    root: 1,
    nodes: [
      { type_key: '' },
      { type_key: 'Map', keys: ['relay.Constant'], data: [2] },
      { type_key: 'Array', data: constants.map((_, i) => first + i) },
      ...constants.map((_, i) => ({
        type_key: 'relay.Constant',
        attrs: { _checked_type_: '0', data: String(i), span: '0' },
      })),
    ],
    b64ndarrays: constants.map((c) => base64Encode(writeNdarray(c))),
    attrs: { tvm_version: '0.8.0' },
  };
  return `\n${METADATA_MARK}\n${JSON.stringify(document, null, 2)}\n`;
}
