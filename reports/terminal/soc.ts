import type { ModelResult } from '../../src/results/document.js';
import { count, plural } from '../numbers.js';
import { describeSoc, socRows } from '../soc.js';
import { cell, type Grid, renderGrid } from './grid.js';
import { wrapText } from './sections.js';
import type { Style } from './style.js';

/** The SoC's cycles beside the estimate, and what was compared there; nothing without `--on soc`. */
export function socLines(result: ModelResult, columns: number, style: Style): string[] {
  const first = result.soc?.[0];
  const text = describeSoc(result);
  if (first === undefined || text === undefined) return [];
  const grid: Grid = {
    columns: [
      { header: 'whole SoC', align: 'left' },
      { header: 'estimated', align: 'right' },
      { header: 'on the SoC', align: 'right' },
      { header: 'ratio', align: 'right' },
    ],
    rows: socRows(result.run, first).map(([label, estimated, soc]) => [
      cell(label),
      cell(count(estimated)),
      cell(count(soc)),
      cell(estimated === 0 ? '' : (soc / estimated).toFixed(2)),
    ]),
  };
  const whole = `From reset to exit ${count(first.programCycles)} cycles, ${plural(first.programInstructions, 'instruction')}.`;
  const ok = result.soc?.every((run) => run.ok) === true;
  return [
    ...renderGrid(grid, columns, style),
    whole,
    ...wrapText(text, columns).map((line) => (ok ? style.good(line) : style.bad(line))),
  ];
}
