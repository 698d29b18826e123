import { UserError } from '../../base/errors.js';
import type { Tensor } from '../../base/tensor.js';
import { inferredShapes } from '../../codegen/application/demo.js';
import { type Profile, portsOf } from '../../codegen/network/network.js';
import { emitC } from '../../library/c-project.js';
import { writeFolderAtomic } from '../../node/atomic-write.js';
import { buildElf, type ProgramSizes } from '../../node/toolchain/cross.js';
import { hasTool, riscvPrefix } from '../../node/toolchain/tool.js';
import type { Program } from '../../program/types.js';

/** `--profile`. Throws a UserError for other words. */
export function parseProfile(text: string | undefined): Profile | undefined {
  if (text === undefined || text === 'individual' || text === 'global') return text;
  throw new UserError(`--profile is "${text}"; must be individual or global.`);
}

/** The sizes as a table, with what they take of L2. */
function sizeTable(sizes: ProgramSizes, l2Bytes: number): string {
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
  options: {
    readonly seed: string;
    readonly profile: Profile | undefined;
    readonly xpulp: boolean;
    readonly inputs?: ReadonlyMap<string, Tensor>;
  },
): void {
  const files = emitC(program, {
    seed: options.seed,
    xpulp: options.xpulp,
    ...(options.inputs === undefined ? {} : { inputs: options.inputs }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  const compiler = `${riscvPrefix()}gcc`;
  const built = hasTool(compiler) && hasTool('make') ? buildElf(files) : undefined;
  writeFolderAtomic(folder, files);
  process.stdout.write(`${inferredShapes(portsOf(program))}\n`);
  process.stdout.write(`${folder}: C project of ${program.manifest.model}, ${files.size} files\n`);
  process.stdout.write(
    built === undefined
      ? `${compiler} or make is not installed, so sizes are not known; apt-get install make gcc-riscv64-unknown-elf\n`
      : `${sizeTable(built.sizes, program.manifest.hardware.chip.l2Bytes)}\n`,
  );
}
