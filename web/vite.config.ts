import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { BEHAVIOUR } from '../reports/html/script.js';
import { notices } from '../scripts/notices.mjs';
import { modelNames } from '../src/models/registry.js';
import { SERVICE_WORKER } from './build/service-worker.js';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

/** What modules of the page stand for that no file holds: the HTML report's script, which the report carries as text, and lists. */
const MODULES: Readonly<Record<string, string>> = {
  'virtual:report-behaviour': `${BEHAVIOUR}\nexport { layersTables, timelines };`,
  'virtual:model-names': `export const MODEL_NAMES = ${JSON.stringify(modelNames())};`,
};

const modules = (): Plugin => ({
  name: 'virtual-modules',
  resolveId: (id) => (Object.hasOwn(MODULES, id) ? `\0${id}` : null),
  load: (id) => MODULES[id.slice(1)] ?? null,
});

/** tfjs's .wasm files and elkjs's worker under names of their own: both look for them by name. */
const companions = (): Plugin => ({
  name: 'companions',
  apply: 'build',
  generateBundle() {
    const tfjs = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
    for (const name of readdirSync(join(tfjs, 'dist')).filter((f) => f.endsWith('.wasm')))
      this.emitFile({
        type: 'asset',
        fileName: `tfjs/${name}`,
        source: readFileSync(join(tfjs, 'dist', name)),
      });
    const elk = require.resolve('elkjs/lib/elk-worker.min.js');
    this.emitFile({ type: 'asset', fileName: 'elk/elk-worker.min.js', source: readFileSync(elk) });
  },
});

/** Modules of packages in the page and in its worker, which is built first. */
const foreign = new Set<string>();
const collect = (): Plugin => ({
  name: 'collect',
  apply: 'build',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk')
        for (const id of file.moduleIds)
          if (!id.startsWith('\0') && id.includes('/node_modules/')) foreign.add(id);
  },
});
const thirdParty = (): Plugin => ({
  name: 'third-party',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source: notices([...foreign]) });
  },
});

/** The service worker, with the names of all files and a hash over their content. */
const offline = (): Plugin => ({
  name: 'offline',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    const hash = createHash('sha256');
    for (const file of Object.values(bundle)) hash.update(file.type === 'chunk' ? file.code : file.source);
    const names = Object.keys(bundle).sort();
    this.emitFile({
      type: 'asset',
      fileName: 'service-worker.js',
      source: SERVICE_WORKER(hash.digest('hex').slice(0, 16), ['./', ...names]),
    });
  },
});

export default defineConfig({
  root: here,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [modules(), companions(), collect(), thirdParty(), offline()],
  worker: { format: 'es', plugins: () => [collect()] },
  resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } } as never,
  build: {
    outDir: join(here, '../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    modulePreload: { polyfill: false },
  },
});
