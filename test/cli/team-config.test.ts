import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { dianaProcess } from './process.js';
import { diana } from './run.js';

const root = mkdtempSync(join(tmpdir(), 'diana-team-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'work'));
writeFileSync(
  join(root, 'diana.config.json'),
  JSON.stringify({
    models: ['single-conv'],
    seed: '3',
    l1: 65536,
    baselines: 'base',
    thresholds: { l1: '0' },
  }),
);

/** Runs a command in a folder below the configuration's. */
const run = (...args: string[]) => diana(join(root, 'work'), args);

it('a configuration gives models, options and the folder of baselines; the command line wins', async () => {
  expect((await run('baseline')).stdout).toBe('recorded 1 of 1 models in ../base\n');
  expect(readdirSync(join(root, 'base'))).toEqual(['single-conv.json']);
  const recorded = JSON.parse(readFileSync(join(root, 'base/single-conv.json'), 'utf8'));
  expect([recorded.seed, recorded.hardware.chip.l1Bytes]).toEqual(['3', 65536]);

  await run('baseline', '--seed', '4', '--l1', '131072', '-o', 'now');
  const other = JSON.parse(readFileSync(join(root, 'work/now/single-conv.json'), 'utf8'));
  expect([other.seed, other.hardware.chip.l1Bytes]).toEqual(['4', 131072]);

  expect((await run('compare', '../base')).stdout).toContain('1 model: 1 the same');
});

it('the shell completes commands and models', async () => {
  const half = ['--get-yargs-completions', 'diana-sim', 'verify', 'res'];
  const words = (await dianaProcess(root, half)).stdout.trim().split('\n');
  expect(words).toEqual(['residual', 'resnet8', 'resnet20']);
  expect((await run('completion')).stdout).toContain('complete -o bashdefault -o default -F');
});
