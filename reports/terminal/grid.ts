import type { Style } from './style.js';

/** A column of a text table. */
export interface Column {
  /** Lines of the header, separated by "\n". */
  readonly header: string;
  readonly align: 'left' | 'right';
  /** May be cut (with an ellipsis) down to this many characters where the table is too wide. */
  readonly shrinkTo?: number;
  /** Left out where cutting is not enough; the highest number goes first. Columns without it always stay. */
  readonly dropOrder?: number;
}

export interface Cell {
  readonly text: string;
  readonly paint?: keyof Style;
}

export interface Grid {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows below a rule. */
  readonly footer?: readonly (readonly Cell[])[];
}

/** The text and nothing else. */
export const cell = (text: string, paint?: keyof Style): Cell =>
  paint === undefined ? { text } : { text, paint };

/** Characters as a terminal counts them; names of layers are the only text here that may leave ASCII. */
const width = (text: string): number => [...text].length;

/** `text` cut to `columns` characters, the last one an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}

const pad = (text: string, columns: number, align: Column['align']): string => {
  const space = ' '.repeat(Math.max(0, columns - width(text)));
  return align === 'left' ? text + space : space + text;
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function naturalWidths(grid: Grid, kept: readonly number[]): number[] {
  const all = [...grid.rows, ...(grid.footer ?? [])];
  return kept.map((c) =>
    Math.max(
      ...(grid.columns[c]?.header.split('\n') ?? ['']).map(width),
      ...all.map((row) => width(row[c]?.text ?? '')),
    ),
  );
}

/** Takes characters from the widest column that may still give one, until the row fits or none may. */
function shrink(widths: number[], columns: readonly Column[], room: number): void {
  while (sum(widths) > room) {
    let widest = -1;
    widths.forEach((w, i) => {
      const floor = columns[i]?.shrinkTo;
      if (floor !== undefined && w > floor && w > (widths[widest] ?? 0)) widest = i;
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

interface Fit {
  readonly kept: readonly number[];
  readonly widths: readonly number[];
  readonly gap: string;
}

function fitColumns(grid: Grid, columns: number): Fit {
  let kept = grid.columns.map((_, i) => i);
  for (;;) {
    const widths = naturalWidths(grid, kept);
    const gap = sum(widths) + 2 * (kept.length - 1) <= columns ? '  ' : ' ';
    const room = columns - gap.length * (kept.length - 1);
    shrink(
      widths,
      kept.map((c) => grid.columns[c]!),
      room,
    );
    if (sum(widths) <= room) return { kept, widths, gap };
    const orders = kept.map((c) => grid.columns[c]?.dropOrder ?? -1);
    const highest = Math.max(...orders);
    if (highest < 0) return { kept, widths, gap };
    kept = kept.filter((_, i) => orders[i] !== highest);
  }
}

/**
 * Lines of a table that fits `columns` characters: first the columns' gaps shrink, then the columns that may be cut, then
 * columns are left out. No line ends in blanks.
 */
export function renderGrid(grid: Grid, columns: number, style: Style): string[] {
  const { kept, widths, gap } = fitColumns(grid, columns);
  const total = sum(widths) + gap.length * (kept.length - 1);
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((c, i) => {
        const text = cut(c.text, widths[i] ?? 0);
        const padded = pad(text, widths[i] ?? 0, grid.columns[kept[i]!]?.align ?? 'left');
        const paint = c.paint;
        return paint === undefined || text === '' ? padded : padded.replace(text, () => style[paint](text));
      })
      .join(gap)
      .trimEnd();
  const pick = (row: readonly Cell[]): Cell[] => kept.map((c) => row[c] ?? { text: '' });
  const headers = kept.map((c) => grid.columns[c]?.header.split('\n') ?? []);
  const height = Math.max(...headers.map((h) => h.length));
  const head = Array.from({ length: height }, (_, y) =>
    line(headers.map((h) => ({ text: h[y - height + h.length] ?? '', paint: 'bold' as const }))),
  );
  const rule = style.dim('─'.repeat(total));
  const footer = (grid.footer ?? []).map((row) => line(pick(row)));
  return [
    ...head,
    rule,
    ...grid.rows.map((row) => line(pick(row))),
    ...(footer.length > 0 ? [rule] : []),
    ...footer,
  ];
}
