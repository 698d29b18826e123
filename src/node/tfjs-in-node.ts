import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { platform } from '../../golden/platform.js';
import type { Tf } from '../../golden/tfjs.js';
import { UserError } from '../base/errors.js';

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

/** tfjs-node brings its own tfjs-core; without the package or its native library, says what to do. */
async function loadTfjsNode(): Promise<Tf> {
  try {
    // An optional peer dependency: an import would have bundlers and the type checker look for it.
    return require('@tensorflow/tfjs-node') as Tf;
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' ? 'not installed' : 'broken';
    throw new UserError(
      `reference backend node: @tensorflow/tfjs-node is ${why}; run "npm install @tensorflow/tfjs-node" ` +
        '(it downloads a native library) or take --reference-backend wasm.',
      { cause },
    );
  }
}

/**
 * Adds the backend `node`, says where the package with tfjs's .wasm files is (its code may run from a bundle elsewhere), and keeps tfjs's
 * start from changing how this process ends. Called once by whoever runs in Node.
 */
export function useTfjsInNode(): void {
  platform.wasmFolder = () =>
    dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm')) + sep;
  platform.loadNode = loadTfjsNode;
  platform.around = withoutNewHandlers;
}
