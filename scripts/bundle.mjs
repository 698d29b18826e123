// Makes the command line one entry file and a few chunks that load when a command needs them: dist/bin. Node starts three times faster
// on them than on the hundreds of modules that they hold. `npm run build` runs it behind the compiler.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { notices } from './notices.mjs';

const FOLDER = 'dist/bin';

/** What stays outside: native code, tfjs's native backend, which is there only where a user installs it, and what tfjs would download with. */
const EXTERNAL = [/^@napi-rs\/canvas/, /^@tensorflow\/tfjs-node/, /^node-fetch/];

/**
 * Chunks of what loads together, with what they import, the first that matches first; the rest is divided by which commands need it. What
 * reads files of JSON stays out: it brings a validator of schemas.
 */
const GROUPS = [
  {
    name: 'start',
    test: /dist\/(src\/(base\/(errors|nearest|units)|generator|results)|reports\/terminal|golden\/platform)/,
  },
  { name: 'base', test: /dist\/src\/base\/(?!json-file)/ },
  {
    name: 'chip',
    test: /dist\/(src\/(ir|passes|lower|program\/(?!parse)|models|builder|compile)|sim\/(isa|core|program|host|check))/,
  },
  {
    name: 'verify',
    test: /dist\/(golden|src\/(library\/(verif|result-doc|turns|simulate|compare-held)|explain|strength))/,
  },
  { name: 'tfjs', test: /@tensorflow\/(tfjs-core|tfjs-backend-wasm|tfjs-backend-cpu\/dist\/shared)/ },
].map((group, i, all) => ({ ...group, priority: all.length - i }));

/** Commands whose code is kept compiled, in the order of running; each adds to what the one before left. */
const TYPICAL = [['--help'], ['verify', 'resnet8', 'ds-cnn', 'htvm-aconv-7x5-s1-relu', '--jobs', '1']];

rmSync(FOLDER, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: 'dist/src/cli/main.js', 'worker-main': 'dist/src/cli/worker.js' },
  platform: 'node',
  external: EXTERNAL,
  // tfjs's modules rather than its one file for Node, of which nothing can be left out.
  resolve: { mainFields: ['module', 'main'] },
});
const { output } = await bundle.write({
  dir: FOLDER,
  // What Node's vm.Script takes, which V8's compiled code can be kept of.
  format: 'cjs',
  // For stack traces (src/cli/source-stack.ts). The sources lie beside them.
  sourcemap: true,
  sourcemapExcludeSources: true,
  // Names stay, for stack traces too.
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups: GROUPS },
});
await bundle.close();
const modules = output.flatMap((o) => (o.type === 'chunk' ? o.moduleIds : []));
writeFileSync(join(FOLDER, 'THIRD-PARTY.txt'), notices(modules));

writeFileSync(join(FOLDER, 'package.json'), '{ "type": "commonjs" }\n');
copyFileSync('scripts/bundle/load.cjs', join(FOLDER, 'load.js'));
const entry = (chunk) => `require('./load.js').load('${chunk}');\n`;
writeFileSync(join(FOLDER, 'diana-sim.js'), `#!/usr/bin/env node\n${entry('main.js')}`);
writeFileSync(join(FOLDER, 'worker.js'), entry('worker-main.js'));
for (const words of TYPICAL)
  execFileSync(process.execPath, ['scripts/bundle/keep-compiled.cjs', ...words], { stdio: 'ignore' });
