import { describe, expect, it } from 'vitest';
import { describeEnergy } from '../../reports/energy.js';
import { render } from '../../reports/formats.js';
import { readResult } from '../../reports/read.js';
import { compile } from '../../src/library/compile.js';
import { simulate } from '../../src/library/simulate.js';
import { buildModel } from '../../src/models/registry.js';
import { exactVerdict, verifiedResnet8 } from './fixture.js';

const doc = (await simulate(compile(buildModel('single-conv')))).document;
const { energy } = doc.models[0]!.run.totals;

describe('energy in reports', () => {
  // The core: 5,565 cycles less 70 of launch and 500 of the tile loop; the host: the rest of 24,108. 96 and 48 pJ a cycle.
  it('is 96 pJ a cycle of the core and 48 of the host', () => {
    expect(energy!.coreMicrojoules).toBeCloseTo((5565 - 570) * 96e-6, 9);
    expect(energy!.hostMicrojoules).toBeCloseTo((24108 - 4995) * 48e-6, 9);
    // 32 * 32 * 5 * 27 MACs.
    expect(energy!.macsPerJoule).toBeCloseTo(138240 / (energy!.microjoules * 1e-6), 0);
  });

  it.each(['table', 'markdown'] as const)('%s: with range, source and what it is', (format) => {
    const text = render(doc, format).replaceAll(/\s+/g, ' ').replaceAll('\\', '');
    expect(text).toContain(describeEnergy(energy!));
    expect(text).toContain('estimated from a published power figure, not measured');
    expect(text).toContain('24.96 mW at 260 MHz [odimo]; host 12.48 mW [ours: no figure is published]');
  });
  it('html: cards and the source', () => {
    const page = render(doc, 'html');
    expect(page).toContain('<dt>estimated uJ (range)</dt>');
    expect(page).toContain('24.96 mW at 260 MHz');
  });
  it('csv: a figure a layer; they add up', () => {
    const [head, ...rows] = render(doc, 'csv')
      .trimEnd()
      .split('\r\n')
      .map((line) => line.replaceAll(/"[^"]*"/g, 'quoted').split(','));
    const sum = rows.reduce((n, row) => n + Number(row[head!.indexOf('estimated_uj')]), 0);
    expect(sum).toBeCloseTo(energy!.microjoules, 5);
  });
  it('JUnit: properties of the suite; a step summary: a column; the trace: layers', () => {
    const uj = energy!.microjoules;
    const verified = { ...doc, models: doc.models.map((m) => ({ ...m, verdicts: [exactVerdict(m.run)] })) };
    expect(render(verified, 'junit')).toContain(
      `<property name="estimatedMicrojoules" value="${uj.toFixed(3)}"/>`,
    );
    expect(render(verified, 'junit')).toContain('<property name="estimatedMacsPerJoule" value="');
    expect(render(doc, 'summary')).toContain(`| ${uj.toFixed(2)} (`);
    expect(render(doc, 'summary')).toContain('24.96 mW at 260 MHz');
    // The conv: 4,995 cycles of 96 pJ, 570 of 48 pJ.
    expect(render(doc, 'trace')).toContain('"estimatedMicrojoules":0.50688');
    expect(render(doc, 'markdown')).toContain(`| ${uj.toFixed(3)} |`);
  });
  it('json: read back as it was', () => expect(readResult(render(doc, 'json'), 'r.json')).toEqual(doc));
  it('results without it say nothing of it', () => {
    for (const format of ['table', 'markdown', 'html'] as const)
      expect(render(verifiedResnet8(), format)).not.toContain(' mW');
  });
});
