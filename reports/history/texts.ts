import { ENERGY_ESTIMATED } from '../../src/results/energy.js';
import type { HistoryEntry } from '../../src/results/history.js';
import { escapeMarkdown, markdownTable } from '../markdown.js';
import { ESTIMATED } from '../metrics.js';
import { count, plural } from '../numbers.js';
import { cell, type Grid, renderGrid } from '../terminal/grid.js';
import { wrapText } from '../terminal/sections.js';
import { type Style, style } from '../terminal/style.js';
import {
  describeSeries,
  notable,
  type Point,
  type Series,
  seriesOf,
  shortCommit,
  strengthText,
} from './series.js';

export interface HistoryTableOptions {
  readonly columns?: number;
  readonly colour?: boolean;
}

/** The words below every rendering. */
export const HISTORY_NOTE = `cycles ${ESTIMATED}; energy ${ENERGY_ESTIMATED}`;

const BARS = '▁▂▃▄▅▆▇█';

/** A bar a commit, from the least to the most: "▁▁▅█"; all low where nothing moves. */
export function sparkline(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const level = (v: number): number =>
    most === least ? 0 : Math.round(((v - least) / (most - least)) * (BARS.length - 1));
  return values.map((v) => BARS[level(v)]).join('');
}

/** The figures of a commit, as every table shows them. */
export const FIGURES: readonly (readonly [string, (entry: HistoryEntry) => string])[] = [
  ['cycles', (e) => count(e.totalCycles)],
  ['uJ', (e) => e.microjoules.toFixed(2)],
  ['L2', (e) => count(e.memory.l2)],
  ['L1', (e) => count(e.memory.l1)],
  ['weights', (e) => count(e.memory.weightMemory)],
  ['strength', strengthText],
];

/** The first 8 digits of the checksums of all outputs. */
export const checksums = ({ outputs }: HistoryEntry): string =>
  Object.values(outputs)
    .map((sum) => sum.slice(0, 8))
    .join(' ');

/** What a commit moved, in one line, behind its subject. */
export function describePoint({ entry, moves }: Point): string {
  const what = moves.map(({ text }) => text).join('; ');
  return entry.subject === undefined ? what : what === '' ? entry.subject : `${entry.subject}: ${what}`;
}

const hasStrength = ({ points }: Series): boolean => points.some(({ entry }) => entry.strength !== undefined);

/** Figures that a series has; strength only where it was measured. */
export const figuresOf = (series: Series): typeof FIGURES =>
  FIGURES.filter(([name]) => name !== 'strength' || hasStrength(series));

function pointsGrid(series: Series): Grid {
  const figures = figuresOf(series);
  const drop: Readonly<Record<string, number>> = { L1: 3, weights: 4, L2: 2, uJ: 1 };
  return {
    columns: [
      { header: 'commit', align: 'left', shrinkTo: 10 },
      ...figures.map(([header]) => ({
        header,
        align: 'right' as const,
        ...(drop[header] === undefined ? {} : { dropOrder: drop[header] }),
      })),
      { header: 'outputs', align: 'left', shrinkTo: 8 },
    ],
    rows: notable(series).map((point) => [
      cell(shortCommit(point.entry)),
      ...figures.map(([, show]) => cell(show(point.entry))),
      cell(checksums(point.entry), point.moves.some(({ what }) => what === 'outputs') ? 'bad' : undefined),
    ]),
  };
}

/** What a commit moved, behind its name. */
function moveLines(point: Point, columns: number, s: Style): string[] {
  if (point.moves.length === 0) return [];
  const paint = point.moves.some(({ worse }) => worse) ? s.bad : s.good;
  return wrapText(`${shortCommit(point.entry)} ${describePoint(point)}`, columns, '  ', '    ').map(paint);
}

function seriesLines(series: Series, columns: number, s: Style): string[] {
  const cycles = series.points.map(({ entry }) => entry.totalCycles);
  const left = series.points.length - notable(series).length;
  return [
    ...wrapText(describeSeries(series), columns, '', '  ').map(s.bold),
    ...(cycles.length > 1 ? [`  ${sparkline(cycles.slice(-(columns - 2)))}`] : []),
    ...renderGrid(pointsGrid(series), columns, s),
    ...(left > 0 ? [s.dim(`${plural(left, 'commit')} between them moved nothing`)] : []),
    ...series.points.flatMap((point) => moveLines(point, columns, s)),
    '',
  ];
}

/**
 * A history for a terminal: a table a network, of the commits that moved something, and a bar a commit for its cycles.
 *
 * @example
 * console.log(renderHistoryTable(readHistory(text, 'diana-history.jsonl')));
 */
export function renderHistoryTable(
  history: readonly HistoryEntry[],
  options: HistoryTableOptions = {},
): string {
  const columns = options.columns ?? 100;
  const s = style(options.colour ?? false);
  const lines = seriesOf(history).flatMap((series) => seriesLines(series, columns, s));
  return `${[...lines, ...wrapText(HISTORY_NOTE, columns)].join('\n')}\n`;
}

/** Commits that a step's summary shows of each network: the latest. */
const MOST_ROWS = 10;

/** A history as GitHub-flavoured Markdown, short enough for a step's summary: the latest commits that moved something. */
export function renderHistoryMarkdown(history: readonly HistoryEntry[]): string {
  const section = (series: Series): string[] => {
    const figures = figuresOf(series);
    const rows = notable(series).slice(-MOST_ROWS);
    return [
      `#### ${escapeMarkdown(describeSeries(series))}`,
      '',
      ...markdownTable(
        [
          ['commit', 'left'],
          ...figures.map(([name]): [string, 'right'] => [name, 'right']),
          ['outputs', 'left'],
          ['what moved', 'left'],
        ],
        rows.map((point) => [
          `\`${shortCommit(point.entry)}\``,
          ...figures.map(([, show]) => show(point.entry)),
          checksums(point.entry),
          escapeMarkdown(describePoint(point)),
        ]),
      ),
      '',
    ];
  };
  return ['### diana-sim history', '', ...seriesOf(history).flatMap(section), `${HISTORY_NOTE}.`, ''].join(
    '\n',
  );
}

const quoted = (v: string | number): string =>
  typeof v === 'string' && /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : String(v);

/** A network and commit a row (RFC 4180, CRLF), figures in full. */
export function renderHistoryCsv(history: readonly HistoryEntry[]): string {
  const head =
    'commit,subject,model,target,seed,parameter_set,estimated_cycles,estimated_uj,useful_macs,l2_bytes,l1_bytes,weight_memory_bytes,faults_planted,faults_missed,outputs,moved';
  const rows = seriesOf(history).flatMap(({ points }) =>
    points.map(({ entry: e, moves }) => [
      e.commit,
      e.subject ?? '',
      e.model,
      e.target,
      e.seed,
      e.parameterSet,
      e.totalCycles,
      e.microjoules,
      e.usefulMacs,
      e.memory.l2,
      e.memory.l1,
      e.memory.weightMemory,
      e.strength?.planted ?? '',
      e.strength?.missed ?? '',
      Object.values(e.outputs).join(' '),
      moves.map(({ text }) => text).join('; '),
    ]),
  );
  return `${[head, ...rows.map((row) => row.map(quoted).join(','))].join('\r\n')}\r\n`;
}
