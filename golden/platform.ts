import type { Tf } from './tfjs.js';

/**
 * Where the reference can run: `wasm` (XNNPACK in WebAssembly, the default), `cpu` (plain JavaScript), `node` (TensorFlow's
 * native library; an optional peer dependency, because its installation downloads that library).
 */
export const BACKENDS = ['wasm', 'cpu', 'node'] as const;
export type BackendName = (typeof BACKENDS)[number];
export const DEFAULT_BACKEND: BackendName = 'wasm';

/** Imports tfjs and registers its backend; the result has not started yet. */
export type LoadTfjs = () => Promise<Tf>;

/** What the reference must know of where it runs. It imports nothing, so that whoever says it loads nothing else. */
interface Platform {
  /** The backend that only Node has. */
  loadNode?: LoadTfjs;
  /** The folder of tfjs's .wasm files, with its last slash; without it tfjs looks beside its own code. */
  wasmFolder?: () => string;
  /** What must stand around tfjs's start. */
  around: <T>(start: () => Promise<T>) => Promise<T>;
}

export const platform: Platform = { around: (start) => start() };

/**
 * Where a web page has the .wasm files of @tensorflow/tfjs-backend-wasm: the address of their folder, with its last slash. Before the
 * first `openBackend`. `diana-sim/node` knows where they are.
 *
 * @example
 * setWasmFolder('/assets/tfjs/');
 */
export function setWasmFolder(address: string): void {
  platform.wasmFolder = () => address;
}
