import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runElf } from '../../sim/soc/run-elf.js';
import { GCC, gccPresent, inFolder } from './toolchain.js';

/** A checkout of the official riscv-tests with its `env` submodule; its sources are never part of this repository. */
const folder = process.env.DIANA_RISCV_TESTS;
const present = gccPresent && folder !== undefined && existsSync(join(folder, 'isa/rv32ui'));
if (!present)
  console.warn(
    'DIANA_RISCV_TESTS names no checkout of riscv-tests, or no cross compiler: the official tests are skipped',
  );

const environment = fileURLToPath(new URL('../data/soc/riscv-tests/', import.meta.url));

/** Tests of what RI5CY does not have, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'rv32mi/csr': 'needs user mode, which the run-time never enters and this core does not model',
  'rv32mi/mcsr': 'wants mhartid 0; the fabric controller is hart 0x3e0',
  'rv32mi/pmpaddr': 'needs physical memory protection',
};

function build(suite: string, name: string): Uint8Array {
  return inFolder((out) => {
    const elf = join(out, 'test.elf');
    const include = [environment, join(folder!, 'isa/macros/scalar'), join(folder!, 'env')].map(
      (p) => `-I${p}`,
    );
    const built = spawnSync(GCC, [
      ...['-march=rv32imc', '-misa-spec=2.2', '-mabi=ilp32', '-static', '-nostdlib', '-nostartfiles'],
      ...['-Wl,--no-warn-rwx-segments', '-T', join(environment, 'link.ld')],
      ...include,
      join(folder!, 'isa', suite, `${name}.S`),
      ...['-o', elf],
    ]);
    if (built.status !== 0) throw new Error(`${suite}/${name} does not build: ${built.stderr}`);
    return readFileSync(elf);
  });
}

const sources = (suite: string): string[] =>
  present
    ? readdirSync(join(folder, 'isa', suite))
        .filter((f) => f.endsWith('.S'))
        .map((f) => f.slice(0, -2))
    : [];

describe.skipIf(!present).each(['rv32ui', 'rv32um', 'rv32uc', 'rv32mi'])('%s', (suite) => {
  for (const name of sources(suite)) {
    const reason = NOT_HERE[`${suite}/${name}`];
    it.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (${reason})`, () => {
      const elf = build(suite, name);
      for (const backend of ['webassembly', 'javascript', 'interpreter'] as const) {
        const result = runElf(elf, { oddJumps: 'clear', backend, maxCycles: 10_000_000 });
        // The status is the number of the failing case; 0x400 + cause is a trap that the test did not expect.
        expect(result.exitStatus).toBe(0);
      }
    });
  }
  it('has tests', () => expect(sources(suite).length).toBeGreaterThan(0));
});
