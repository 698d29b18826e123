import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/results/document.js';
import { diana } from './run.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'diana-map-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('compile --map says where the layers go, and writes the program of the mapped network', async () => {
  const { status, stdout, stderr } = await diana(dir, [
    'compile',
    'dae-mixed',
    '--map',
    'digital',
    '-o',
    'p',
  ]);
  expect(status).toBe(0);
  expect(stderr).toMatch(
    /^dae-mixed: --map digital: 0 of 10 layers on the analog core, [\d,]+ cycles, [\d.]+ uJ; values of 8 layers differ from the network as written: whether it is still precise enough is yours to judge\n/,
  );
  expect(stdout).toContain('Mapping: digital');
  expect(stdout).toContain('p: dae-mixed, 10 layers on the core, 2 kernels on the host');
});

it('verify --map compares with the reference of the mapped network; JSON and the report folder hold the mapping', async () => {
  const words = ['verify', 'dae-mixed', '--map', 'greenest', '--json', 'r.json', '--report', 'report'];
  const { status, stdout } = await diana(dir, words);
  expect(status).toBe(0);
  expect(stdout).toContain('EXACT in 1 run');
  const { models } = JSON.parse(readFileSync(join(dir, 'r.json'), 'utf8')) as ResultDocument;
  expect(models[0]!.mapping!.asked).toBe('greenest');
  expect(readFileSync(join(dir, 'report', 'charts', 'dae-mixed-mapping.svg'), 'utf8')).toMatch(
    /^<svg .*<\/svg>$/,
  );
});

it.each([
  [['verify', 'dae-mixed', '--map', 'quickest'], 'Choices: "digital", "analog", "fastest", "greenest"'],
  [['verify', 'dae-mixed', '--map', 'fastest', '--target', 'c'], '--map fastest needs the cores'],
  [['verify', 'dae-mixed', '--map', 'analog', '--no-analog'], '--map analog needs the analog core'],
  [['models', '--map', 'digital'], 'Unknown argument: map'],
  [['verify', 'dae-mixed', '--map', 'fastest', '--elf', 'x.elf'], '--map changes the network'],
])('%j: exit 2', async (words, message) => {
  const { status, stderr } = await diana(dir, words);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
