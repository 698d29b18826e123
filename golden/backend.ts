import { UserError } from '../src/base/errors.js';
import { nearest } from '../src/base/nearest.js';
import { BACKENDS, type BackendName, DEFAULT_BACKEND, type LoadTfjs, platform } from './platform.js';
import { requireExactConvolutions } from './selfcheck.js';
import type { Tf } from './tfjs.js';

export interface Backend {
  readonly name: BackendName;
  readonly tf: Tf;
  /** "tfjs wasm 4.22.0", for reports. */
  readonly description: string;
  /** Makes it the one that tfjs computes on: a process has one active backend. */
  readonly activate: () => void;
}

/** The backend called `name`. Throws a UserError with the nearest names when there is none. */
export function backendName(name: string): BackendName {
  const found = BACKENDS.find((b) => b === name);
  if (found === undefined)
    throw new UserError(
      `reference backend ${name} is not known; it must be ${BACKENDS.join(', ')} (nearest: ${nearest(name, BACKENDS)[0]}).`,
    );
  return found;
}

/** What tfjs calls each backend. */
const TFJS_NAMES = { wasm: 'wasm', cpu: 'cpu', node: 'tensorflow' } as const;

async function start(tf: Tf, name: BackendName): Promise<void> {
  if (!(await tf.setBackend(TFJS_NAMES[name]))) throw new Error(`tfjs did not start its backend ${name}`);
}

const tfjsCore = async (): Promise<Tf> => (await import('./tfjs-functions.js')) as unknown as Tf;

const LOADERS: Readonly<Record<'wasm' | 'cpu', LoadTfjs>> = {
  wasm: async () => {
    const [tf, { setWasmPaths }] = await Promise.all([tfjsCore(), import('@tensorflow/tfjs-backend-wasm')]);
    const folder = platform.wasmFolder?.();
    if (folder !== undefined) setWasmPaths(folder);
    return tf;
  },
  cpu: async () => {
    const [tf] = await Promise.all([tfjsCore(), import('@tensorflow/tfjs-backend-cpu')]);
    return tf;
  },
};

async function load(name: BackendName): Promise<Backend> {
  const loader = name === 'node' ? platform.loadNode : LOADERS[name];
  if (loader === undefined)
    throw new UserError(
      `reference backend ${name} is only there in Node, through diana-sim/node; take ${DEFAULT_BACKEND} or cpu.`,
    );
  const tf = await platform.around(async () => {
    const loaded = await loader();
    loaded.enableProdMode(); // no banner on stderr
    await start(loaded, name);
    return loaded;
  });
  if (name === 'node') requireExactConvolutions(tf, 'node');
  return {
    name,
    tf,
    description: `tfjs ${name} ${tf.version_core}`,
    activate: () => {
      // tfjs sets up every kernel again even where the backend stays.
      if (tf.getBackend() === TFJS_NAMES[name]) return;
      // Takes effect at once for a backend that has started.
      void tf.setBackend(TFJS_NAMES[name]);
      if (tf.getBackend() !== TFJS_NAMES[name]) throw new Error(`tfjs is not on its backend ${name}`);
    },
  };
}

const loaded = new Map<BackendName, Promise<Backend>>();

/**
 * The backend `name`, loaded and started at the first call; nothing else loads tfjs.
 * Throws a UserError when `node` is asked for and @tensorflow/tfjs-node is not installed or does not start.
 */
export function openBackend(name: BackendName = DEFAULT_BACKEND): Promise<Backend> {
  const opened = loaded.get(name) ?? load(name);
  loaded.set(name, opened);
  return opened;
}
