import { describe, expect, it } from 'vitest';
import { cyclesWithRange, layerModels, otherCosts, otherRange } from '../../reports/cost-models.js';
import { render } from '../../reports/formats.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { compile } from '../../src/library/compile.js';
import { estimate } from '../../src/library/estimate.js';
import { buildModel } from '../../src/models/registry.js';
import { withCostModel } from '../../src/program/hardware-overrides.js';
import type { CyclesByReason } from '../../src/results/run.js';
import { verifiedResnet8 } from './fixture.js';

const cycles = (of: Partial<CyclesByReason>): CyclesByReason => ({
  copyIn: 0,
  copyOut: 0,
  weights: 0,
  instructions: 0,
  compute: 0,
  launch: 0,
  tileLoop: 0,
  host: 0,
  ...of,
});

/** 1,000 cycles; "few" counts 450 of them, "alike" 1,190, "many" 1,500. */
const costed = {
  cycles: cycles({ compute: 600, copyIn: 100, tileLoop: 300 }),
  totalCycles: 1000,
  otherModels: {
    few: cycles({ compute: 350, copyIn: 100 }),
    alike: cycles({ compute: 790, copyIn: 100, tileLoop: 300 }),
    many: cycles({ compute: 600, copyIn: 600, tileLoop: 300 }),
  },
};

describe('other cost models of a run or layer', () => {
  it('sums each, and names the term of the largest difference where it is over 20 %', () =>
    expect(otherCosts(costed)).toEqual([
      { name: 'few', cycles: 450, ratio: 0.45, because: 'tile loop 0 for 300', term: 'tile loop' },
      { name: 'alike', cycles: 1190, ratio: 1.19, because: '', term: '' },
      { name: 'many', cycles: 1500, ratio: 1.5, because: 'copy in 600 for 100', term: 'copy in' },
    ]));

  it.each([
    ['several', costed, '450..1,500', '1,000 cycles (other models 450..1,500)'],
    [
      'one',
      { ...costed, otherModels: { few: costed.otherModels.few } },
      '450',
      '1,000 cycles (other models 450)',
    ],
    ['none', { cycles: costed.cycles, totalCycles: 1000 }, '', '1,000 cycles'],
  ])('the range of %s', (_, item, range, headline) => {
    expect(otherRange(item)).toBe(range);
    expect(cyclesWithRange(item)).toBe(headline);
  });
});

describe('in reports', () => {
  const doc = verifiedResnet8();
  const [model] = doc.models;
  const layers = model!.run.layers.map((l) => ({ ...l, otherModels: costed.otherModels }));
  const totals = { ...model!.run.totals, ...costed };
  const shown = { ...doc, models: [{ ...model!, run: { ...model!.run, layers, totals } }] };
  const digital = layers.filter((l) => l.target === 'digital').length;

  it('lists the layers of the core only: host kernels cost the same in all models', () =>
    expect(layerModels(shown.models[0]!.run)).toHaveLength(digital));

  it.each(['table', 'markdown'] as const)('%s: the range stands at the head', (format) =>
    expect(render(shown, format)).toContain('1,000 cycles (other models 450..1,500), 0.004 ms at 260 MHz'),
  );

  it('every report names the term for layers, too: of the model that is furthest', () => {
    // 450 cycles of its 35,530 are 0.01; 13 layers run on the core.
    const text = render(shown, 'table').replaceAll(/\s+/g, ' ');
    expect(text).toContain(' compute: stack3_conv2 0.01 (few), ');
    expect(text).toContain(', and 5 more ');
    expect(render(shown, 'markdown')).toMatch(/\| few: compute 350 for [\d,]+ \|/);
    expect(render(shown, 'html')).toMatch(/<td>few: compute 350 for [\d,]+<\/td>/);
  });

  it('html: a card of its own, and the term of each difference', () => {
    const page = render(shown, 'html');
    expect(page).toContain('<dt>other cost models</dt><dd>450..<wbr>1,500</dd>');
    expect(page).toContain('<td>copy in 600 for 100</td>');
  });

  it('a result without other models says nothing of them', () => {
    for (const format of ['table', 'markdown', 'html'] as const)
      expect(render(doc, format)).not.toContain('other models');
  });
});

describe('withCostModel', () => {
  // What a network costs under a model is what the default run's table says, as long as the tiles are the same.
  it.each(['odimo', 'zigzag', 'dory'])(
    '%s: sets the cycles, keeps chip and host, and names itself',
    (name) => {
      const hardware = withCostModel(DEFAULT_PARAMETERS, name);
      expect(hardware.name).toBe(`diana-default, cost-model=${name}`);
      expect([hardware.chip, hardware.host]).toEqual([DEFAULT_PARAMETERS.chip, DEFAULT_PARAMETERS.host]);
      const model = buildModel('single-conv');
      const own = estimate(compile(model, { hardware }));
      const other = estimate(compile(model)).totals.otherModels!;
      expect(own.totals.cycles).toEqual(other[name]);
      expect(Object.keys(own.totals.otherModels!)).toEqual(
        ['match', 'odimo', 'zigzag', 'dory'].filter((n) => n !== name),
      );
    },
  );
  it('match is the default set itself', () =>
    expect(withCostModel(DEFAULT_PARAMETERS, 'match')).toBe(DEFAULT_PARAMETERS));
  it('refuses others by name', () =>
    expect(() => withCostModel(DEFAULT_PARAMETERS, 'tvm')).toThrow(
      '--cost-model is "tvm"; must be one of match, odimo, zigzag, dory.',
    ));
});
