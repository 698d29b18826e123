import { instantiateModule, instantiateModuleAsync } from '../../src/base/webassembly.js';
import type { WithMemory } from './kernel-memory.js';
import { KERNELS_BASE64 } from './kernels-module.js';

/** What sim/core/kernels/index.ts exports; all numbers are addresses in `memory`, bytes, or counts. */
export interface Kernels extends WithMemory {
  cellImage(...numbers: readonly number[]): void;
  cellWeights(...numbers: readonly number[]): void;
  cellOutputs(...numbers: readonly number[]): void;
  conv(...numbers: readonly number[]): number;
  lanes(...numbers: readonly number[]): number;
  dense(...numbers: readonly number[]): number;
  sum(...numbers: readonly number[]): void;
  turn(...numbers: readonly number[]): void;
  pack(...numbers: readonly number[]): void;
  winograd(...numbers: readonly number[]): number;
}

/** An instance of the kernels, compiled on the spot; undefined where the engine has no WebAssembly SIMD or refuses to wait. */
export const instantiate = (): Kernels | undefined =>
  instantiateModule(KERNELS_BASE64) as Kernels | undefined;

/** The same without blocking: for a browser's main thread. Resolves to undefined where there is no WebAssembly SIMD. */
export const instantiateAsync = async (): Promise<Kernels | undefined> =>
  (await instantiateModuleAsync(KERNELS_BASE64)) as Kernels | undefined;
