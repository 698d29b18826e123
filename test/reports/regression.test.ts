import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { stableJson } from '../../reports/json.js';
import {
  type Baseline,
  baselineFile,
  baselineOf,
  layerKeys,
  readBaseline,
} from '../../reports/regression/baseline.js';
import { type CompareOptions, compareBaselines } from '../../reports/regression/compare.js';
import { failures, type ModelComparison } from '../../reports/regression/comparison.js';
import { renderComparisonHtml } from '../../reports/regression/html.js';
import { renderComparisonMarkdown } from '../../reports/regression/markdown.js';
import { renderComparisonTable } from '../../reports/regression/table.js';
import { NO_INCREASE, parseThreshold, type Thresholds } from '../../reports/regression/threshold.js';
import { BASELINE_SCHEMA } from '../../reports/schema/baseline.js';
import { closed } from '../../reports/schema/build.js';
import { COMPARISON_SCHEMA } from '../../reports/schema/comparison.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { UserError } from '../../src/base/errors.js';
import type { RunResult } from '../../src/results/run.js';
import { resnet8Run, totalsOf } from './fixture.js';

const run = resnet8Run();
const base = baselineOf(run, '0', 'diana-sim 0.2.0');
const options: CompareOptions = { generator: 'diana-sim 0.2.0' };
const slower = resnet8Run({
  ...DEFAULT_PARAMETERS,
  cycles: { ...DEFAULT_PARAMETERS.cycles, copySetup: 90 },
});
const compare = (after: Baseline, more: Partial<CompareOptions> = {}): ModelComparison =>
  compareBaselines([base], [after], { ...options, ...more }).models[0]!;
const current = (r: RunResult): Baseline => baselineOf(r, '0', 'diana-sim 0.2.0');
const thresholds = (cycles: string): Thresholds => ({
  ...NO_INCREASE,
  cycles: parseThreshold(cycles, '--max-cycles'),
});

/** The run with other bytes in the outputs of the layers from `name` on. */
const otherOutputs = (name: string): RunResult => {
  const from = run.layers.findIndex(({ layer }) => layer === name);
  const layers = run.layers.map((l, i) => (i < from ? l : { ...l, checksum: 'f'.repeat(64) }));
  return { ...run, layers, outputs: { output: 'f'.repeat(64) } };
};

describe('compareBaselines', () => {
  it('finds the same run the same, whatever version recorded it', () => {
    const same = compare(current(run));
    expect(same).toMatchObject({
      status: 'same',
      parameters: [],
      outputs: [],
      layers: [],
      unchangedLayers: 16,
    });
    expect(same.totals.map(({ metric }) => metric)).toEqual([
      'cycles',
      'macs',
      'jobs',
      'bytes',
      'l2',
      'l1',
      'weight-memory',
      'energy',
    ]);
  });

  it('energy is judged only where a limit is given, and passes where the baseline has none', () => {
    const { energy, ...totals } = base.totals;
    const of = (model: ModelComparison) => model.totals.find(({ metric }) => metric === 'energy');
    const free = compare(current(slower), { thresholds: thresholds('+100%') });
    expect(free.status).toBe('changed');
    expect(of(free)).toMatchObject({ before: energy!.microjoules, judgement: 'tolerated' });
    const limited = { ...thresholds('+100%'), energy: parseThreshold('0', '--max-energy') };
    expect(of(compare(current(slower), { thresholds: limited }))!.judgement).toBe('regressed');
    const old = readBaseline(stableJson({ ...base, totals }), 'old.json');
    expect(compareBaselines([old], [base], options).models[0]!.status).toBe('same');
    expect(renderComparisonTable(compareBaselines([base], [current(slower)], options))).toMatch(
      /estimated microjoules +\d+\.\d\d +\d+\.\d\d +\+\d+\.\d\d /,
    );
  });

  it('copy overhead 70 -> 90: exactly the layers on the core move, by 20 cycles a copy, in copy in and copy out', () => {
    const found = compare(current(slower));
    expect(found.status).toBe('regressed');
    expect(found.parameters).toEqual([{ name: 'cycles.copySetup', before: '70', after: '90' }]);
    expect(found.outputs).toEqual([]);
    const core = run.layers.filter(({ target }) => target === 'digital');
    expect(found.layers.map(({ key }) => key)).toEqual(core.map(({ layer }) => layer));
    for (const layer of found.layers) {
      expect(layer.reasons.map(({ reason }) => reason)).toEqual(['copyIn', 'copyOut']);
      expect(layer.changes.map(({ metric }) => metric)).toEqual(['cycles']);
    }
    // conv1 has 2 tiles: 2 copies in and 2 out.
    expect(found.layers[0]?.reasons).toEqual([
      { reason: 'copyIn', before: 332, after: 372 },
      { reason: 'copyOut', before: 1164, after: 1204 },
    ]);
  });

  it('other weights of one layer: names the first layer whose output changed and those after it, and the output', () => {
    const found = compare(current(otherOutputs('stack3_shortcut')));
    expect(found.status).toBe('regressed');
    expect(found.outputs).toEqual(['output']);
    expect(found.layers.map(({ key, outputChanged }) => [key, outputChanged])).toEqual([
      ['stack3_shortcut', true],
      ['stack3_add', true],
      ['layout_transform+cast+avg_pool2d+cast+reshape to 64', true],
      ['dense', true],
      ['cast+softmax to 12', true],
    ]);
    expect(
      failures(compareBaselines([base], [current(otherOutputs('dense'))], options), 'regressed'),
    ).toHaveLength(1);
  });

  it('another output is a regression even where no layer has a checksum', () => {
    const bare = { ...run, layers: run.layers.map(({ checksum: _, ...layer }) => layer) };
    const found = compare(current({ ...bare, outputs: { output: 'f'.repeat(64) } }));
    expect(found).toMatchObject({ status: 'regressed', outputs: ['output'], layers: [] });
  });

  it.each([
    // 196,072 cycles before, 196,712 after: 0.33 % more.
    ['0', 'regressed'],
    ['+0.3%', 'regressed'],
    ['+0.4%', 'changed'],
    ['+640', 'changed'],
    ['+639', 'regressed'],
  ])('--max-cycles %s: %s', (limit, status) => {
    const allow = thresholds(limit);
    expect(compare(current(slower), { thresholds: allow }).status).toBe(status);
  });

  it('judges layers by their own threshold where one is given', () => {
    const found = compare(current(slower), {
      thresholds: thresholds('+5%'),
      layerCycles: parseThreshold('+1%', '--max-layer-cycles'),
    });
    const worse = found.layers.filter(({ changes }) =>
      changes.some(({ judgement }) => judgement === 'regressed'),
    );
    // 40 cycles are 1.05 % of stack2_add's 3825, but 0.1 % of stack3_conv2's 35,530.
    expect(worse.map(({ key }) => key)).toContain('stack2_add');
    expect(worse.map(({ key }) => key)).not.toContain('stack3_conv2');
    expect(found.totals[0]).toMatchObject({ metric: 'cycles', judgement: 'tolerated' });
  });

  it('an improvement is no regression, and fails only when asked to', () => {
    const doc = compareBaselines([current(slower)], [base], options);
    expect(doc.models[0]?.status).toBe('changed'); // the parameter moved, too
    expect(failures(doc, 'regressed')).toEqual([]);
    expect(failures(doc, 'improved')).toHaveLength(1);
    expect(failures(doc, 'changed')).toHaveLength(1);
    const same = compareBaselines([base], [current(run)], options);
    expect(failures(same, 'changed')).toEqual([]);
  });

  it('more L2 at its peak is a regression of l2 alone', () => {
    const found = compare(current({ ...run, memory: { ...run.memory, l2: run.memory.l2 + 1 } }));
    expect(found.totals.filter(({ judgement }) => judgement !== 'same')).toEqual([
      { metric: 'l2', before: 148_992, after: 148_993, judgement: 'regressed' },
    ]);
  });

  it('names layers that are new, gone, or moved to the host', () => {
    const layers = run.layers
      .filter(({ layer }) => layer !== 'stack1_add')
      .map((l) => (l.layer === 'dense' ? { ...l, target: 'host' as const } : l))
      .map((l) => (l.layer === 'conv1' ? { ...l, layer: 'conv_first' } : l));
    const found = compare(current({ ...run, layers, totals: totalsOf(layers) }));
    expect(found.layers.map(({ key, kind, detail }) => [key, kind, detail])).toEqual([
      ['conv_first', 'new', undefined],
      ['dense', 'moved', 'digital to host'],
      ['conv1', 'vanished', undefined],
      ['stack1_add', 'vanished', undefined],
    ]);
    expect(found.unchangedLayers).toBe(13);
  });

  it('a model without a baseline is new; one missing in the current results fails unless allowed', () => {
    const other = { ...base, model: 'other' };
    const statuses = (doc: { models: readonly ModelComparison[] }) =>
      doc.models.map((m) => [m.model, m.status]);
    expect(statuses(compareBaselines([base], [current(run), other], options))).toEqual([
      ['resnet8', 'same'],
      ['other', 'new'],
    ]);
    const gone = compareBaselines([base, other], [current(run)], options);
    expect(statuses(gone)).toEqual([
      ['resnet8', 'same'],
      ['other', 'vanished'],
    ]);
    expect(failures(gone, 'regressed').map(({ model }) => model)).toEqual(['other']);
    expect(
      compareBaselines([base, other], [current(run)], { ...options, allowMissing: true }).models,
    ).toHaveLength(1);
  });

  it.each([
    [{ model: 'other' }, 'nothing to compare: the baseline is of resnet8, the current results of other.'],
    [{ target: 'c' }, 'resnet8: the baseline has target "soma_dory, c", the current run "c".'],
    [{ seed: '1' }, 'resnet8: the baseline has seed "0", the current run "1".'],
    [
      { hardware: { ...DEFAULT_PARAMETERS, name: 'mine' } },
      'resnet8: the baseline has parameter set "diana-default", the current run "mine". Use the same --hw, or pass --allow-parameters.',
    ],
  ])('refuses a current run with %j', (change, message) => {
    expect(() => compare({ ...base, ...change })).toThrow(UserError);
    expect(() => compare({ ...base, ...change })).toThrow(message);
  });
});

describe('layerKeys', () => {
  it('survive the renumbering of functions, and are unique', () => {
    const renumbered = run.layers.map((layer, i) => ({ ...layer, name: `tvmgen_default_${i + 40}` }));
    expect(layerKeys(renumbered)).toEqual(layerKeys(run.layers));
    const unnamed = run.layers.map(({ layer: _, ...rest }) => rest);
    const keys = layerKeys(unnamed);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('conv2d+bias_add+right_shift+clip+cast to 16x32x32 #3');
  });
});

describe('parseThreshold', () => {
  it.each([
    ['0', 0, false],
    ['+2%', 2, true],
    ['1.5 %', 1.5, true],
    ['+1000', 1000, false],
  ])('%s', (text, amount, relative) =>
    expect(parseThreshold(text, '--max-l2')).toMatchObject({ amount, relative }),
  );
  it.each(['', '-1', 'two', '2%%', '1e3'])('refuses "%s"', (text) =>
    expect(() => parseThreshold(text, '--max-l2')).toThrow(`--max-l2 is "${text}"; must be an increase`),
  );
});

describe('files', () => {
  const strict = (schema: object) => new Ajv2020({ allowUnionTypes: true }).compile(closed({ ...schema }));

  it('a baseline follows its schema and reads back', () => {
    const validate = strict(BASELINE_SCHEMA);
    expect(validate(JSON.parse(stableJson(base))), JSON.stringify(validate.errors)).toBe(true);
    expect(readBaseline(stableJson(base), 'b.json')).toEqual(base);
    expect(() => readBaseline('{"format":"diana-sim-result"}', 'b.json')).toThrow(
      'b.json: format is "diana-sim-result"; expected "diana-sim-baseline".',
    );
  });

  it('a comparison follows its schema', () => {
    const validate = strict(COMPARISON_SCHEMA);
    const doc = compareBaselines([base], [current(slower), { ...base, model: 'new' }], options);
    expect(validate(JSON.parse(stableJson(doc))), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['resnet8', 'resnet8.json'],
    ['a/b c', 'a_b_c.json'],
    ['../x', '__x.json'],
  ])('the baseline of %s is %s', (model, file) => expect(baselineFile(model)).toBe(file));
});

describe('renderers', () => {
  const moved = compareBaselines([base], [current({ ...otherOutputs('dense'), ...pick(slower) })], options);
  function pick(r: RunResult): Pick<RunResult, 'hardware' | 'totals'> {
    return { hardware: r.hardware, totals: r.totals };
  }
  const real = compareBaselines([base], [current(slower)], options);
  const same = compareBaselines([base], [current(run)], options);

  it('the terminal: what moved, by how much, in which reason', () => {
    const text = renderComparisonTable(real);
    expect(text).toContain('resnet8: REGRESSED\n  parameter cycles.copySetup: 70 -> 90\n');
    expect(text).toMatch(/estimated cycles +196,072 +196,712 +\+640 +\+0\.3 % +REGRESSED \(limit 0\)/);
    expect(text).toMatch(/^conv1 +7,090 +7,170 +\+80 +copy in \+40, copy out \+40$/m);
    expect(text).toContain('3 layers unchanged');
    expect(text).toContain('1 model: 1 regressed');
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(100);
    expect(renderComparisonTable(moved)).toContain('  output output changed');
    expect(renderComparisonTable(same)).toBe('1 model: 1 the same\n');
  });

  it('Markdown: short enough for a comment even with many models and layers', () => {
    const text = renderComparisonMarkdown(real);
    expect(text).toContain('#### ❌ resnet8: regressed');
    expect(text).toContain('- parameter `cycles.copySetup`: 70 → 90');
    expect(text).toContain('| conv1 | 7,090 → 7,170 | +1.1 % | copy in +40, copy out +40 |  |');
    const wide = (b: Baseline, i: number): Baseline => ({
      ...b,
      model: `network-${i}`,
      layers: Array.from({ length: 40 }, () => b.layers).flatMap((l, n) =>
        l.map((x) => ({ ...x, key: `${x.key}/${n}` })),
      ),
    });
    const many = Array.from({ length: 60 }, (_, i) => i);
    const big = renderComparisonMarkdown(
      compareBaselines(
        many.map((i) => wide(base, i)),
        many.map((i) => wide(current(slower), i)),
        options,
      ),
    );
    expect(big.length).toBeLessThan(65_536);
    expect(big).toContain('Not shown: ');
    expect(renderComparisonMarkdown(same)).toBe(
      '### diana-sim regression check\n\n1 model: 1 the same. Cycles are estimated by the cycle model, not measured.\n',
    );
  });

  it('HTML: self-contained, escaped', () => {
    const text = renderComparisonHtml(
      compareBaselines([{ ...base, model: '<x>' }], [{ ...current(slower), model: '<x>' }], options),
    );
    expect(text).toContain('&lt;x&gt;: <span class="bad">regressed</span>');
    expect(text).toContain('copy in +40, copy out +40');
    expect(text).not.toMatch(/https?:\/\//);
  });
});
