import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dianaProcess } from './process.js';
import { diana } from './run.js';

const root = mkdtempSync(join(tmpdir(), 'diana-jobs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
writeFileSync(join(root, 'broken.relay'), 'junk');

// In this process no worker is there: the same command line runs its models one after another.
it.each([
  ['models in their order', ['verify', 'resnet8', 'single-conv', 'dae'], 0],
  ['the points of an exploration', ['explore', 'single-conv', '--vary', 'launch=0:59:+1', '-f', 'csv'], 0],
  ['an error at its turn', ['verify', 'single-conv', 'broken.relay', 'dae'], 2],
] as const)('workers give %s: the same text and status', async (_, words, status) => {
  const [workers, alone] = await Promise.all([
    dianaProcess(root, [...words, '--jobs', '3']),
    diana(root, [...words, '--jobs', '1']),
  ]);
  expect(alone.status).toBe(status);
  expect(workers).toEqual(alone);
});

// A worker leaves out of what it sends what nothing shows; what is written shows it.
it.each([
  ['--json', 'r.json', 'r.json'],
  ['--report', 'r', 'r/trace.json'],
])('workers and one thread write the same bytes with %s', async (option, to, file) => {
  const write = async (jobs: string): Promise<Buffer> => {
    const made = join(root, jobs, file);
    mkdirSync(join(root, jobs), { recursive: true });
    const words = ['verify', 'single-conv', 'ds-cnn', '--jobs', jobs, option, join(root, jobs, to)];
    const { status } = jobs === '1' ? await diana(root, words) : await dianaProcess(root, words);
    expect(status).toBe(0);
    return readFileSync(made);
  };
  const [workers, alone] = [await write('2'), await write('1')];
  expect(workers.equals(alone)).toBe(true);
  expect(alone.length).toBeGreaterThan(10_000);
});

it.each(['0', '1.5', 'many'])('--jobs %s is refused', async (jobs) =>
  expect(await diana(root, ['verify', 'single-conv', '--jobs', jobs])).toEqual({
    status: 2,
    stdout: '',
    stderr: `diana-sim: --jobs is ${Number(jobs)}; must be a whole number of at least 1.\n`,
  }),
);
