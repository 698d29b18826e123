import { describe, expect, it } from 'vitest';
import { renderJson } from '../../reports/json.js';
import { renderMarkdown } from '../../reports/markdown.js';
import { mergeResults } from '../../reports/merge.js';
import { passed } from '../../reports/metrics.js';
import { readResult } from '../../reports/read.js';
import { describeSoc, socRows } from '../../reports/soc.js';
import { renderTable } from '../../reports/table.js';
import type { ModelResult, ResultDocument } from '../../src/results/document.js';
import type { CyclesByReason } from '../../src/results/run.js';
import type { SocRun } from '../../src/results/soc.js';
import { documentOf, exactVerdict, resnet8Run } from './fixture.js';

const cycles: CyclesByReason = {
  copyIn: 1,
  copyOut: 20,
  weights: 300,
  instructions: 4000,
  compute: 50_000,
  launch: 600_000,
  tileLoop: 7_000_000,
  host: 80_000_000,
};
const run = resnet8Run();
const estimated = { ...run, totals: { ...run.totals, cycles, totalCycles: 87_654_321 } };

const onSoc = (change: Partial<SocRun> = {}): SocRun => ({
  run: 0,
  compiler: 'riscv64-unknown-elf-gcc 12.2.0',
  optimization: 'O3',
  ok: true,
  outputs: 1,
  jobs: 17,
  programCycles: 5000,
  programInstructions: 4000,
  network: { cycles: 4321, core: 4000, drivers: 300, kernels: 21 },
  layers: [{ name: 'tvmgen_default_fused_cast', cycles: 21, core: 0 }],
  ...change,
});
const withSoc = (soc: readonly SocRun[]): ResultDocument => {
  const doc = documentOf([run], (r) => soc.map((s) => exactVerdict(r, s.run)));
  return { ...doc, models: doc.models.map((m): ModelResult => ({ ...m, soc })) };
};
const modelOf = (soc: readonly SocRun[]): ModelResult => withSoc(soc).models[0]!;

describe('socRows', () => {
  it('sets the estimate beside the SoC, each cycle in one row', () =>
    expect(socRows(estimated, onSoc())).toEqual([
      ['jobs of the digital core', 54_321, 4000],
      ['host: drivers and tile loops', 7_600_000, 300],
      ['host: kernels', 80_000_000, 21],
      ['network', 87_654_321, 4321],
    ]));
});

describe('describeSoc', () => {
  it.each([
    [
      [onSoc()],
      "EXACT in 1 run on the SoC (riscv64-unknown-elf-gcc 12.2.0 -O3): 1 output equals the reference's, 17 jobs as in the Program.",
    ],
    [
      [onSoc(), onSoc({ run: 1, tolerance: 'within 4 ulp', outputs: 1 })],
      "EXACT in 2 runs on the SoC (riscv64-unknown-elf-gcc 12.2.0 -O3): 1 output equals the reference's (within 4 ulp), 17 jobs as in the Program.",
    ],
    [
      [onSoc(), onSoc({ run: 1, ok: false, difference: 'job 3: write 0 is nothing' })],
      'DIFFERS on the SoC (riscv64-unknown-elf-gcc 12.2.0 -O3): run 1: job 3: write 0 is nothing.',
    ],
  ])('%#', (soc, text) => expect(describeSoc(modelOf(soc))).toBe(text));
});

describe('results with runs on the SoC', () => {
  it('fail where the SoC differs, though the Program is exact', () => {
    expect(passed(modelOf([onSoc()]))).toBe(true);
    expect(passed(modelOf([onSoc({ ok: false, difference: 'output x' })]))).toBe(false);
  });

  it('are in the terminal report and in Markdown, and nothing of them without', () => {
    const row = (text: string, label: string) => text.split('\n').find((l) => l.includes(label));
    const doc = withSoc([onSoc()]);
    // The fixture's estimate of the network over the SoC's 4,321 cycles.
    const total = run.totals.totalCycles.toLocaleString('en-US');
    const ratio = (4321 / run.totals.totalCycles).toFixed(2);
    expect(row(renderTable(doc), 'network')?.split(/\s+/)).toEqual(['network', total, '4,321', ratio]);
    expect(renderTable(doc)).toContain('From reset to exit 5,000 cycles, 4,000 instructions.');
    expect(row(renderMarkdown(doc), '| network')).toBe(`| network | ${total} | 4,321 | ${ratio} |`);
    expect(renderTable(documentOf([run]))).not.toContain('SoC');
    expect(renderMarkdown(documentOf([run]))).not.toContain('SoC');
  });

  it('are read back as written, and a wrong level is refused', () => {
    const doc = withSoc([onSoc(), onSoc({ run: 1, ok: false, difference: 'output x' })]);
    expect(readResult(renderJson(doc), 'a.json')).toEqual(doc);
    const wrong = renderJson(doc).replace('"O3"', '"O9"');
    expect(() => readResult(wrong, 'a.json')).toThrow('optimization');
  });

  it('are merged with the runs that they belong to', () => {
    const [a, b] = [withSoc([onSoc({ run: 1 })]), withSoc([onSoc()])];
    const merged = mergeResults([
      { name: 'a', doc: a },
      { name: 'b', doc: b },
    ]);
    expect(merged.models[0]?.soc?.map((s) => s.run)).toEqual([0, 1]);
  });
});
