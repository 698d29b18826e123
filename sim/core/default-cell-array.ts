import type { CellArray } from './cell-array.js';
import { defaultKernels } from './default-kernels.js';
import { TypedArrayCellArray } from './typed-array-cell-array.js';
import { WasmCellArray } from './wasm-cell-array.js';

let shared: { readonly kernels: unknown; readonly array: CellArray } | undefined;

/** The cells that runs use unless told otherwise: in WebAssembly SIMD where the engine has it, in typed arrays elsewhere. */
export function defaultCellArray(): CellArray {
  const kernels = defaultKernels()?.kernels;
  // A browser's kernels may come later than the first run.
  if (shared === undefined || shared.kernels !== kernels)
    shared = {
      kernels,
      array: kernels === undefined ? new TypedArrayCellArray() : new WasmCellArray(kernels),
    };
  return shared.array;
}
