import { describe, expect, it } from 'vitest';
import { renderTable } from '../../reports/table.js';
import { bar, wrapText } from '../../reports/terminal/sections.js';
import { terminalOptions } from '../../reports/terminal/style.js';
import { differingVerdict, documentOf, exactVerdict, resnet8Run, verifiedResnet8 } from './fixture.js';

const ESCAPE = '\u001b';
const run = resnet8Run();
const lineOf = (text: string, start: string): string =>
  text.split('\n').find((line) => line.startsWith(start)) ?? '';

describe('renderTable', () => {
  it.each([200, 100, 80, 60])('keeps every line within %i columns', (columns) => {
    const text = renderTable(verifiedResnet8(), { columns });
    for (const line of text.split('\n')) expect([...line].length, line).toBeLessThanOrEqual(columns);
  });

  it('says what the figures are: model, parameter set, clock, and that nothing was measured', () => {
    const text = renderTable(documentOf([run]));
    expect(text).toContain('resnet8 on "soma_dory, c": 196,072 cycles, 0.754 ms at 260 MHz');
    expect(text).toContain('estimated by the cycle model, not measured; parameter set diana-default');
  });

  it('has a row a layer with the figures of the layer', () => {
    // 64*64*9 weights x 8*8 pixels = 2,359,296 MACs; 35,530 cycles; 66.4 MAC/cycle = 25.9 % of 256; 0.137 ms at 260 MHz.
    expect(lineOf(renderTable(documentOf([run])), 'stack3_conv2').split(/\s+/)).toEqual(
      'stack3_conv2 conv2d 3x3 digital 64x8x8 1 3 2.36M 35,530 66.4 25.9 0.137'.split(' '),
    );
  });

  it('has verdict columns only where the run was verified', () => {
    expect(renderTable(documentOf([run]))).not.toContain('exact');
    const row = lineOf(
      renderTable(documentOf([run], (r) => [exactVerdict(r), differingVerdict(r, 1)])),
      'stack2_conv1',
    );
    expect(row.split(/\s+/).slice(-3)).toEqual(['NO', '8', '0']);
  });

  it('never calls exact what was compared with a tolerance', () => {
    const text = renderTable(verifiedResnet8(), { columns: 300 });
    expect(lineOf(text, 'fused_cast').split(/\s+/).slice(-3)).toEqual(['close', '0', '0']);
    expect(text).toContain('16 tensors compared, 1 of them within 2 ulp; 34 not held whole in memory.');
  });

  it('names the first difference, its values, and the step that wrote it', () => {
    const text = renderTable(
      documentOf([run], (r) => [exactVerdict(r), differingVerdict(r, 1)]),
      { columns: 300 },
    );
    expect(text).toContain('DIFFERS in 1 of 2 runs');
    expect(text).toContain(
      '  run 1: stack2_conv1 (%5): 12 of 8,192 elements differ; first at [0, 3, 15, 2]: expected -7, got 9, written by step 40 (',
    );
  });

  it('adds a summary of the models where there are several', () => {
    const two = documentOf([run, { ...run, model: 'other' }], (r) => [
      r.model === 'other' ? differingVerdict(r) : exactVerdict(r),
    ]);
    const text = renderTable(two);
    expect(text).toContain('2 models');
    expect(text).toMatch(/^other .*DIFFERS$/m);
    expect(text).toMatch(/^resnet8 {2}.*exact$/m);
  });

  it('lists the warnings with operator, attribute, value and what is supported', () => {
    expect(renderTable(documentOf([run]), { columns: 300 })).toContain(
      '  nn.avg_pool2d (pool) stays on the host: the core has no such operator; supported: qnn.conv2d,',
    );
  });

  it('colours only when told to, and colours change no character of the text', () => {
    const plain = renderTable(verifiedResnet8(), { columns: 100 });
    const coloured = renderTable(verifiedResnet8(), { columns: 100, colour: true });
    expect(plain).not.toContain(ESCAPE);
    expect(coloured).toContain(`${ESCAPE}[32myes${ESCAPE}[39m`);
    expect(coloured.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')).toBe(plain);
  });
});

describe('terminalOptions', () => {
  it.each([
    // stream, environment, what follows
    [{ isTTY: true, columns: 120 }, {}, { columns: 120, colour: true }],
    [{ isTTY: true, columns: 120 }, { NO_COLOR: '1' }, { columns: 120, colour: false }],
    [{ isTTY: true, columns: 120 }, { NO_COLOR: '' }, { columns: 120, colour: true }], // no-color.org: only when not empty
    [{ isTTY: true, columns: 120 }, { TERM: 'dumb' }, { columns: 120, colour: false }],
    [{ isTTY: true }, {}, { columns: 100, colour: true }],
    [{}, {}, { columns: 100, colour: false }],
  ])('%j with %j: %j', (stream, env, expected) => expect(terminalOptions(stream, env)).toEqual(expected));
});

describe('text', () => {
  it.each([
    [0, ''],
    [1, '▏'],
    [4, '▌'],
    [8, '█'],
    [13, '█▋'],
  ])('a bar of %i eighths', (eighths, expected) => expect(bar(eighths, 80, 10)).toBe(expected));

  it('wraps at blanks and never loses a word longer than a line', () =>
    expect(wrapText('aa bb cccccccccc dd', 6, '- ', '  ')).toEqual(['- aa', '  bb', '  cccccccccc', '  dd']));
});
