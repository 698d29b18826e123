import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dianaProcess } from './process.js';
import { diana } from './run.js';

const DEMO = fileURLToPath(new URL('../data/soc/demo.elf', import.meta.url));

// Other tests run the command line in their own process; these show that the two are the same.
describe('a process of its own', () => {
  it.each([
    ['ends with 0', ['show', 'single-conv'], 0],
    ['ends with 2 on bad input', ['show', 'all'], 2],
    ['ends with the status of the program that exec runs', ['exec', DEMO], 42],
    ['prints its help', ['compare', '--help'], 0],
    ['prints its version', ['--version'], 0],
  ] as const)('%s: the same status and text', async (_, args, status) => {
    const own = await dianaProcess(tmpdir(), args);
    expect(own.status).toBe(status);
    expect(own.stdout + own.stderr).not.toBe('');
    expect(await diana(tmpdir(), args)).toEqual(own);
  });
});

it('a command line within another process leaves nothing of it changed', async () => {
  const state = () => [
    process.cwd(),
    process.env,
    process.exitCode,
    process.stdout.write,
    globalThis.console,
  ];
  const before = state();
  expect((await diana(tmpdir(), ['show', 'all'])).status).toBe(2);
  expect((await diana(tmpdir(), ['exec', DEMO])).status).toBe(42);
  expect(state()).toEqual(before);
});
