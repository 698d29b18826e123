import { ByteBuffer } from 'flatbuffers';
import { UserError } from '../../base/errors.js';
import { printable } from '../printable.js';

/** Elements that all vectors of a file together may hold, as a multiple of its bytes: vectors can alias each other. */
const ELEMENTS_PER_BYTE = 4;

/** A FlatBuffers file whose every access is checked against its end, and whose vectors are counted against a budget. */
export class FlatFile {
  readonly buffer: ByteBuffer;
  readonly #bytes: Uint8Array;
  #budget: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.buffer = new ByteBuffer(bytes);
    this.#budget = bytes.length * ELEMENTS_PER_BYTE + 1024;
  }

  /** Throws a UserError unless `length` bytes from `at` lie in the file. */
  check(at: number, length: number): number {
    if (!Number.isSafeInteger(at) || at < 0 || at + length > this.#bytes.length)
      throw new UserError(`the file is damaged: it points to byte ${at} of ${this.#bytes.length}.`);
    return at;
  }

  /** Counts `elements` that are about to be read. */
  spend(elements: number): void {
    this.#budget -= elements;
    if (this.#budget < 0)
      throw new UserError('the file is damaged: its vectors hold more elements than its size can explain.');
  }

  bytesAt(at: number, length: number): Uint8Array {
    this.check(at, length);
    return this.#bytes.subarray(at, at + length);
  }

  uint32(at: number): number {
    return this.buffer.readUint32(this.check(at, 4));
  }

  /** The table that the file begins with. */
  root(): FlatTable {
    return new FlatTable(this, this.uint32(0));
  }
}

/** One table; fields by their number in the schema, absent ones by their default. */
export class FlatTable {
  readonly #file: FlatFile;
  readonly #at: number;
  readonly #vtable: number;
  readonly #fields: number;

  constructor(file: FlatFile, at: number) {
    this.#file = file;
    this.#at = file.check(at, 4);
    this.#vtable = file.check(at - file.buffer.readInt32(at), 4);
    const length = file.buffer.readUint16(this.#vtable);
    file.check(this.#vtable, length);
    this.#fields = Math.floor((length - 4) / 2);
  }

  /** Byte position of a field of `size` bytes; undefined where it is absent. */
  #field(id: number, size: number): number | undefined {
    if (id >= this.#fields) return undefined;
    const offset = this.#file.buffer.readUint16(this.#vtable + 4 + 2 * id);
    return offset === 0 ? undefined : this.#file.check(this.#at + offset, size);
  }

  has(id: number): boolean {
    return this.#field(id, 1) !== undefined;
  }

  int8(id: number, fallback = 0): number {
    const at = this.#field(id, 1);
    return at === undefined ? fallback : this.#file.buffer.readInt8(at);
  }

  uint8(id: number, fallback = 0): number {
    const at = this.#field(id, 1);
    return at === undefined ? fallback : this.#file.buffer.readUint8(at);
  }

  int32(id: number, fallback = 0): number {
    const at = this.#field(id, 4);
    return at === undefined ? fallback : this.#file.buffer.readInt32(at);
  }

  uint32(id: number, fallback = 0): number {
    const at = this.#field(id, 4);
    return at === undefined ? fallback : this.#file.buffer.readUint32(at);
  }

  float32(id: number, fallback = 0): number {
    const at = this.#field(id, 4);
    return at === undefined ? fallback : this.#file.buffer.readFloat32(at);
  }

  table(id: number): FlatTable | undefined {
    const at = this.#field(id, 4);
    return at === undefined ? undefined : new FlatTable(this.#file, at + this.#file.uint32(at));
  }

  /** Start and length of a vector of elements of `size` bytes. */
  #vector(id: number, size: number): { start: number; length: number } | undefined {
    const at = this.#field(id, 4);
    if (at === undefined) return undefined;
    const vector = at + this.#file.uint32(at);
    const length = this.#file.uint32(vector);
    this.#file.spend(length);
    this.#file.check(vector + 4, length * size);
    return { start: vector + 4, length };
  }

  #elements<T>(id: number, size: number, read: (at: number) => T): T[] {
    const v = this.#vector(id, size);
    return v === undefined ? [] : Array.from({ length: v.length }, (_, i) => read(v.start + i * size));
  }

  int32s(id: number): number[] {
    return this.#elements(id, 4, (at) => this.#file.buffer.readInt32(at));
  }

  float32s(id: number): number[] {
    return this.#elements(id, 4, (at) => this.#file.buffer.readFloat32(at));
  }

  int64s(id: number): number[] {
    return this.#elements(id, 8, (at) => Number(this.#file.buffer.readInt64(at)));
  }

  tables(id: number): FlatTable[] {
    return this.#elements(id, 4, (at) => new FlatTable(this.#file, at + this.#file.uint32(at)));
  }

  /** The bytes of a vector, not copied. */
  bytes(id: number): Uint8Array | undefined {
    const v = this.#vector(id, 1);
    return v === undefined ? undefined : this.#file.bytesAt(v.start, v.length);
  }

  /** Text, its control characters escaped. */
  string(id: number): string {
    return printable(new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes(id)));
  }
}
