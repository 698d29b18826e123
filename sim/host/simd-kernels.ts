import { instantiateModule } from '../../src/base/webassembly.js';
import { KernelMemory, type WithMemory } from '../core/kernel-memory.js';
import { HOST_KERNELS_BASE64 } from './kernels-module.js';

/** What sim/host/kernels/index.ts exports; all numbers are addresses in `memory`, bytes, or counts. */
interface Kernels extends WithMemory {
  convolve(...numbers: readonly number[]): void;
  multiply(...numbers: readonly number[]): void;
  requantize(...numbers: readonly number[]): void;
}

/** Kernels and their memory as scratch. */
export interface SimdKernels {
  readonly kernels: Kernels;
  readonly memory: KernelMemory;
}

let shared: SimdKernels | 'none' | undefined;

/** The host's kernels, made at first use; undefined where the engine has no WebAssembly SIMD or refuses to wait. */
export function simdKernels(): SimdKernels | undefined {
  if (shared === undefined) {
    const kernels = instantiateModule(HOST_KERNELS_BASE64) as Kernels | undefined;
    shared = kernels === undefined ? 'none' : { kernels, memory: new KernelMemory(kernels) };
  }
  return shared === 'none' ? undefined : shared;
}
