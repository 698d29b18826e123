import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../reports/formats.js';
import { compile, verify } from '../../src/index.js';
import { buildModel } from '../../src/models/registry.js';
import { writeProgram } from '../../src/node/program-folder.js';
import { fieldOf, jobsOf, withField } from '../verify/plant.js';

// The examples import diana-sim by name, as users do: what `npm run build` made.
const folder = mkdtempSync(join(tmpdir(), 'diana-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

function node(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}
const example = (name: string, ...args: string[]) => node([`docs/examples/${name}`, ...args]);

describe('docs/examples', () => {
  beforeAll(async () => {
    const program = compile(buildModel('single-conv'));
    const [{ step, job }] = jobsOf(program, 'conv', 'compute') as [ReturnType<typeof jobsOf>[number]];
    writeProgram(at('right'), program);
    const shift = fieldOf(program, job, 'shift_fixed_point');
    writeProgram(at('wrong'), withField(program, step, 'shift_fixed_point', shift + 1));
    writeFileSync(at('result.json'), render(await verify(buildModel('single-conv')), 'json'));
    const recorded = readFileSync('reports/baselines/resnet8.json', 'utf8');
    writeFileSync(at('same.json'), recorded);
    // A baseline in which conv1 (5,175 cycles, as the README shows) took 200 cycles less to compute.
    const faster = JSON.parse(recorded);
    const layer = faster.layers.find((l: { key: string }) => l.key === 'conv1');
    layer.cycles.compute -= 200;
    layer.totalCycles -= 200;
    writeFileSync(at('faster.json'), JSON.stringify(faster));
  });

  it('verify-onnx: loads an ONNX file and verifies it', () => {
    const { status, stdout } = example('verify-onnx.mjs', 'test/data/formats/diana.onnx');
    expect(stdout).toMatch(/^diana: \d+ cycles, 184448 MACs\nEXACT\n$/);
    expect(status).toBe(0);
    const missing = example('verify-onnx.mjs', at('none.onnx'));
    expect(missing.status).toBe(2);
    expect(missing.stderr).toMatch(/^cannot read .*none\.onnx: there is no such file or folder\.\n$/);
  });

  it('sweep-l1: simulates with smaller and smaller L1 and prints the knee', () => {
    const { status, stdout } = example('sweep-l1.mjs', 'resnet8');
    expect(stdout).toContain('4096 bytes: does not fit (layer conv8: L1 is 4096 bytes');
    expect(stdout).toContain('32768 bytes: 201949 cycles, 10.1 % above the best\n');
    expect(stdout).toMatch(/knee: 65536 bytes\n$/);
    expect(status).toBe(0);
  });

  it('layer-budget: a unit test fails when a layer gets slower', () => {
    const run = (baseline: string) =>
      node(
        [
          resolve('node_modules/vitest/vitest.mjs'),
          'run',
          '--root=docs/examples',
          `--config=${resolve('test/examples/vitest.user.ts')}`,
        ],
        { BASELINE: baseline, NO_COLOR: '1' },
      );
    const same = run(at('same.json'));
    expect(same.stdout).toContain('1 passed');
    expect(same.status).toBe(0);
    const slower = run(at('faster.json'));
    expect(slower.stdout + slower.stderr).toContain('conv1');
    expect(slower.stdout).toContain('1 failed');
    expect(slower.status).toBe(1);
  });

  it('compare-program: names what an own Program gets wrong', () => {
    expect(example('compare-program.mjs', 'single-conv', at('right'))).toEqual({
      status: 0,
      stdout: 'EXACT\n',
      stderr: '',
    });
    const { status, stdout } = example('compare-program.mjs', 'single-conv', at('wrong'));
    expect(stdout).toMatch(/^conv: \d+ elements differ, first at \[0, \d, \d+, \d+\]\n/);
    expect(stdout).toMatch(/\n {2}written by step \d+: copy out channels 0\.\.5 rows 0\.\.32\n/);
    expect(status).toBe(1);
  });

  it('read-result: reads what a run wrote', () => {
    const { stdout, status } = example('read-result.mjs', at('result.json'));
    expect(stdout).toMatch(
      /^single-conv: \d+ cycles, exact: true\n( {2}.+: \d+\.\d %, \d+\.\d MAC\/cycle on the (host|digital)\n){3}$/,
    );
    expect(status).toBe(0);
  });
});
