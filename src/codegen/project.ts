/**
 * The C project of a Program, file by file. Its parts, each a folder:
 * c/ (how C is written: types, literals, names, lines), network/ (data, kernels' functions and the function that calls them), host/ (the
 * bodies of host kernels), accelerator/ (the bodies of the core's layers: register writes, rerolled into loops), application/ (the demo with
 * its sample), runtime/ (drivers, mathematics, start-up code and makefiles, the same for every network).
 */

import type { ProductSum } from '../program/product-sums.js';
import type { Program } from '../program/types.js';
import { demoFile, type Sample, sampleBytes, sampleFile, sampleHeader } from './application/demo.js';
import {
  CONSOLE_C,
  CONSOLE_H,
  DUMP_C,
  DUMP_H,
  MALLOC_WRAPPER_C,
  MALLOC_WRAPPER_H,
  PROFILE_C,
  profileHeader,
} from './application/runtime.js';
import { planData } from './network/data.js';
import {
  blockedSums,
  bufferNames,
  kernelFile,
  kernelFunctions,
  needsExpTable,
  needsPixels,
  usesFixedPoint,
} from './network/kernels.js';
import { internalHeader, networkFile, type Profile, portsOf, publicHeader } from './network/network.js';
import { DIANA_C, DIANA_PORT_H, dianaHeader, registersHeader } from './runtime/diana.js';
import { ANALOG_C, ANALOG_PORT_H, analogHeader, analogRegistersHeader } from './runtime/diana-analog.js';
import { HOST_BANDS_H } from './runtime/host-bands.js';
import { HOST_COLUMNS_H } from './runtime/host-columns.js';
import { HOST_DEPTHWISE_C } from './runtime/host-depthwise.js';
import { HOST_DIRECT_C } from './runtime/host-direct.js';
import { HOST_EXP_H } from './runtime/host-exp.js';
import { HOST_FIXED_H } from './runtime/host-fixed.js';
import { HOST_MATH_H } from './runtime/host-math.js';
import { HOST_NN_H } from './runtime/host-nn.js';
import { HOST_PIXELS_H } from './runtime/host-pixels.js';
import { HOST_PRODUCTS_C } from './runtime/host-products.js';
import { HOST_STRIPS_H } from './runtime/host-strips.js';
import { HOST_XPULP_H } from './runtime/host-xpulp.js';
import { makefile, makefilePulprt, makefileX86 } from './runtime/makefiles.js';
import { CRT0_S, linkerScript, START_C, targetRegions } from './runtime/target.js';

export interface ProjectOptions {
  /** Inputs that the demo runs on, and what should come out; without outputs the demo prints checksums. */
  readonly sample: Sample;
  /** Cycle counters around each kernel or the whole network. */
  readonly profile?: Profile;
  /** Builds the host kernels with the core's Xpulp instructions; plain RV32IMC otherwise. */
  readonly xpulp?: boolean;
}

/** Whether a program leaves anything to the accelerator. */
export const needsAccelerator = (program: Program): boolean =>
  program.manifest.steps.some((s) => s.kind === 'job');

/** Whether a program has jobs of the analog core. */
const needsAnalog = (program: Program): boolean =>
  program.manifest.steps.some((s) => s.kind === 'job' && s.core === 'analog');

/**
 * The C project of a program: text by path inside the folder. Pure: same program and options, same text. Throws a UserError for a
 * job that the runtime library cannot make or a host operator without C code.
 */
export function emitProject(program: Program, options: ProjectOptions): Map<string, string> {
  const { profile, sample, xpulp = false } = options;
  const plan = planData(program);
  const functions = kernelFunctions(program);
  const ports = portsOf(program);
  const names = bufferNames(program, plan);
  const regions = targetRegions(program, plan);
  const accelerated = needsAccelerator(program);
  const analog = needsAnalog(program);
  const blocked = blockedSums(program);
  const files = new Map<string, string>();
  const host = 'codegen/host';
  files.set(`${host}/include/tvmgen_default.h`, publicHeader(program, ports));
  files.set(`${host}/include/tvmgen_default_internal.h`, internalHeader(plan, functions, analog));
  files.set(`${host}/include/host_math.h`, HOST_MATH_H);
  files.set(`${host}/include/host_xpulp.h`, HOST_XPULP_H);
  if (needsExpTable(program)) files.set(`${host}/include/host_exp.h`, HOST_EXP_H);
  if (needsPixels(program)) files.set(`${host}/include/host_pixels.h`, HOST_PIXELS_H);
  if (blocked.length > 0) files.set(`${host}/include/host_nn.h`, HOST_NN_H);
  if (program.manifest.layers.some(usesFixedPoint)) files.set(`${host}/include/host_fixed.h`, HOST_FIXED_H);
  files.set(`${host}/src/default_lib0.c`, networkFile(program, plan, functions, ports, profile));
  functions.forEach((f, i) => {
    files.set(`${host}/src/default_lib${i + 1}.c`, kernelFile(f, program, names, plan));
  });
  const has = (...kinds: readonly ProductSum['kind'][]): boolean =>
    blocked.some((s) => kinds.includes(s.kind));
  if (has('direct', 'rows')) files.set(`${host}/include/host_bands.h`, HOST_BANDS_H);
  if (has('dense', 'gather')) files.set(`${host}/src/host_products.c`, HOST_PRODUCTS_C);
  if (has('direct')) files.set(`${host}/src/host_direct.c`, HOST_DIRECT_C);
  if (has('rows')) {
    files.set(`${host}/include/host_columns.h`, HOST_COLUMNS_H);
    files.set(`${host}/include/host_strips.h`, HOST_STRIPS_H);
    files.set(`${host}/src/host_depthwise.c`, HOST_DEPTHWISE_C);
  }
  files.set('dory/include/diana.h', dianaHeader());
  files.set('dory/include/diana_registers.h', registersHeader());
  if (accelerated) {
    files.set('dory/include/diana_port.h', DIANA_PORT_H);
    files.set('dory/src/diana.c', DIANA_C);
  }
  if (analog) {
    files.set('dory/include/diana_analog.h', analogHeader());
    files.set('dory/include/diana_analog_registers.h', analogRegistersHeader());
    files.set('dory/include/diana_analog_port.h', ANALOG_PORT_H);
    files.set('dory/src/diana_analog.c', ANALOG_C);
  }
  const behindNetwork = sampleBytes(ports, sample) <= regions.rest.bytes;
  files.set('app/include/sample.h', sampleHeader(ports, sample));
  files.set('app/src/sample.c', sampleFile(ports, sample, behindNetwork));
  files.set('app/src/demo.c', demoFile(program, ports, sample, profile));
  for (const [path, text] of [
    ['include/console.h', CONSOLE_H],
    ['src/console.c', CONSOLE_C],
    ['include/malloc_wrapper.h', MALLOC_WRAPPER_H],
    ['src/malloc_wrapper.c', MALLOC_WRAPPER_C],
    ['include/dump.h', DUMP_H],
    ['src/dump.c', DUMP_C],
  ] as const)
    files.set(`app/${path}`, text);
  if (profile !== undefined) {
    files.set('app/include/profile.h', profileHeader(profile === 'global' ? 1 : functions.length));
    files.set('app/src/profile.c', PROFILE_C);
  }
  files.set('target/crt0.S', CRT0_S);
  files.set('target/start.c', START_C);
  files.set('target/link.ld', linkerScript(plan, regions));
  const cFiles = (folder: string) =>
    [...files.keys()].filter((f) => f.startsWith(folder) && f.endsWith('.c'));
  const sources = { library: [...cFiles('codegen/'), ...cFiles('dory/')], app: cFiles('app/') };
  files.set('Makefile', makefile(sources, xpulp));
  files.set('Makefile.pulprt', makefilePulprt(sources, xpulp));
  if (!accelerated) files.set('Makefile.x86', makefileX86(sources));
  return files;
}
