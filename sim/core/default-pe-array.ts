import { defaultKernels, prepareKernels } from './default-kernels.js';
import type { PeArray } from './pe-array.js';
import { TypedArrayPeArray } from './typed-array-pe-array.js';
import { WasmPeArray } from './wasm-pe-array.js';

let shared: PeArray | undefined;

/** The array that runs use unless told otherwise, made at first use: WebAssembly SIMD where the engine has it, typed arrays elsewhere. */
export function defaultPeArray(): PeArray {
  if (shared === undefined) {
    const ready = defaultKernels();
    shared = ready === undefined ? new TypedArrayPeArray() : new WasmPeArray(ready.kernels);
  }
  return shared;
}

/**
 * Makes the array's WebAssembly module without blocking, for a browser's main thread: to be awaited before the first run. Elsewhere the
 * first run makes it.
 *
 * @example
 * await preparePeArray();
 */
export async function preparePeArray(): Promise<void> {
  await prepareKernels();
  shared = undefined;
}
