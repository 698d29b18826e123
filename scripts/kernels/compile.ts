import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

/** Folders of AssemblyScript with an index.ts, and the constant of FOLDER-module.ts that holds what it compiles to. */
export const KERNELS: ReadonlyMap<string, string> = new Map([
  ['sim/core/kernels', 'KERNELS_BASE64'],
  ['sim/host/kernels', 'HOST_KERNELS_BASE64'],
  ['src/quantize/kernels', 'QUANTIZE_KERNELS_BASE64'],
]);

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

/** Compiles one of `KERNELS`. Returns the module's bytes; throws with the compiler's messages. */
export async function compileKernels(folder: string): Promise<Uint8Array> {
  const source = `${folder}/index.ts`;
  let made: Uint8Array | undefined;
  const { error, stderr } = await asc.main([source, ...OPTIONS, '--outFile', 'kernels.wasm'], {
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
  if (error !== null || made === undefined) throw new Error(`${source} does not compile:\n${stderr}`);
  return made;
}

/** The module as FOLDER-module.ts. */
export const moduleSource = (folder: string, bytes: Uint8Array): string =>
  [
    `/** ${folder}/index.ts compiled; made by \`npm run kernels\`, and a test compares. */`,
    `export const ${KERNELS.get(folder)} =`,
    `  '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
