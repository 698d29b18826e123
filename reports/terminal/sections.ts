import type { ModelResult } from '../../src/results/document.js';
import type { RunResult, RunWarning } from '../../src/results/run.js';
import { layersByTerm, otherCosts } from '../cost-models.js';
import { describeHeld, describeMismatch, describeReference, describeWarning } from '../describe.js';
import { layerLabel, memoryRows, REASON_ORDER, REASON_TEXT } from '../metrics.js';
import { count, percent, plural } from '../numbers.js';
import { cell, type Grid, renderGrid } from './grid.js';
import type { Style } from './style.js';

const BAR = 30;

/** A bar of eighths: what a share looks like beside the others. */
export function bar(part: number, whole: number, columns = BAR): string {
  const eighths = whole === 0 ? 0 : Math.round((8 * columns * part) / whole);
  const rest = ' ▏▎▍▌▋▊▉'[eighths % 8] ?? '';
  return ('█'.repeat(Math.floor(eighths / 8)) + rest).trimEnd();
}

/** Cycles by reason with their share of the run; reasons that took none are left out. */
export function reasonLines(run: RunResult, columns: number, style: Style): string[] {
  const { cycles, totalCycles } = run.totals;
  const grid: Grid = {
    columns: [
      { header: 'cycles by reason', align: 'left' },
      { header: 'cycles', align: 'right' },
      { header: 'share', align: 'right' },
      { header: '', align: 'left', dropOrder: 1 },
    ],
    rows: REASON_ORDER.filter((reason) => cycles[reason] > 0).map((reason) => [
      cell(REASON_TEXT[reason].label),
      cell(count(cycles[reason])),
      cell(percent(cycles[reason], totalCycles)),
      cell(bar(cycles[reason], totalCycles)),
    ]),
  };
  return renderGrid(grid, columns, style);
}

/** Layers that a term names at most; the files have all. */
const NAMED = 8;
const shortList = (names: readonly string[]): string =>
  [...names.slice(0, NAMED), ...(names.length > NAMED ? [`and ${names.length - NAMED} more`] : [])].join(
    ', ',
  );

/** What the public cost models that the run did not use make of it, and in which term they differ. */
export function otherModelLines(run: RunResult, columns: number, style: Style): string[] {
  const others = otherCosts(run.totals);
  if (others.length === 0) return [];
  const grid: Grid = {
    columns: [
      { header: 'other cost models', align: 'left' },
      { header: 'cycles', align: 'right' },
      { header: 'ratio', align: 'right' },
      { header: 'most of the difference', align: 'left', dropOrder: 1 },
    ],
    rows: others.map(({ name, cycles, ratio, because }) => [
      cell(name),
      cell(count(cycles)),
      cell(ratio.toFixed(2)),
      cell(because),
    ]),
  };
  const terms = [...layersByTerm(run)].flatMap(([term, layers]) =>
    wrapText(`${term}: ${shortList(layers)}`, columns, '  ', '    '),
  );
  return [
    ...renderGrid(grid, columns, style),
    ...(terms.length === 0
      ? []
      : wrapText('layers over 20 % apart: the furthest ratio, by most of the difference', columns)),
    ...terms,
  ];
}

/** Peak use of each memory beside its limit. */
export function memoryLines(run: RunResult, columns: number, style: Style): string[] {
  const grid: Grid = {
    columns: [
      { header: 'peak memory', align: 'left' },
      { header: 'bytes', align: 'right' },
      { header: 'limit', align: 'right' },
      { header: 'used', align: 'right' },
      { header: '', align: 'left', dropOrder: 1 },
    ],
    rows: memoryRows(run).map(({ name, peak, limit }) => [
      cell(name),
      cell(count(peak)),
      cell(count(limit)),
      cell(percent(peak, limit), peak > limit ? 'bad' : undefined),
      cell(bar(Math.min(peak, limit), limit)),
    ]),
  };
  return renderGrid(grid, columns, style);
}

/**
 * Cuts words into lines of at most `columns` characters, breaking at blanks only; the first line starts with `first`, the
 * others with `rest`.
 */
export function wrapText(text: string, columns: number, first = '', rest = ''): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (empty) line += word;
    else if (line.length + 1 + word.length <= columns) line += ` ${word}`;
    else {
      lines.push(line);
      line = rest + word;
    }
    empty = false;
  }
  return [...lines, line];
}

/** What the comparison found: one line when all is exact, a line a differing tensor of each run otherwise. */
export function verdictLines({ verdicts }: ModelResult, columns: number, style: Style): string[] {
  const first = verdicts[0];
  if (first === undefined) return [];
  const failed = verdicts.filter((verdict) => !verdict.ok);
  const runs = plural(verdicts.length, 'run');
  const how = describeReference(first);
  if (failed.length === 0)
    return wrapText(`EXACT in ${runs} (${how}): ${describeHeld(first)}.`, columns).map((line) =>
      style.good(line),
    );
  const lines = wrapText(
    `DIFFERS in ${failed.length} of ${runs} (${how}): ${describeHeld(first)}.`,
    columns,
  ).map((line) => style.bad(line));
  for (const verdict of failed)
    for (const tensor of verdict.tensors.filter((t) => t.differing > 0))
      lines.push(...wrapText(`run ${verdict.run}: ${describeMismatch(tensor)}`, columns, '  ', '    '));
  return lines;
}

/** What stays on the host, and why. */
export function warningLines(warnings: readonly RunWarning[], columns: number, style: Style): string[] {
  if (warnings.length === 0) return [];
  const title = style.notice(plural(warnings.length, 'warning'));
  return [title, ...warnings.flatMap((w) => wrapText(describeWarning(w), columns, '  ', '    '))];
}

/** In which layers integers left their range and wrapped (the core's int32 accumulators, results on the host), and how many; nothing where none did. */
export function overflowLines(run: RunResult, columns: number, style: Style): string[] {
  const { overflows } = run.totals;
  if (overflows === 0) return [];
  const where = run.layers
    .filter((layer) => layer.overflows > 0)
    .map((layer) => `${layerLabel(layer)} (${count(layer.overflows)})`)
    .join(', ');
  const text = `OVERFLOW: ${plural(overflows, 'integer')} wrapped, as on the chip: ${where}.`;
  return wrapText(text, columns).map((line) => style.notice(line));
}
