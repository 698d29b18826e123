import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** The sha256 of bytes, or of a text's UTF-8, in lower-case hex. Plain JavaScript: it runs in browsers too, where crypto is async. */
export const sha256 = (content: string | Uint8Array): string =>
  bytesToHex(digest(typeof content === 'string' ? utf8ToBytes(content) : content));
