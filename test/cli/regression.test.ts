import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Baseline, baselineOf } from '../../reports/regression/baseline.js';
import { compareBaselines } from '../../reports/regression/compare.js';
import type { ModelComparison } from '../../reports/regression/comparison.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../sim/isa/parameters.js';
import { runProgram } from '../../sim/program/run.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { expandModels } from '../../src/models/registry.js';
import { runCli } from './run.js';

const resnet8 = (): Model => expandModels(['resnet8'])[0]!.build('0');

function record(model: Model, hardware: HardwareParameters = DEFAULT_PARAMETERS): Baseline {
  const program = compile(model, { ...DEFAULT_OPTIONS, hardware });
  return baselineOf(runProgram(program, builtinInput(model, '0', 0)).result, '0', 'test');
}

const compare = (after: Baseline): ModelComparison =>
  compareBaselines([record(resnet8())], [after], { generator: 'test' }).models[0]!;

describe('a change of resnet8', () => {
  it('copy overhead 70 -> 90: the three layers that copy, 20 cycles a copy, by reason', () => {
    const found = compare(
      record(resnet8(), { ...DEFAULT_PARAMETERS, cycles: { ...DEFAULT_PARAMETERS.cycles, copySetup: 90 } }),
    );
    expect(found.status).toBe('regressed');
    expect(found.outputs).toEqual([]);
    expect(found.parameters).toEqual([{ name: 'cycles.copySetup', before: '70', after: '90' }]);
    // The input goes into L1 before conv1 and comes back after add_3; dense has its own copies. Between, tensors stay in L1.
    const moved = found.layers.map(({ key, reasons, outputChanged }) => ({
      key,
      outputChanged,
      reasons: Object.fromEntries(reasons.map(({ reason, before, after }) => [reason, after - before])),
    }));
    expect(moved).toEqual([
      { key: 'conv1', outputChanged: false, reasons: { copyIn: 20 } },
      { key: 'add_3', outputChanged: false, reasons: { copyOut: 20 } },
      { key: 'dense', outputChanged: false, reasons: { copyIn: 20, copyOut: 20 } },
    ]);
  });

  it("one layer's weights: that layer, those that read it, and the output; no cycle moves", () => {
    const model = resnet8();
    const weights = model.params.get('conv7.weights')!;
    weights.data[0] = (weights.data[0] ?? 0) + 40;
    const found = compare(record(model));
    expect(found.status).toBe('regressed');
    expect(found.outputs).toEqual(['output']);
    expect(found.totals.every(({ judgement }) => judgement === 'same')).toBe(true);
    expect(found.layers.every(({ outputChanged, reasons }) => outputChanged && reasons.length === 0)).toBe(
      true,
    );
    // conv9 runs beside conv7 and keeps its output.
    expect(found.layers.slice(0, 3).map(({ key }) => key)).toEqual(['conv7', 'conv8', 'add_3']);
  });
});

describe('baseline and compare on the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diana-baseline-'));
  const at = (...parts: string[]): string => join(folder, ...parts);
  beforeAll(async () => {
    writeFileSync(at('hw.json'), JSON.stringify({ name: 'diana-default', cycles: { copySetup: 90 } }));
    expect((await runCli(['baseline', 'resnet8', 'single-conv', '-o', at('old')])).status).toBe(0);
    expect(
      (await runCli(['baseline', 'resnet8', 'single-conv', '-o', at('new'), '--hw', at('hw.json')])).status,
    ).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('the same twice: exit 0', async () => {
    const result = await runCli(['compare', at('old'), at('old')]);
    expect(result).toMatchObject({ status: 0, stdout: '2 models: 2 the same\n', stderr: '' });
  });

  it('a regression: exit 1, the layers, and how to record it', async () => {
    const { status, stdout, stderr } = await runCli(['compare', at('old'), at('new')]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^add_3 .*\+20 +copy out \+20$/m);
    expect(stderr).toBe(
      `If this is intended, record it: diana-sim baseline resnet8 single-conv -o ${at('old')}\n`,
    );
  });

  it.each([
    [['--max-cycles', '+5%'], 0],
    [['--max-cycles', '+80'], 0], // resnet8's four copies
    [['--max-cycles', '+79'], 1],
    [['--max-cycles', '+5%', '--max-layer-cycles', '+1%'], 1], // dense is small
    [['--max-cycles', '+5%', '--fail-on', 'changed'], 1],
  ])('%j: exit %i', async (options, status) =>
    expect((await runCli(['compare', at('old'), at('new'), ...options])).status).toBe(status),
  );

  it('--fail-on improved fails when figures got better', async () => {
    expect((await runCli(['compare', at('new'), at('old')])).status).toBe(0);
    expect((await runCli(['compare', at('new'), at('old'), '--fail-on', 'improved'])).status).toBe(1);
  });

  it.each(['markdown', 'json', 'html'])(
    'writes %s to a file, and the same text to stdout',
    async (format) => {
      const text = (await runCli(['compare', at('old'), at('new'), '-f', format])).stdout;
      await runCli(['compare', at('old'), at('new'), '-f', format, '-o', at(`c.${format}`)]);
      expect(readFileSync(at(`c.${format}`), 'utf8')).toBe(text);
      expect(text).toContain('cycles');
    },
  );

  it('reads results as well as baselines', async () => {
    await runCli(['verify', 'resnet8', 'single-conv', '--json', at('result.json')]);
    expect((await runCli(['compare', at('old'), at('result.json')])).stdout).toBe('2 models: 2 the same\n');
  });

  it('recording again prints what is different', async () => {
    const { stdout } = await runCli(['baseline', 'resnet8', 'single-conv', '-o', at('new')]);
    expect(stdout).toContain('parameter cycles.copySetup: 90 -> 70');
    expect(stdout).toContain('copy in -20');
    expect((await runCli(['compare', at('old'), at('new')])).status).toBe(0);
  });

  it('shards of baseline make the same folder', async () => {
    for (const shard of ['1/2', '2/2'])
      expect(
        (await runCli(['baseline', 'resnet8', 'single-conv', '-o', at('sharded'), '--shard', shard])).status,
      ).toBe(0);
    for (const file of ['resnet8.json', 'single-conv.json'])
      expect(readFileSync(at('sharded', file), 'utf8')).toBe(readFileSync(at('old', file), 'utf8'));
  });

  it('a GitHub step gets a summary and an error line', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: at('summary.md') };
    const fresh = await runCli(['baseline', 'resnet8', '-o', at('slow'), '--hw', at('hw.json')]);
    expect(fresh.status).toBe(0);
    const { stdout } = await runCli(['compare', at('old'), at('slow'), '--allow-missing'], env);
    expect(stdout).toContain('::error title=diana-sim compare::1 model: 1 regressed (resnet8)');
    expect(readFileSync(at('summary.md'), 'utf8')).toContain('#### ❌ resnet8: regressed');
  });

  it.each([
    [['compare', at('none'), at('old')], 'cannot read'],
    [['compare', at('hw.json'), at('old')], 'hw.json: format is missing; expected "diana-sim-baseline" or'],
    [
      ['compare', at('old'), at('old'), '-f', 'pdf'],
      '--format is "pdf"; must be one of table, markdown, json, html.',
    ],
    [['compare', at('old'), at('old'), '--fail-on', 'never'], '--fail-on is "never"; must be one of'],
    [['compare', at('old'), at('old'), '--max-l2', 'much'], '--max-l2 is "much"; must be an increase'],
    [['baseline', 'resnet8', '-o', at('x'), '--shard', '3/2'], '--shard is "3/2"; must be i/n'],
    [['baseline', 'resnet8', '-o', at('hw.json')], 'it is a file, not a folder'],
  ])('%j: exit 2 with one line', async (args, message) => {
    const { status, stderr } = await runCli(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
