import { writeFileAtomic } from '../../src/node/atomic-write.js';
import { compileKernels, KERNELS, moduleSource } from './compile.js';

/** `npm run kernels`: compiles the folders of AssemblyScript into modules beside them. */
for (const folder of KERNELS.keys())
  writeFileAtomic(`${folder}-module.ts`, moduleSource(folder, await compileKernels(folder)));
