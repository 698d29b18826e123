import { KernelMemory } from './kernel-memory.js';
import { instantiate, instantiateAsync, type Kernels } from './kernels-instance.js';

/** Kernels and their memory as scratch. */
export interface ReadyKernels {
  readonly kernels: Kernels;
  readonly memory: KernelMemory;
}

let tried = false;
let shared: ReadyKernels | undefined;

const ready = (kernels: Kernels | undefined): ReadyKernels | undefined =>
  kernels === undefined ? undefined : { kernels, memory: new KernelMemory(kernels) };

/** The kernels that runs use, made at first use; undefined where the engine has no WebAssembly SIMD. */
export function defaultKernels(): ReadyKernels | undefined {
  if (!tried) shared = ready(instantiate());
  tried = true;
  return shared;
}

/** Makes them without blocking. */
export async function prepareKernels(): Promise<void> {
  shared = ready(await instantiateAsync());
  tried = true;
}
