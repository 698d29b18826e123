import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { UserError } from '../src/base/errors.js';
import { nearest } from '../src/base/nearest.js';
import { requireExactConvolutions } from './selfcheck.js';
import type { Tf } from './tfjs.js';

/**
 * Where the reference can run: `wasm` (XNNPACK in WebAssembly, the default), `cpu` (plain JavaScript), `node` (TensorFlow's
 * native library; an optional peer dependency, because its installation downloads that library).
 */
export const BACKENDS = ['wasm', 'cpu', 'node'] as const;
export type BackendName = (typeof BACKENDS)[number];
export const DEFAULT_BACKEND: BackendName = 'wasm';

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

// The packages' CommonJS bundles are one file each: about 35 ms for core and wasm, where the ES modules are hundreds of
// files. And all of tfjs must come from one of the two, because a backend registers itself with the core that it imports.
const require = createRequire(import.meta.url);

/** Runs `action` and takes away the process-wide handlers of exceptions that it left behind (Emscripten's start-up does). */
async function withoutNewHandlers<T>(action: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.rawListeners(event)));
  try {
    return await action();
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event))
        if (before[i]?.has(listener) !== true)
          process.removeListener(event, listener as (...args: unknown[]) => void);
    });
  }
}

/** What tfjs calls each backend. */
const TFJS_NAMES = { wasm: 'wasm', cpu: 'cpu', node: 'tensorflow' } as const;

async function start(tf: Tf, name: BackendName): Promise<void> {
  if (!(await tf.setBackend(TFJS_NAMES[name]))) throw new Error(`tfjs did not start its backend ${name}`);
}

async function loadWasm(tf: Tf): Promise<void> {
  const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  // The .wasm files lie beside the bundle; without this, tfjs looks for them on a web server.
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await start(tf, 'wasm');
}

/** tfjs-node brings its own tfjs-core; without the package or its native library, says what to do. */
async function loadNode(): Promise<Tf> {
  let tf: Tf;
  try {
    tf = require('@tensorflow/tfjs-node') as Tf;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' ? 'not installed' : 'broken';
    throw new UserError(
      `reference backend node: @tensorflow/tfjs-node is ${why}; run "npm install @tensorflow/tfjs-node" ` +
        '(it downloads a native library) or take --reference-backend wasm.',
      { cause },
    );
  }
  await start(tf, 'node');
  requireExactConvolutions(tf, 'node');
  return tf;
}

async function load(name: BackendName): Promise<Backend> {
  const tf = name === 'node' ? await withoutNewHandlers(loadNode) : (require('@tensorflow/tfjs-core') as Tf);
  tf.enableProdMode(); // no banner on stderr
  if (name === 'wasm') await withoutNewHandlers(() => loadWasm(tf));
  if (name === 'cpu') {
    require('@tensorflow/tfjs-backend-cpu');
    await start(tf, 'cpu');
  }
  return {
    name,
    tf,
    description: `tfjs ${name} ${tf.version_core}`,
    activate: () => {
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
