import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** What computes the sha256 of bytes, in lower-case hex. */
export type Sha256 = (bytes: Uint8Array) => string;

// Plain JavaScript: it runs in browsers too, where crypto is async.
let compute: Sha256 = (bytes) => bytesToHex(digest(bytes));

/** Takes the platform's own sha256, which is several times faster; `diana-sim/node` does. */
export function provideSha256(by: Sha256): void {
  compute = by;
}

/** The sha256 of bytes, or of a text's UTF-8, in lower-case hex. */
export const sha256 = (content: string | Uint8Array): string =>
  compute(typeof content === 'string' ? utf8ToBytes(content) : content);
