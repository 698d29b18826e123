import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hex } from '../../src/base/units.js';
import { fnv1a } from '../../src/codegen/application/demo.js';
import { planData } from '../../src/codegen/network/data.js';
import { emitProject } from '../../src/codegen/project.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { buildModel, modelNames } from '../../src/models/registry.js';
import {
  C_FLAGS,
  INCLUDES,
  inTemporaryFolder,
  sourcesOf,
  writeFiles,
} from '../../src/node/toolchain/native.js';
import { hasTool, nativeCompiler, runTool } from '../../src/node/toolchain/tool.js';
import type { JobStep, Program } from '../../src/program/types.js';

// Register offsets typed by hand from the chip's driver headers.
const [MEMCPY_OP, WT_CONV_ADDR, WT_CONV_N, WT_FC_ADDR, WT_FC_N] = [0xa0, 0x40, 0x44, 0x48, 0x4c];
const [TRIGGER, CONF_ADDR, CONF_N, IM_ADDR, IM_N] = [0x00, 0x60, 0x64, 0x50, 0x54];

/** What the recorder must print for the program's jobs: each write, and each read of constants with a hash of the bytes. */
function expectedLines(program: Program): string[] {
  const { address } = program.manifest.image;
  const l2 = program.image.slice();
  const lines: string[] = [];
  const registers = new Map<number, number>();
  const read = (what: string, at: number, words: number) =>
    lines.push(
      `read ${what} ${at.toString(16)} ${words} ${fnv1a(l2.subarray(at - address, at - address + 4 * words)).toString(16)}`,
    );
  const jobs = program.manifest.steps.filter((s): s is JobStep => s.kind === 'job');
  for (const job of jobs) {
    for (const [at, value] of job.stores) new DataView(l2.buffer).setUint32(at - address, value, true);
    for (const [offset, value] of job.writes) {
      lines.push(`write ${offset.toString(16)} ${value.toString(16)}`);
      registers.set(offset, value);
      if (offset === WT_CONV_N) read('weights', registers.get(WT_CONV_ADDR)!, value);
      if (offset === WT_FC_N) read('weights', registers.get(WT_FC_ADDR)!, value);
      if (offset !== TRIGGER || registers.get(MEMCPY_OP) !== 0) continue;
      read('configuration', registers.get(CONF_ADDR)!, registers.get(CONF_N)!);
      read('instructions', registers.get(IM_ADDR)!, registers.get(IM_N)!);
    }
  }
  return lines;
}

/** What the generated C does, with its register port redirected to recorder.c. */
function recordedLines(program: Program): string[] {
  return inTemporaryFolder((folder) => {
    const files = emitProject(program, { sample: { inputs: new Map() } });
    writeFiles(folder, files);
    copyFileSync(join(import.meta.dirname, 'recorder.c'), join(folder, 'recorder.c'));
    const plan = planData(program);
    const defines = [
      '-DDIANA_EXTERNAL_PORT',
      `-DCONSTANTS_ADDRESS=${hex(plan.constants.address)}u`,
      `-DWORKSPACE_ADDRESS=${hex(plan.workspace.address)}u`,
    ];
    const sources = sourcesOf(files).filter((path) => !path.startsWith('app/'));
    // One translation unit: starting the compiler takes longer than compiling most of the files.
    writeFileSync(join(folder, 'all.c'), sources.map((path) => `#include "${path}"\n`).join(''));
    const args = [
      '-O0',
      ...C_FLAGS,
      '-Werror',
      ...defines,
      ...INCLUDES,
      'recorder.c',
      'all.c',
      '-o',
      'recorder',
    ];
    runTool(nativeCompiler(), args, { folder });
    return runTool('./recorder', [], { folder }).stdout.trimEnd().split('\n');
  });
}

const smallL1 = (bytes: number): CompileOptions => {
  const { hardware } = DEFAULT_OPTIONS;
  return { ...DEFAULT_OPTIONS, hardware: { ...hardware, chip: { ...hardware.chip, l1Bytes: bytes } } };
};

const CASES: readonly (readonly [name: string, model: string, options: CompileOptions])[] = [
  ...modelNames().map((name) => [name, name, DEFAULT_OPTIONS] as const),
  // Tiles of rows, columns and channels, copies plane by plane and row by row, tables of tiles.
  ['residual in 8 KiB of L1', 'residual', smallL1(8192)],
  ['resnet8 in 12 KiB of L1', 'resnet8', smallL1(12288)],
  ['mobilenet-v1 in 16 KiB of L1', 'mobilenet-v1', smallL1(16384)],
  ['ds-cnn without tensors kept in L1', 'ds-cnn', { ...DEFAULT_OPTIONS, l1Reuse: false }],
];

describe.skipIf(!hasTool(nativeCompiler()))("the jobs of the generated C are the Program's", () => {
  it.each(CASES)('%s', { timeout: 60_000 }, (_, model, options) => {
    const program = compile(buildModel(model), options);
    const expected = expectedLines(program);
    expect(expected.length).toBeGreaterThan(3 * 5);
    expect(recordedLines(program)).toEqual(expected);
  });
});
