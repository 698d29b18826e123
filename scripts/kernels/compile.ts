import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const SOURCE = 'sim/core/kernels/index.ts';
const OPTIONS = [
  '--enable',
  'simd',
  '--runtime',
  'stub',
  '--noAssert',
  '--optimizeLevel',
  '3',
  '--shrinkLevel',
  '0',
  '--converge',
];

/** Compiles the kernels' source. Returns the module's bytes; throws with the compiler's messages. */
export async function compileKernels(): Promise<Uint8Array> {
  let made: Uint8Array | undefined;
  const { error, stderr } = await asc.main([SOURCE, ...OPTIONS, '--outFile', 'kernels.wasm'], {
    readFile: (name) => {
      try {
        return readFileSync(name, 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) made = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || made === undefined) throw new Error(`${SOURCE} does not compile:\n${stderr}`);
  return made;
}

/** The module as sim/core/kernels-module.ts. */
export const moduleSource = (bytes: Uint8Array): string =>
  [
    '/** sim/core/kernels/index.ts compiled; made by `npm run kernels`, and a test compares. */',
    'export const KERNELS_BASE64 =',
    `  '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
