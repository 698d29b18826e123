import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LimitError } from '../../base/errors.js';
import { inTemporaryFolder, writeFiles } from './native.js';
import { riscvPrefix, runTool, ToolError } from './tool.js';

/** What a cross-compiled program takes of L2, in bytes. */
export interface ProgramSizes {
  /** Vectors, code and read-only data. */
  readonly text: number;
  readonly data: number;
  readonly bss: number;
  /** Weights, host constants, instructions and configuration words. */
  readonly constants: number;
  readonly activations: number;
  /** The demo's sample input and expected outputs. */
  readonly sample: number;
}

const SECTIONS: Readonly<Record<string, keyof ProgramSizes>> = {
  '.vectors': 'text',
  '.text': 'text',
  '.rodata': 'text',
  '.data': 'data',
  '.bss': 'bss',
  '.diana.constants': 'constants',
  '.diana.workspace': 'activations',
  '.diana.sample': 'sample',
};

/** The sizes in what `size -A` prints: lines of section, bytes and address. */
export function parseSizes(text: string): ProgramSizes {
  const sizes = { text: 0, data: 0, bss: 0, constants: 0, activations: 0, sample: 0 };
  for (const line of text.split('\n')) {
    const [, section, bytes] = /^(\.\S+)\s+(\d+)\s+\d+\s*$/.exec(line) ?? [];
    const part = section === undefined ? undefined : SECTIONS[section];
    if (part !== undefined) sizes[part] += Number(bytes);
  }
  return sizes;
}

/** The three largest object files, as "default_lib3.c 1234 bytes". */
function largestObjects(folder: string): string {
  const { stdout } = runTool('sh', ['-c', `find build -name '*.o' | sort | xargs ${riscvPrefix()}size`], {
    folder,
  });
  return stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([text, data, bss, , , file]) => ({ bytes: Number(text) + Number(data) + Number(bss), file: file! }))
    .filter(({ file }) => !file.endsWith('default_lib0.c.o'))
    .sort((a, b) => b.bytes - a.bytes || (a.file < b.file ? -1 : 1))
    .slice(0, 3)
    .map(({ bytes, file }) => `${file.replace(/^.*\//, '').replace(/\.o$/, '')} ${bytes} bytes`)
    .join(', ');
}

/** A linker's complaint about a region that is too small, as an error that names the largest parts; others stay as they are. */
function explainOverflow(error: ToolError, folder: string): Error {
  const overflow = /region `(\w+)' overflowed by (\d+) bytes/.exec(error.said);
  const stack = /code and data leave less than (\d+) bytes of stack/.exec(error.said);
  if (overflow === null && stack === null) return error;
  return new LimitError({
    subject:
      overflow === null ? 'the stack beside code and data' : `what the program puts into ${overflow[1]}`,
    value: overflow === null ? `less than ${stack![1]} bytes` : `${overflow[2]} bytes too large`,
    rule: `within the part of L2 that the compiler leaves to the host; largest: ${largestObjects(folder)}`,
    fix: 'Raise chip.l2ReservedBytes in a --hw file, or build with OPT=-Os.',
  });
}

/** A program for the SoC. */
export interface BuiltElf {
  readonly elf: Uint8Array;
  readonly sizes: ProgramSizes;
}

/**
 * Builds a project with its Makefile in a temporary folder. Throws a ToolError when make or the compiler is missing or fails, a
 * LimitError when the program does not fit L2.
 *
 * @example
 * const { elf, sizes } = buildElf(emitC(program), '-O3');
 */
export const buildElf = (files: ReadonlyMap<string, string>, optimize = '-O2'): BuiltElf =>
  inTemporaryFolder((folder) => {
    writeFiles(folder, files);
    const args = [
      '-j2',
      '--no-print-directory',
      `OPT=${optimize}`,
      `PREFIX=${riscvPrefix()}`,
      'EXTRA_CFLAGS=-Werror',
    ];
    try {
      const { stdout } = runTool('make', args, { folder, accepted: [0] });
      return { elf: readFileSync(join(folder, 'demo.elf')), sizes: parseSizes(stdout) };
    } catch (error) {
      throw error instanceof ToolError ? explainOverflow(error, folder) : error;
    }
  });
