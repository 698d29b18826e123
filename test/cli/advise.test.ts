import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readResult } from '../../reports/read.js';
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
  expect(stdout).toContain('two-convs-stride12: 4,340,687 cycles');
  expect(stdout).toContain('  -> 4,241,517 cycles less: strides [1, 2] are not the core');
  const [advice] = JSON.parse(readFileSync(join(dir, 'a.json'), 'utf8')) as Advice[];
  expect(advice!.layers.flatMap((l) => l.changes.map((c) => c.gain))).toEqual([4_241_517]);
});

it('verify --advise and simulate --against --advise bring it into every report', async () => {
  const verified = await diana(dir, ['verify', 'residual', '--advise', '--json', 'v.json', '--report', 'r']);
  expect(verified.status).toBe(0);
  expect(verified.stdout).toContain('  -> 210,671 cycles less: add in int32 and requantize');
  for (const file of ['report.txt', 'report.md', 'report.html', 'summary.md'])
    expect(readFileSync(join(dir, 'r', file), 'utf8')).toContain('210,671 cycles less: add in int32');
  const advice = readResult(readFileSync(join(dir, 'v.json'), 'utf8'), 'v.json').models[0]!.advice!;
  await diana(dir, ['compile', 'residual', '-o', 'p']);
  const again = await diana(dir, ['simulate', 'p', '--against', 'residual', '--advise', '--json', 's.json']);
  expect(again.status).toBe(0);
  expect(readResult(readFileSync(join(dir, 's.json'), 'utf8'), 's.json').models[0]!.advice).toEqual(advice);
  const html = readFileSync(join(dir, 'r', 'report.html'), 'utf8');
  for (const [, id] of html.matchAll(/href="#(m0-layer-\d+)"/g)) expect(html).toContain(`<tr id="${id}"`);
  expect(html).toContain('Look at the layer');
});

it.each([
  [['simulate', 'p', '--advise'], '--advise compiles changed networks; name the model with --against.'],
  [['verify', 'residual', '--elf', 'a.elf', '--advise'], '--advise does not go with --elf.'],
  [['advise'], 'Not enough non-option arguments: got 0, need at least 1'],
  [['advise', 'resnet9'], 'model resnet9 is not known; nearest: resnet8'],
])('%s: exit 2', async (words, message) => {
  const { status, stderr } = await diana(dir, words);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
