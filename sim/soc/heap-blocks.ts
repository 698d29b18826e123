import type { MemoryObject, ReleasedBlock } from '../check/objects.js';
import type { Observer } from '../rv32/platform.js';
import type { Soc } from './soc.js';

const RA = 1;
const A0 = 10;

/** Functions that hand out memory: which of their arguments make up the size. HTVM's wrapper, the SDK's and C's own. */
const ALLOCATORS: Readonly<Record<string, readonly number[]>> = {
  malloc: [0],
  malloc_wrapper: [0],
  pi_l2_malloc: [0],
  pi_malloc: [0],
  pmsis_l2_malloc: [0],
  rt_alloc: [1],
  rt_user_alloc: [1],
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
  rt_user_free: 1,
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
  /** Blocks that were given back and whose memory nobody has been given since. */
  readonly #released = new Map<number, ReleasedBlock>();
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

  /** The released block that an address lies in, if it is in no other one. */
  released(address: number): ReleasedBlock | undefined {
    for (const block of this.#released.values())
      if (address >= block.start && address < block.end)
        return this.at(address) === undefined ? block : undefined;
    return undefined;
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
    else if (release !== undefined)
      this.#release(argument(release), `${f.name} called at ${soc.symbols.describe(pc >>> 0)}`);
  }

  #release(start: number, by: string): void {
    const block = this.#blocks.get(start);
    if (block === undefined) return;
    this.#blocks.delete(start);
    this.#released.set(start, { ...block, by });
  }

  #use(block: MemoryObject): void {
    this.#blocks.set(block.start, block);
    for (const old of this.#released.values())
      if (old.start < block.end && block.start < old.end) this.#released.delete(old.start);
  }

  return(target: number): void {
    const soc = this.#soc;
    const first = this.#pending.findIndex((p) => p.back === target);
    if (soc === undefined || first < 0) return;
    // An allocator that jumps into another one returns together with it: the outer one's words stay.
    const done = this.#pending.splice(first).reverse();
    const start = soc.core.x[A0]! >>> 0;
    if (start === 0) return;
    for (const { name, bytes, caller, back } of done)
      if (bytes > 0 && back === target)
        this.#use({
          name: `heap block of ${bytes} bytes (${name} called at ${caller})`,
          start,
          end: start + bytes,
        });
  }

  /** A jump to an allocator at the end of a function is a call that returns to that function's caller. */
  leave(pc: number, target: number): void {
    if (this.#soc !== undefined) this.call(pc, target, this.#soc.core.x[RA]! >>> 0);
  }
  trap(): void {}
  trapReturn(): void {}
}
