import type { MemoryObject } from '../check/objects.js';
import type { Observer } from '../rv32/platform.js';
import type { Soc } from './soc.js';

const A0 = 10;

/** Functions that hand out memory: which of their arguments make up the size. HTVM's wrapper, the SDK's and C's own. */
const ALLOCATORS: Readonly<Record<string, readonly number[]>> = {
  malloc: [0],
  malloc_wrapper: [0],
  pi_l2_malloc: [0],
  pi_malloc: [0],
  pmsis_l2_malloc: [0],
  rt_alloc: [1],
  calloc: [0, 1],
  // int device_type, int device_id, uint64_t bytes in an aligned pair of registers
  TVMBackendAllocWorkspace: [2],
};
const RELEASERS: Readonly<Record<string, number>> = {
  free: 0,
  free_wrapper: 0,
  pi_l2_free: 0,
  pi_free: 0,
  pmsis_l2_malloc_free: 0,
  rt_free: 1,
  TVMBackendFreeWorkspace: 2,
};

interface Pending {
  readonly back: number;
  readonly name: string;
  readonly bytes: number;
  readonly caller: string;
}

/** Follows the heap by the calls of its functions: which blocks there are, and who asked for them. */
export class HeapBlocks implements Observer {
  readonly #blocks = new Map<number, MemoryObject>();
  readonly #pending: Pending[] = [];
  #soc: Soc | undefined;

  attach(soc: Soc): void {
    this.#soc = soc;
  }

  /** The smallest block that an address lies in. */
  at(address: number): MemoryObject | undefined {
    let best: MemoryObject | undefined;
    for (const block of this.#blocks.values())
      if (address >= block.start && address < block.end && (best === undefined || block.end < best.end))
        best = block;
    return best;
  }

  call(pc: number, target: number, back: number): void {
    const soc = this.#soc;
    const f = soc?.symbols.functionAt(target >>> 0);
    if (soc === undefined || f === undefined || f.start !== target >>> 0) return;
    const argument = (i: number): number => soc.core.x[A0 + i]! >>> 0;
    const size = ALLOCATORS[f.name];
    const release = RELEASERS[f.name];
    if (size !== undefined)
      this.#pending.push({
        back,
        name: f.name,
        bytes: size.reduce((n, i) => n * argument(i), 1),
        caller: soc.symbols.describe(pc >>> 0),
      });
    else if (release !== undefined) this.#blocks.delete(argument(release));
  }

  return(target: number): void {
    const soc = this.#soc;
    const at = this.#pending.findLastIndex((p) => p.back === target);
    if (soc === undefined || at < 0) return;
    const { name, bytes, caller } = this.#pending[at]!;
    this.#pending.length = at;
    const start = soc.core.x[A0]! >>> 0;
    if (start === 0 || bytes === 0) return;
    this.#blocks.set(start, {
      name: `heap block of ${bytes} bytes (${name} called at ${caller})`,
      start,
      end: start + bytes,
    });
  }

  leave(): void {}
  trap(): void {}
  trapReturn(): void {}
}
