import { createHash } from 'node:crypto';
import { provideSha256 } from '../base/sha256.js';

/** Computes every sha256 with Node's crypto. Called once by whoever runs in Node. */
export const useSha256InNode = (): void =>
  provideSha256((bytes) => createHash('sha256').update(bytes).digest('hex'));
