import { instantiate, instantiateAsync, type Kernels } from './kernels-instance.js';
import type { PeArray } from './pe-array.js';
import { TypedArrayPeArray } from './typed-array-pe-array.js';
import { WasmPeArray } from './wasm-pe-array.js';

let shared: PeArray | undefined;

const arrayOf = (kernels: Kernels | undefined): PeArray =>
  kernels === undefined ? new TypedArrayPeArray() : new WasmPeArray(kernels);

/** The array that runs use unless told otherwise, made at first use: WebAssembly SIMD where the engine has it, typed arrays elsewhere. */
export function defaultPeArray(): PeArray {
  shared ??= arrayOf(instantiate());
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
  shared = arrayOf(await instantiateAsync());
}
