import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The cross compiler that the tests of compiled programs need. */
export const GCC = process.env.RISCV_GCC ?? 'riscv64-unknown-elf-gcc';
export const gccPresent = spawnSync(GCC, ['--version']).status === 0;
if (!gccPresent) console.warn(`${GCC} is not installed: tests of compiled programs are skipped`);

const data = fileURLToPath(new URL('../data/soc/', import.meta.url));

/** Runs `body` with a folder that is gone afterwards. */
export function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'diana-soc-'));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compiles a C program, given as text, with the test programs' start-up code. */
export function compileC(source: string, options: readonly string[] = ['-O2']): Uint8Array {
  return inFolder((folder) => {
    const [c, elf] = [join(folder, 'program.c'), join(folder, 'program.elf')];
    writeFileSync(c, source);
    const built = spawnSync(join(data, 'build.sh'), [c, elf, `-I${data}`, ...options]);
    if (built.status !== 0) throw new Error(`the test program does not compile: ${built.stderr}`);
    return readFileSync(elf);
  });
}

/** A file of test/data/soc. */
export const dataFile = (name: string): string => readFileSync(join(data, name), 'utf8');
