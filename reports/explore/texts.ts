import { ENERGY_ESTIMATED } from '../../src/results/energy.js';
import type { Exploration, ExploredPoint } from '../../src/results/exploration.js';
import { ESTIMATED } from '../metrics.js';
import { count, plural } from '../numbers.js';
import { type Cell, cell, type Grid, renderGrid } from '../terminal/grid.js';
import { wrapText } from '../terminal/sections.js';
import { type Style, style } from '../terminal/style.js';
import { goalsOf, kneeOf, paretoFront, ranked } from './pareto.js';

export interface ExplorationTableOptions {
  readonly columns?: number;
  readonly colour?: boolean;
  /** Points in the table; 20 by default. */
  readonly top?: number;
}

/** "l1=65536, clock=100000000"; "as it is" where nothing varies. */
export const describeValues = (doc: Exploration, p: ExploredPoint): string =>
  doc.axes.map(({ name }, i) => `${name}=${p.values[i]}`).join(', ') || 'as it is';

const hasArrays = (doc: Exploration): boolean => doc.points.some((p) => p.lanes !== undefined);

/** What stands above every rendering: how many points, what their figures are. */
export function summaryLines(doc: Exploration): string[] {
  const failed = doc.points.filter((p) => p.error !== undefined);
  const mean = doc.models.length > 1 ? `, geometric means over ${doc.models.length} networks` : '';
  const part = doc.points.length < doc.total ? ` of ${count(doc.total)}` : '';
  return [
    `${doc.models.join(', ')} on "${doc.target}": ${count(doc.points.length)}${part} points over ${doc.base}${mean}`,
    `cycles ${ESTIMATED}; energy ${ENERGY_ESTIMATED}, the same at every clock`,
    ...(hasArrays(doc)
      ? [
          "arrays other than 16x16 take several of the instruction's blocks together; no power is published for them: the energy is as if 16x16 ran",
        ]
      : []),
    ...(failed.length === 0
      ? []
      : [
          `${plural(failed.length, 'point')} not possible, the first at ${describeValues(doc, failed[0]!)}: ${failed[0]!.error}`,
        ]),
  ];
}

function pointsGrid(doc: Exploration, top: number): Grid {
  const front = new Set(paretoFront(doc));
  const knee = kneeOf([...front]);
  const mark = (p: ExploredPoint): Cell =>
    p === knee ? cell('knee', 'good') : cell(front.has(p) ? 'front' : '');
  return {
    columns: [
      ...doc.axes.map(({ name }) => ({ header: name, align: 'right' as const })),
      { header: 'cycles', align: 'right' },
      { header: 'ms', align: 'right' },
      { header: 'uJ', align: 'right' },
      { header: 'L1 bytes', align: 'right', dropOrder: 1 },
      { header: 'Pareto', align: 'left' },
    ],
    rows: ranked(doc)
      .slice(0, top)
      .map((p) => [
        ...p.values.map((v) => cell(typeof v === 'number' ? valueText(v) : v)),
        cell(count(p.cycles)),
        cell(p.milliseconds.toFixed(3)),
        cell(p.microjoules.toFixed(2)),
        cell(count(p.l1Bytes)),
        mark(p),
      ]),
  };
}

/** Whole values with separators, others as they are. */
const valueText = (v: number): string => (Number.isInteger(v) ? count(v) : String(v));

/** The best points under the objective, the Pareto front over cycles, bytes of L1 and energy marked, its knee named. */
export function renderExplorationTable(doc: Exploration, options: ExplorationTableOptions = {}): string {
  const columns = options.columns ?? 100;
  const s: Style = style(options.colour ?? false);
  const knee = kneeOf(paretoFront(doc));
  const lines = [
    ...summaryLines(doc).flatMap((line) => wrapText(line, columns, '', '  ')),
    '',
    ...renderGrid(pointsGrid(doc, options.top ?? 20), columns, s),
    ...(knee === undefined
      ? []
      : [
          '',
          ...wrapText(
            `knee of the front of ${goalsOf(doc)}: ${describeValues(doc, knee)}`,
            columns,
            '',
            '  ',
          ),
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

const quoted = (v: string | number): string =>
  typeof v === 'string' && /[",\r\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : String(v);

/** A point a row in order of their numbers (RFC 4180, CRLF): its values, means, each network's cycles, whether it is on the front. */
export function renderExplorationCsv(doc: Exploration): string {
  const front = new Set(paretoFront(doc));
  const knee = kneeOf([...front]);
  const arrays = hasArrays(doc);
  const head = [
    'point',
    ...doc.axes.map(({ parameter }) => parameter),
    'estimated_cycles',
    'estimated_ms',
    'estimated_uj',
    'l1_bytes',
    ...(arrays ? ['lanes'] : []),
    ...doc.models.map((m) => `cycles_${m}`),
    'pareto',
    'error',
  ];
  const rows = doc.points.map((p) => [
    p.index,
    ...p.values,
    ...(p.error === undefined ? [p.cycles, p.milliseconds, p.microjoules] : ['', '', '']),
    p.l1Bytes,
    ...(arrays ? [p.lanes ?? ''] : []),
    ...doc.models.map((_, i) => p.models[i]?.cycles ?? ''),
    p === knee ? 'knee' : front.has(p) ? 'front' : '',
    p.error ?? '',
  ]);
  return `${[head, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
}
