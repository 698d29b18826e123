import { newLog, type WriterLog } from './writers.js';

/** The arrays behind a memory. */
export interface MemoryStorage {
  readonly bytes: Uint8Array;
  /** Beside each byte; 0 where nothing has written it. */
  readonly state: Uint8Array;
  /** Up to here `bytes` is poison where nothing has written it; zeros behind. */
  poisoned: number;
  /** For `Writers`, as large as it once became. */
  readonly log: WriterLog;
}

/** Storage of runs that are over, by size. Making it anew costs a small network's run a tenth of its time. */
const spare = new Map<number, MemoryStorage>();
/** Larger memories are not kept. */
const LARGEST_KEPT = 1 << 20;

/** Storage for `size` bytes that nothing has written. */
export function takeStorage(size: number): MemoryStorage {
  const kept = spare.get(size);
  if (kept !== undefined) {
    spare.delete(size);
    return kept;
  }
  // Zeros come from the system page by page as they are touched: a large memory costs what is used of it.
  return { bytes: new Uint8Array(size), state: new Uint8Array(size), poisoned: 0, log: newLog() };
}

/** Hands storage back that nobody will use any more. Bytes from `touched` on must be as `takeStorage` gave them. */
export function giveBack(storage: MemoryStorage, touched: number, poison: number): void {
  if (storage.bytes.length > LARGEST_KEPT) return;
  storage.bytes.fill(poison, 0, touched);
  storage.state.fill(0, 0, touched);
  spare.set(storage.bytes.length, storage);
}
