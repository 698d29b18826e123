import { UserError } from './errors.js';
import type { Shape } from './tensor.js';

/** What the header of a .npy file says. */
export interface NpyHeader {
  /** numpy's type string without its byte order: "i1", "f4", "b1", ... */
  readonly type: string;
  readonly littleEndian: boolean;
  /** The first index changes fastest. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the values begin, in bytes. */
  readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
/** numpy refuses longer headers too (unless told otherwise). */
const LONGEST_HEADER = 10_000;
/** numpy's limit. */
const MOST_AXES = 32;

/**
 * Reads the header of .npy versions 1 to 3: magic, version, length of the text, a Python dictionary as text.
 * Throws a UserError that begins with `where`.
 */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const bad = (why: string): never => {
    throw new UserError(`${where} ${why}`);
  };
  if (bytes.length < 10 || MAGIC.some((b, i) => bytes[i] !== b)) bad('is no .npy file.');
  const version = bytes[6]!;
  if (version < 1 || version > 3) bad(`is .npy version ${version}; versions 1 to 3 are read.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) bad('ends inside its header.');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = 8 + lengthBytes + length;
  if (length > LONGEST_HEADER) bad(`has a header of ${length} bytes; must be at most ${LONGEST_HEADER}.`);
  if (dataOffset > bytes.length) bad('ends inside its header.');
  const text = new TextDecoder().decode(bytes.subarray(8 + lengthBytes, dataOffset)).replaceAll('"', "'");
  return { ...parseDictionary(text, bad), dataOffset };
}

function parseDictionary(text: string, bad: (why: string) => never): Omit<NpyHeader, 'dataOffset'> {
  if (!/^\s*\{.*\}\s*$/s.test(text)) bad('has a damaged header.');
  const descr = /'descr'\s*:\s*'([<>|=]?)(\w+)'/.exec(text);
  if (descr === null) bad('holds no plain numbers (structured types and Python objects are not read).');
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text);
  if (order === null || shape === null) bad('has a damaged header.');
  const axes = shape![1]!.split(',').map((s) => s.trim());
  if (axes.at(-1) === '') axes.pop(); // "(3,)" and "()"
  const extents = axes.map((s) => (/^\d+$/.test(s) ? Number(s) : -1));
  if (extents.some((d) => !Number.isSafeInteger(d) || d < 0)) bad('has a damaged shape.');
  if (extents.length > MOST_AXES) bad(`has ${extents.length} axes; at most ${MOST_AXES} are read.`);
  return {
    type: descr![2]!,
    littleEndian: descr![1] !== '>',
    fortranOrder: order![1] === 'True',
    shape: extents,
  };
}

/** The header of version 1 with its values starting at a multiple of 64, as numpy writes it. */
export function encodeNpyHeader(type: string, shape: Shape): Uint8Array {
  const axes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${axes}, }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const out = new Uint8Array(total).fill(0x20);
  out.set([...MAGIC, 1, 0, (total - 10) & 0xff, (total - 10) >> 8]);
  out.set(new TextEncoder().encode(text), 10);
  out[total - 1] = 0x0a;
  return out;
}
