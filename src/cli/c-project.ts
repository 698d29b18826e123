import { runProgram } from '../../sim/program/run.js';
import { writeFolderAtomic } from '../base/atomic-write.js';
import { UserError } from '../base/errors.js';
import { inferredShapes, type Sample } from '../codegen/demo.js';
import { type Profile, portsOf } from '../codegen/network.js';
import { emitProject } from '../codegen/project.js';
import type { Model } from '../ir/expr.js';
import { builtinInput } from '../models/builtin-input.js';
import type { Program } from '../program/types.js';
import { buildElf, type ProgramSizes } from '../toolchain/cross.js';
import { hasTool, riscvPrefix } from '../toolchain/tool.js';

/** `--profile`. Throws a UserError for other words. */
export function parseProfile(text: string | undefined): Profile | undefined {
  if (text === undefined || text === 'individual' || text === 'global') return text;
  throw new UserError(`--profile is "${text}"; must be individual or global.`);
}

/** What the demo runs on: the built-in inputs, and what the simulator makes of them. */
export function sampleOf(program: Program, model: Model, seed: string): Sample {
  const inputs = builtinInput(model, seed);
  return { inputs, outputs: runProgram(program, inputs).outputs };
}

/** The sizes as a table, with what they take of L2. */
export function sizeTable(sizes: ProgramSizes, l2Bytes: number): string {
  const rows = Object.entries(sizes) as [string, number][];
  const total = rows.reduce((sum, [, bytes]) => sum + bytes, 0);
  const line = (name: string, bytes: number) =>
    `  ${name.padEnd(12)}${bytes.toLocaleString('en-US').padStart(9)} bytes${((100 * bytes) / l2Bytes).toFixed(1).padStart(7)} %`;
  return [...rows.map(([name, bytes]) => line(name, bytes)), line('total', total), line('L2', l2Bytes)].join(
    '\n',
  );
}

/**
 * Writes the C project of a program into a folder; with a cross compiler on the machine it is built first, outside the folder, and
 * its sizes are printed. Throws a LimitError when it does not fit L2; nothing is written then.
 */
export function writeProject(
  folder: string,
  program: Program,
  model: Model,
  options: { readonly seed: string; readonly profile: Profile | undefined },
): void {
  const sample = sampleOf(program, model, options.seed);
  const files = emitProject(program, {
    sample,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  const compiler = `${riscvPrefix()}gcc`;
  const built = hasTool(compiler) && hasTool('make') ? buildElf(files) : undefined;
  writeFolderAtomic(folder, files);
  process.stdout.write(`${inferredShapes(portsOf(program))}\n`);
  process.stdout.write(`${folder}: C project of ${model.name}, ${files.size} files\n`);
  process.stdout.write(
    built === undefined
      ? `${compiler} or make is not installed, so sizes are not known; apt-get install make gcc-riscv64-unknown-elf\n`
      : `${sizeTable(built.sizes, program.manifest.hardware.chip.l2Bytes)}\n`,
  );
}
