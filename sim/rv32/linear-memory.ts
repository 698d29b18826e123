import { createMemory } from '../../src/base/webassembly.js';

const PAGE = 65536;
/** Return addresses that are kept: see `CallList`. */
export const KEPT_CALLS = 1024;

/** Where the core's state lies in the memory, in bytes from its start. */
export interface StateAt {
  /** 32 registers. */
  readonly x: number;
  /** First words of the arrays of `Fuel`. */
  readonly left: number;
  readonly retired: number;
  readonly attention: number;
  /** Start, end, count of hardware loop 0, then of loop 1. */
  readonly loops: number;
  /** Number of calls under way, then their return addresses. */
  readonly depth: number;
  readonly returns: number;
  /** One byte a word of RAM: see `CodeCache.code`. */
  readonly code: number;
}

/**
 * RAM and the state of the host core in one buffer: WebAssembly's, so that translated code reaches all of it, or, where the
 * engine has none, a plain one. The RAM lies at its start.
 */
export class LinearMemory {
  /** The `WebAssembly.Memory`, whose size never changes. */
  readonly wasm: object | undefined;
  readonly pages: number;
  readonly ram: Uint8Array;
  readonly at: StateAt;
  readonly #buffer: ArrayBuffer;

  constructor(ramBytes: number) {
    let end = Math.ceil(ramBytes / 64) * 64;
    const take = (words: number): number => {
      const at = end;
      end += Math.ceil((words * 4) / 64) * 64;
      return at;
    };
    this.at = {
      x: take(32),
      left: take(8),
      retired: take(8),
      attention: take(8),
      loops: take(8),
      depth: take(1),
      returns: take(KEPT_CALLS),
      code: take(Math.ceil(ramBytes / 16)),
    };
    this.pages = Math.ceil(end / PAGE);
    const wasm = createMemory(this.pages);
    this.wasm = wasm;
    this.#buffer = wasm?.buffer ?? new ArrayBuffer(end);
    this.ram = new Uint8Array(this.#buffer, 0, ramBytes);
  }

  /** `words` words of the state. */
  words(at: number, words: number): Int32Array {
    return new Int32Array(this.#buffer, at, words);
  }

  bytes(at: number, bytes: number): Uint8Array {
    return new Uint8Array(this.#buffer, at, bytes);
  }
}
