import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/errors.js';
import { denseBytes, type Tensor, tensor } from '../../base/tensor.js';
import { denseValues } from '../../codegen/network/data.js';
import { kernelFunctions } from '../../codegen/network/kernels.js';
import { emitProject, needsAccelerator } from '../../codegen/project.js';
import type { Buffer, Program } from '../../program/types.js';
import { nativeCompiler, runTool } from './tool.js';

/** Writes the files of a project into a folder. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs `body` in a fresh folder, which is removed afterwards. */
export function inTemporaryFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'diana-sim-'));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The flags under which generated C must be silent, and those that keep float operations in their order. */
export const C_FLAGS = [
  '-std=c99',
  '-Wall',
  '-Wextra',
  '-pedantic',
  '-ffp-contract=off',
  '-fno-strict-aliasing',
] as const;

export const INCLUDES = ['-Icodegen/host/include', '-Idory/include', '-Iapp/include'] as const;

/** The C files of a project that every build compiles. */
export const sourcesOf = (files: ReadonlyMap<string, string>): string[] =>
  [...files.keys()].filter((path) => path.endsWith('.c') && !path.startsWith('target/'));

/** A tensor that a kernel of the native program completed. */
export interface NativeTensor {
  readonly layer: number;
  readonly buffer: Buffer;
  readonly tensor: Tensor;
}

/** Splits kernels.bin into the tensors that the calls completed, in their order. */
function dumpedTensors(program: Program, dump: Uint8Array): NativeTensor[] {
  let at = 0;
  const held = kernelFunctions(program).flatMap((f) =>
    f.completes.map((id): NativeTensor => {
      const buffer = program.manifest.buffers[id]!;
      const bytes = denseBytes(buffer.shape, buffer.dtype);
      const values = denseValues(dump.subarray(at, at + bytes), buffer);
      at += bytes;
      return { layer: f.layer.id, buffer, tensor: tensor(buffer.shape, buffer.dtype, values) };
    }),
  );
  if (at !== dump.length) throw new Error(`kernels.bin has ${dump.length} bytes; the kernels made ${at}`);
  return held;
}

export interface NativeOptions {
  /** "-O2" by default. */
  readonly flags?: readonly string[];
}

/**
 * Builds a program without accelerated layers with the machine's C compiler, runs it on `inputs` and returns every kernel's
 * result. Throws a UserError for a program with jobs, a ToolError when the compiler or the program fails.
 */
export function runNative(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  options: NativeOptions = {},
): readonly NativeTensor[] {
  if (needsAccelerator(program))
    throw new UserError(
      `target "${program.manifest.target}" needs the digital core; use --target c natively.`,
    );
  return inTemporaryFolder((folder) => {
    const files = emitProject(program, { sample: { inputs } });
    writeFiles(folder, files);
    const flags = [...(options.flags ?? ['-O2']), ...C_FLAGS, '-Werror', '-DTVMGEN_DUMP', ...INCLUDES];
    // One translation unit: starting the compiler takes longer than compiling most of the files.
    writeFileSync(
      join(folder, 'all.c'),
      sourcesOf(files)
        .map((path) => `#include "${path}"\n`)
        .join(''),
    );
    runTool(nativeCompiler(), [...flags, 'all.c', '-o', 'demo'], { folder });
    runTool('./demo', [], { folder });
    return dumpedTensors(program, readFileSync(join(folder, 'kernels.bin')));
  });
}
