/** The part of WebAssembly's interface that is used here: the same in Node and in browsers, whose types are not at hand. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports?: object) => { readonly exports: unknown };
  readonly Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  validate(bytes: Uint8Array): boolean;
  instantiate(bytes: Uint8Array): Promise<{ readonly instance: { readonly exports: unknown } }>;
}

const engine = (): WebAssemblyInterface | undefined =>
  (globalThis as { WebAssembly?: WebAssemblyInterface }).WebAssembly;

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/**
 * What a module without imports exports, compiled on the spot; undefined where the engine has no WebAssembly SIMD or refuses to wait.
 * `base64`: the module's bytes.
 */
export function instantiateModule(base64: string): unknown {
  const wasm = engine();
  if (wasm === undefined) return undefined;
  const bytes = bytesOf(base64);
  if (!wasm.validate(bytes)) return undefined;
  try {
    return new wasm.Instance(new wasm.Module(bytes)).exports;
  } catch {
    // A browser's main thread may refuse to compile without waiting; `instantiateModuleAsync` is for it.
    return undefined;
  }
}

/** The same without blocking: for a browser's main thread. Resolves to undefined where there is no WebAssembly SIMD. */
export async function instantiateModuleAsync(base64: string): Promise<unknown> {
  const wasm = engine();
  const bytes = bytesOf(base64);
  if (wasm === undefined || !wasm.validate(bytes)) return undefined;
  return (await wasm.instantiate(bytes)).instance.exports;
}

/** A memory of `pages` pages of 64 KiB that stays at that size; undefined where the engine has no WebAssembly or no room. */
export function createMemory(pages: number): { readonly buffer: ArrayBuffer } | undefined {
  const wasm = engine();
  if (wasm === undefined) return undefined;
  try {
    return new wasm.Memory({ initial: pages, maximum: pages });
  } catch {
    return undefined;
  }
}

/** What a module exports, compiled on the spot; undefined where the engine refuses to. `imports`: by module, then by name. */
export function instantiateBytes(bytes: Uint8Array, imports: object): unknown {
  const wasm = engine();
  if (wasm === undefined) return undefined;
  try {
    return new wasm.Instance(new wasm.Module(bytes), imports).exports;
  } catch {
    return undefined;
  }
}
