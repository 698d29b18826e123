import type { Observer } from '../rv32/platform.js';
import type { Soc } from './soc.js';

/** Arguments in registers and, at most, as many more on the stack are looked at. */
const ARGUMENTS = 8;
const A0 = 10;
const SP = 2;

/** A kernel function of a network under way or over. */
export interface KernelCall {
  /** Its symbol: "tvmgen_default_soma_dory_main_0". */
  readonly name: string;
  /** What stood in a0, a1, ... and on the stack at the call; addresses of tensors, or whatever an unused register held. */
  readonly args: readonly number[];
  /** L2 as it was at the call. */
  readonly before: Uint8Array;
  /** Cycle of the call, and number of jobs that had been started. */
  readonly start: number;
  readonly firstJob: number;
}

/** A kernel that has returned: its outputs are complete in L2. */
export interface FinishedKernel extends KernelCall {
  readonly end: number;
  /** Number of jobs that had been started at its return. */
  readonly endJob: number;
}

/** What TVM's ahead-of-time executor calls around kernels: the network's entry points, not kernels. */
const ENTRY = /^tvmgen_\w+_run$|^tvmgen_\w+__tvm_main__$/;
const NO_KERNEL = /_map_(in|out)puts$|_(run|init|constants|workspace)$|__tvm_main__$/;

/** Whether a symbol names a kernel function of a network that TVM, HTVM or MATCH compiled. */
export const isKernelName = (name: string): boolean => name.startsWith('tvmgen_') && !NO_KERNEL.test(name);
/** Whether a symbol names the network's entry: `*_run` takes structs of pointers, `__tvm_main__` the pointers themselves. */
export const isEntryName = (name: string): boolean => ENTRY.test(name);

interface Frame {
  readonly kernel: KernelCall | undefined;
  readonly back: number;
  /** Reached by a jump from the frame below: both return together. */
  readonly tail: boolean;
  /** Whether another kernel was called from it: then it is none itself. */
  outer: boolean;
}

/** What a follower of kernels tells. */
export interface KernelEvents {
  /** The network's entry is called, before anything of it ran: its arguments. */
  readonly entered: (name: string, args: readonly number[]) => void;
  readonly finished: (kernel: FinishedKernel) => void;
}

/**
 * Follows the kernel functions of a network on the SoC: their arguments at the call, their return. Functions that the compiler took apart or
 * inlined are not seen.
 */
export class KernelFollower implements Observer {
  readonly #frames: Frame[] = [{ kernel: undefined, back: -1, tail: false, outer: true }];
  readonly #events: KernelEvents;
  #soc: Soc | undefined;

  constructor(events: KernelEvents) {
    this.#events = events;
  }

  attach(soc: Soc): void {
    this.#soc = soc;
  }

  call(_pc: number, target: number, back: number): void {
    this.#frames.push({ kernel: this.#begin(target), back, tail: false, outer: false });
  }

  leave(_pc: number, target: number): void {
    const kernel = this.#begin(target);
    if (kernel !== undefined)
      this.#frames.push({ kernel, back: this.#frames.at(-1)!.back, tail: true, outer: false });
  }

  return(target: number): void {
    let depth = this.#frames.findLastIndex((f) => f.back === target);
    if (depth <= 0) return;
    while (depth > 1 && this.#frames[depth]!.tail) depth--;
    while (this.#frames.length > depth) this.#end(this.#frames.pop()!);
  }

  trap(): void {
    this.#frames.push({ kernel: undefined, back: -2, tail: false, outer: true });
  }

  trapReturn(): void {
    const depth = this.#frames.findLastIndex((f) => f.back === -2);
    if (depth > 0) this.#frames.length = depth;
  }

  #args(soc: Soc): number[] {
    const { x } = soc.core;
    const registers = Array.from({ length: ARGUMENTS }, (_, i) => x[A0 + i]! >>> 0);
    const at = (x[SP]! >>> 0) - soc.l2.base;
    const l2 = soc.l2.raw();
    if (at < 0 || at + 4 * ARGUMENTS > l2.length || at % 4 !== 0) return registers;
    const stack = new DataView(l2.buffer, l2.byteOffset + at, 4 * ARGUMENTS);
    return [...registers, ...registers.map((_, i) => stack.getUint32(4 * i, true))];
  }

  #begin(target: number): KernelCall | undefined {
    const soc = this.#soc;
    const f = soc?.symbols.functionAt(target >>> 0);
    if (soc === undefined || f === undefined || f.start !== target >>> 0) return undefined;
    if (isEntryName(f.name)) this.#events.entered(f.name, this.#args(soc));
    if (!isKernelName(f.name)) return undefined;
    for (const frame of this.#frames) frame.outer = true;
    return {
      name: f.name,
      args: this.#args(soc),
      before: soc.l2.raw().slice(),
      start: soc.core.now(),
      firstJob: soc.jobs.length,
    };
  }

  #end({ kernel, outer }: Frame): void {
    const soc = this.#soc;
    if (soc === undefined || kernel === undefined || outer) return;
    this.#events.finished({ ...kernel, end: soc.core.now(), endJob: soc.jobs.length });
  }
}
