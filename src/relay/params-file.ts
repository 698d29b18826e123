import type { Tensor } from '../base/tensor.js';
import { ByteReader } from './byte-reader.js';
import { readNdarray, writeNdarray } from './ndarray.js';

/**
 * TVM's `.params` file, as `relay.save_param_dict` writes it (src/runtime/file_utils.cc), little-endian: magic u64, reserved
 * u64, number of names u64, each name as length u64 + UTF-8 bytes, number of arrays u64, then the arrays in the same order.
 */
const MAGIC = 0xf7e58d4f05049cb7n;
/** The smallest entry: an empty name (8 bytes) and a scalar int8 (41 bytes). */
const MIN_NAME_BYTES = 8;

/**
 * The parameters in `bytes`, by name, in the file's order. `file` is what messages call the file.
 * Throws a UserError when the file is no .params file, is cut short, or holds one name twice.
 *
 * @example
 * const params = readParams(bytes, 'net.params');
 */
export function readParams(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const reader = new ByteReader(bytes, file);
  if (reader.left < 8 || reader.u64('the header') !== MAGIC)
    reader.fail("this is no parameter file: it does not start with the mark of TVM's save_param_dict.");
  reader.u64('the header');
  const count = reader.count('the number of names', Math.floor(reader.left / MIN_NAME_BYTES));
  const decoder = new TextDecoder();
  const names = Array.from({ length: count }, (_, i) => {
    const length = reader.count(`the length of name ${i}`, reader.left);
    return decoder.decode(reader.bytes(length, `name ${i}`));
  });
  const arrays = reader.count('the number of arrays', count);
  if (arrays !== count) reader.fail(`${count} names, but ${arrays} arrays.`);
  const params = new Map<string, Tensor>();
  for (const name of names) {
    if (params.has(name)) reader.fail(`the parameter ${JSON.stringify(name)} occurs twice.`);
    params.set(name, readNdarray(reader, `parameter ${JSON.stringify(name)}`));
  }
  if (reader.left > 0) reader.fail(`${reader.left} bytes follow the last parameter.`);
  return params;
}

function u64(n: number): Uint8Array {
  const out = new DataView(new ArrayBuffer(8));
  out.setBigUint64(0, BigInt(n), true);
  return new Uint8Array(out.buffer);
}

/**
 * The bytes of a `.params` file with `params` in their order: TVM's `relay.load_param_dict` reads it.
 *
 * @example
 * const bytes = writeParams(model.params);
 */
export function writeParams(params: ReadonlyMap<string, Tensor>): Uint8Array {
  const header = new DataView(new ArrayBuffer(16));
  header.setBigUint64(0, MAGIC, true);
  const names = [...params.keys()].map((name) => new TextEncoder().encode(name));
  return concatenate([
    new Uint8Array(header.buffer),
    u64(names.length),
    ...names.flatMap((name) => [u64(name.length), name]),
    u64(names.length),
    ...[...params.values()].map(writeNdarray),
  ]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
