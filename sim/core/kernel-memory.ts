import { roundUp } from '../../src/base/units.js';
import { LINE_BYTES } from '../isa/geometry.js';

const PAGE_BYTES = 65536;
/** Below this the module may keep data of its own. */
const FIRST_FREE = 1024;

/** A module that exports its memory. */
export interface WithMemory {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** The memory of a module of kernels as scratch: what one call needs, laid out anew for the next. */
export class KernelMemory {
  readonly #memory: WithMemory['memory'];
  #bytes = new Uint8Array(0);
  #free = FIRST_FREE;
  /** Bytes that crossed into the module. */
  bytesIn = 0;

  constructor({ memory }: WithMemory) {
    this.#memory = memory;
  }

  /** The module's memory as it is since the last `begin`. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Makes room for `bytes` and some alignment: nothing moves until the next `begin`. */
  begin(bytes: number): void {
    this.#free = FIRST_FREE;
    const { buffer } = this.#memory;
    const missing = FIRST_FREE + bytes + PAGE_BYTES - buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** The address of `bytes` bytes. */
  take(bytes: number): number {
    const at = this.#free;
    this.#free = roundUp(at + bytes, LINE_BYTES);
    return at;
  }

  /** The address of a copy of `source`. */
  put(source: Uint8Array): number {
    const at = this.take(source.length);
    this.#bytes.set(source, at);
    this.bytesIn += source.length;
    return at;
  }
}
