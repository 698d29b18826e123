import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Advice } from '../../src/results/advice.js';
import { diana } from './run.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-advise-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('advise prints text and writes JSON', async () => {
  const { status, stdout, stderr } = await diana(dir, ['advise', 'two-convs-stride12', '--json', 'a.json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('two-convs-stride12: 4,427,911 cycles');
  expect(stdout).toContain('  -> 4,328,741 cycles less: strides [1, 2] are not the core');
  const [advice] = JSON.parse(readFileSync(join(dir, 'a.json'), 'utf8')) as Advice[];
  expect(advice!.layers.flatMap((l) => l.changes.map((c) => c.gain))).toEqual([4_328_741]);
});

it.each([
  [['advise'], 'Not enough non-option arguments: got 0, need at least 1'],
  [['advise', 'resnet9'], 'model resnet9 is not known; nearest: resnet8'],
])('%s: exit 2', async (words, message) => {
  const { status, stderr } = await diana(dir, words);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
