import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasTool, riscvPrefix } from '../../src/node/toolchain/tool.js';
import { runCli } from './run.js';

const gcc = `${riscvPrefix()}gcc`;
const canBuild = hasTool(gcc) && hasTool('make');
if (!canBuild) console.warn(`${gcc} or make is not installed: verify --on soc is not run`);
const dir = mkdtempSync(join(tmpdir(), 'diana-on-soc-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe.skipIf(!canBuild)('verify --on soc', () => {
  it('reports both, the same bytes each time, and leaves no folder behind', { timeout: 60_000 }, async () => {
    const run = (name: string) =>
      runCli(['verify', 'two-convs', '--on', 'soc', '--optimize', 'O3', '--json', join(dir, name)], {
        TMPDIR: dir,
      });
    const [first, second] = [await run('a.json'), await run('b.json')];
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(
      /EXACT in 1 run on the SoC \(\S+-gcc [\d.]+\s+-O3\): 1 output equals the\s+reference's, 4\s+jobs\s+as in the\s+Program\./,
    );
    expect(first.stdout).toMatch(/\nnetwork +[\d,]+ +[\d,]+ +\d+\.\d\d\n/);
    expect(second.stdout).toBe(first.stdout);
    expect(readFileSync(join(dir, 'b.json'), 'utf8')).toBe(readFileSync(join(dir, 'a.json'), 'utf8'));
    expect(readFilesOf(dir)).toEqual(['a.json', 'b.json']);
  });
});

const readFilesOf = (folder: string): string[] => readdirSync(folder).sort();

describe('verify refuses', () => {
  it.each([
    [['--on', 'chip'], {}, '--on is "chip"; must be program or soc.'],
    [['--on', 'soc', '--optimize', 'O9'], {}, '--optimize is "O9"; must be one of O0, O1, O2, O3, Os.'],
    [
      ['--on', 'soc'],
      { RISCV_PREFIX: 'absent-' },
      'absent-gcc: --on soc needs it; apt-get install gcc-riscv64-unknown-elf.',
    ],
  ])('%j', async (args, env, said) => {
    const done = await runCli(['verify', 'two-convs', ...args], env as Record<string, string>);
    expect(done.stderr).toBe(`diana-sim: ${said}\n`);
    expect(done.stdout).toBe('');
    expect(done.status).toBe(2);
  });
});
