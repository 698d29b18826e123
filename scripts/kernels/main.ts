import { writeFileAtomic } from '../../src/node/atomic-write.js';
import { compileKernels, moduleSource } from './compile.js';

/** `npm run kernels`: compiles sim/core/kernels into sim/core/kernels-module.ts. */
writeFileAtomic('sim/core/kernels-module.ts', moduleSource(await compileKernels()));
