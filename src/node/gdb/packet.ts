/** Framing of GDB's remote serial protocol: `$data#checksum`, answered by `+`. */

const escaped = new Set(['#', '$', '}', '*'].map((c) => c.charCodeAt(0)));
const ESCAPE = '}'.charCodeAt(0);

function checksum(bytes: Uint8Array): string {
  return (bytes.reduce((sum, b) => sum + b, 0) & 0xff).toString(16).padStart(2, '0');
}

/** A packet ready to be sent; every character of `text` is one byte. */
export function frame(text: string): Buffer {
  const out: number[] = [];
  for (const byte of Buffer.from(text, 'latin1')) {
    if (escaped.has(byte)) out.push(ESCAPE, byte ^ 0x20);
    else out.push(byte);
  }
  const body = Uint8Array.from(out);
  return Buffer.concat([Buffer.from('$'), body, Buffer.from(`#${checksum(body)}`)]);
}

/** What arrives from the debugger. */
export type Incoming =
  | { readonly kind: 'packet'; readonly text: string }
  | { readonly kind: 'bad checksum' }
  | { readonly kind: 'interrupt' };

/** Cuts a stream of bytes into packets. Acknowledgements are dropped. */
export class PacketReader {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): Incoming[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const out: Incoming[] = [];
    for (;;) {
      const next = this.#take();
      if (next === undefined) return out;
      if (next !== 'skipped') out.push(next);
    }
  }

  #take(): Incoming | 'skipped' | undefined {
    const first = this.#pending[0];
    if (first === undefined) return undefined;
    if (first !== 0x24) {
      this.#pending = this.#pending.subarray(1);
      return first === 3 ? { kind: 'interrupt' } : 'skipped';
    }
    const end = this.#pending.indexOf('#');
    if (end < 0 || this.#pending.length < end + 3) return undefined;
    const body = this.#pending.subarray(1, end);
    const sum = this.#pending.toString('latin1', end + 1, end + 3).toLowerCase();
    this.#pending = this.#pending.subarray(end + 3);
    return sum === checksum(body) ? { kind: 'packet', text: unescapeBytes(body) } : { kind: 'bad checksum' };
  }
}

function unescapeBytes(body: Uint8Array): string {
  const out: number[] = [];
  for (let i = 0; i < body.length; i++) out.push(body[i] === ESCAPE ? body[++i]! ^ 0x20 : body[i]!);
  return Buffer.from(out).toString('latin1');
}

/** Bytes as the protocol writes them: two hexadecimal digits each. */
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A register as the protocol writes it: little-endian bytes. */
export function wordHex(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes.toString('hex');
}

/** The inverse of `wordHex`. */
export const readWordHex = (text: string): number => Buffer.from(text, 'hex').readInt32LE();
