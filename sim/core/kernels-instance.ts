import { KERNELS_BASE64 } from './kernels-module.js';

/** What sim/core/kernels/index.ts exports; all numbers are addresses in `memory`, bytes, or counts. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  packInput(...numbers: readonly number[]): void;
  tapOffsets(...numbers: readonly number[]): number;
  conv(...numbers: readonly number[]): number;
  dense(...numbers: readonly number[]): number;
  sum(...numbers: readonly number[]): void;
}

/** The part of WebAssembly's interface that is used here: the same in Node and in browsers, whose types are not at hand. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  validate(bytes: Uint8Array): boolean;
  instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>;
}

const engine = (): WebAssemblyInterface | undefined =>
  (globalThis as { WebAssembly?: WebAssemblyInterface }).WebAssembly;

const moduleBytes = (): Uint8Array => Uint8Array.from(atob(KERNELS_BASE64), (c) => c.charCodeAt(0));

/** An instance of the kernels, compiled on the spot; undefined where the engine has no WebAssembly SIMD or refuses to wait. */
export function instantiate(): Kernels | undefined {
  const wasm = engine();
  if (wasm === undefined) return undefined;
  const bytes = moduleBytes();
  if (!wasm.validate(bytes)) return undefined;
  try {
    return new wasm.Instance(new wasm.Module(bytes)).exports as Kernels;
  } catch {
    // A browser's main thread may refuse to compile without waiting; `instantiateAsync` is for it.
    return undefined;
  }
}

/** The same without blocking: for a browser's main thread. Resolves to undefined where there is no WebAssembly SIMD. */
export async function instantiateAsync(): Promise<Kernels | undefined> {
  const wasm = engine();
  const bytes = moduleBytes();
  if (wasm === undefined || !wasm.validate(bytes)) return undefined;
  return (await wasm.instantiate(bytes)).instance.exports as Kernels;
}
