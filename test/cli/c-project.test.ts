import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../../src/node/toolchain/tool.js';
import { command } from './process.js';
import { diana } from './run.js';

const canBuild = hasTool('gcc') && hasTool('make');
const canCross = hasTool('riscv64-unknown-elf-gcc') && hasTool('make');

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-c-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('compile --emit c', () => {
  it('prints the inferred shapes and writes a project', async () => {
    const done = await diana(dir, ['compile', 'single-conv', '-o', 'conv', '--emit', 'c']);
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
    expect(done.stdout).toMatch(
      /^Creating demo file: Inferred shapes:\n\tinput \(int8\):\n\t \[1 3 32 32\]\n\toutput \(int8\):\n\t \[1 5 32 32\]\nconv: C project of single-conv, 26 files\n/,
    );
    expect(readdirSync(join(dir, 'conv')).toSorted()).toEqual([
      'Makefile',
      'Makefile.pulprt',
      'app',
      'codegen',
      'dory',
      'target',
    ]);
  });

  it.skipIf(!canCross)('prints what the program takes of L2', async () => {
    const { stdout } = await diana(dir, ['compile', 'single-conv', '-o', 'sizes', '--emit', 'c']);
    expect(stdout).toMatch(/^ {2}constants {9,}816 bytes {4}0\.2 %$/m);
    expect(stdout).toMatch(/^ {2}activations {3,}10,272 bytes {4}2\.0 %$/m);
    expect(stdout).toMatch(/^ {2}L2 +524,288 bytes {2}100\.0 %$/m);
  });

  it.skipIf(!canCross)('the project builds with make, and the ELF runs on the SoC', async () => {
    await diana(dir, ['compile', 'single-conv', '-o', 'elf', '--emit', 'c']);
    const made = await command(join(dir, 'elf'), 'make', ['-j2']);
    expect(made.status).toBe(0);
    expect(made.stderr).toBe('');
    const run = await diana(join(dir, 'elf'), ['exec', 'demo.elf']);
    expect(run.stdout).toMatch(/output: checksum 0x[0-9A-F]{8}, as expected\n$/);
    expect(run.status).toBe(0);
  });

  it.skipIf(!canBuild)('target c builds natively, with counters around each kernel', async () => {
    const args = [
      'compile',
      'two-convs',
      '-o',
      'native',
      '--emit',
      'c',
      '--target',
      'c',
      '--profile',
      'individual',
    ];
    expect((await diana(dir, args)).status).toBe(0);
    const made = await command(join(dir, 'native'), 'make', ['-s', '-f', 'Makefile.x86', 'run']);
    expect(made.stderr).toBe('');
    expect(made.stdout).toMatch(/, as expected\nkernel,nanoseconds\n(tvmgen_default_fused_\w+,\d+\n){2}$/);
    expect(made.status).toBe(0);
  });

  it.skipIf(!canCross)(
    'a program that does not fit is refused: largest parts named, nothing written',
    async () => {
      mkdirSync(join(dir, 'small'));
      writeFileSync(join(dir, 'small/hw.json'), '{"chip": {"l2ReservedBytes": 8192}}');
      const done = await diana(dir, [
        'compile',
        'resnet8',
        '-o',
        'small/out',
        '--emit',
        'c',
        '--hw',
        'small/hw.json',
      ]);
      expect(done.status).toBe(2);
      expect(done.stderr).toMatch(/HOST is \d+ bytes too large; must be .*; largest: \S+ \d+ bytes, /);
      expect(existsSync(join(dir, 'small/out'))).toBe(false);
    },
  );

  it('--profile without --emit c is refused', async () => {
    const done = await diana(dir, ['compile', 'single-conv', '-o', 'x', '--profile', 'global']);
    expect(done).toMatchObject({ status: 2, stderr: 'diana-sim: --profile goes with --emit c.\n' });
  });

  it('writes the same bytes twice', async () => {
    for (const out of ['one', 'two']) await diana(dir, ['compile', 'two-convs', '-o', out, '--emit', 'c']);
    for (const file of ['codegen/host/src/default_lib0.c', 'app/src/sample.c', 'Makefile', 'target/link.ld'])
      expect(readFileSync(join(dir, 'one', file), 'utf8')).toBe(readFileSync(join(dir, 'two', file), 'utf8'));
  });
});

describe.skipIf(!canBuild)('verify --native', () => {
  it('compares the C program with simulator and reference', async () => {
    const done = await diana(dir, ['verify', 'two-convs', '--target', 'c', '--native']);
    expect(done.status).toBe(0);
    expect(done.stdout.trimEnd().split('\n').at(-1)).toBe(
      "two-convs: native C (gcc): the results of 2 kernels equal the simulator's, 2 the reference's too",
    );
  });

  it('needs target c', async () => {
    const done = await diana(dir, ['verify', 'two-convs', '--native']);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain(
      'target "soma_dory, c" needs the digital core; use --target c with --native.',
    );
  });

  it('a compiler that lies is found out: exit 1 and the first difference', async () => {
    // A compiler that turns every clip to -128..127 into one to 3 at most.
    const script = `#!/bin/sh\nsed -i 's/, 127 };/, 3 };/' codegen/host/src/*.c\nexec gcc "$@"\n`;
    writeFileSync(join(dir, 'lying-gcc'), script, { mode: 0o755 });
    const args = ['verify', 'two-convs', '--target', 'c', '--native'];
    const done = await diana(dir, args, { CC: join(dir, 'lying-gcc') });
    expect(done.status).toBe(1);
    expect(done.stdout).toMatch(
      /two-convs: native C, kernel tvmgen_\w+ differs from the simulator in \d+ of 32768 elements; the first is \[0, .*\]: 3, not \d+\n$/,
    );
  });
});
