import { UserError } from '../base/errors.js';

/** Reads little-endian values one after another; every read is checked against the end. */
export class ByteReader {
  readonly #view: DataView;
  readonly #name: string;
  #offset = 0;

  /** `name` stands in the messages: "net.params". */
  constructor(bytes: Uint8Array, name: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.#view.byteLength - this.#offset;
  }

  fail(why: string): never {
    throw new UserError(`${this.#name}: byte ${this.#offset}: ${why}`);
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what));
  }
  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), true);
  }
  i32(what: string): number {
    return this.#view.getInt32(this.#take(4, what), true);
  }
  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), true);
  }

  /** A 64-bit count or length, refused above `limit`. */
  count(what: string, limit: number): number {
    const n = this.u64(what);
    if (n > BigInt(limit)) this.fail(`${what} is ${n}; at most ${limit} fit in what follows.`);
    return Number(n);
  }

  /** The next `n` bytes, not copied. */
  bytes(n: number, what: string): Uint8Array {
    const at = this.#take(n, what);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, n);
  }

  #take(n: number, what: string): number {
    if (n > this.left) this.fail(`the file ends inside ${what} (${n} bytes needed, ${this.left} left).`);
    const at = this.#offset;
    this.#offset += n;
    return at;
  }
}
