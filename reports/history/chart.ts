import { OKABE_ITO } from '../charts/palette.js';
import { compact } from '../numbers.js';
import { escapeXml } from '../xml.js';
import { type Point, type Series, shortCommit, strengthOf } from './series.js';
import { describePoint } from './texts.js';

const WIDTH = 860;
const [LEFT, RIGHT, PANEL, GAP, TOP, BOTTOM] = [76, 150, 96, 26, 20, 78] as const;

/** A line of a panel: a value a commit, a gap where there is none. */
interface Line {
  readonly name: string;
  readonly colour: string;
  readonly of: (point: Point) => number | undefined;
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly show: (n: number) => string;
}

const PANELS: readonly Panel[] = [
  {
    title: 'estimated cycles',
    show: compact,
    lines: [{ name: 'cycles', colour: OKABE_ITO.blue, of: ({ entry }) => entry.totalCycles }],
  },
  {
    title: 'microjoules (estimate)',
    show: (n) => n.toFixed(2),
    lines: [{ name: 'energy', colour: OKABE_ITO.vermilion, of: ({ entry }) => entry.microjoules }],
  },
  {
    title: 'peak bytes',
    show: compact,
    lines: [
      { name: 'L2', colour: OKABE_ITO.blue, of: ({ entry }) => entry.memory.l2 },
      { name: 'L1', colour: OKABE_ITO.green, of: ({ entry }) => entry.memory.l1 },
      { name: 'weight memory', colour: OKABE_ITO.orange, of: ({ entry }) => entry.memory.weightMemory },
    ],
  },
  {
    title: 'faults noticed',
    show: (n) => `${(100 * n).toFixed(1)} %`,
    lines: [{ name: 'strength', colour: OKABE_ITO.purple, of: ({ entry }) => strengthOf(entry) }],
  },
];

const px = (n: number): string => n.toFixed(1);

/** Some room above and below, so that a line that never moves runs in the middle. */
function scale(values: readonly number[], top: number): (v: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = most === least ? Math.max(1e-6, Math.abs(most) * 0.05) : (most - least) * 0.1;
  return (v) => top + PANEL - ((v - least + room) / (most - least + 2 * room)) * PANEL;
}

function drawPanel(panel: Panel, points: readonly Point[], top: number, x: (i: number) => number): string {
  const values = panel.lines.flatMap((line) =>
    points.map(line.of).filter((v): v is number => v !== undefined),
  );
  if (values.length === 0) return '';
  const y = scale(values, top);
  const ends = [...new Set([Math.min(...values), Math.max(...values)])];
  const axis = [
    `<text x="${LEFT}" y="${top - 6}" font-weight="bold">${escapeXml(panel.title)}</text>`,
    ...ends.map(
      (v) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(v))}" y2="${px(y(v))}" stroke="#d9d9d9"/>` +
        `<text x="${LEFT - 6}" y="${px(y(v) + 4)}" text-anchor="end">${panel.show(v)}</text>`,
    ),
  ];
  const last = points.length - 1;
  // Names stand behind the lines' ends, apart where the lines end close to each other.
  const names = panel.lines
    .flatMap((line) => {
      const v = points.map(line.of).findLast((w) => w !== undefined);
      return v === undefined ? [] : [{ line, at: y(v) }];
    })
    .sort((a, b) => a.at - b.at);
  for (const [i, name] of names.entries()) if (i > 0) name.at = Math.max(name.at, names[i - 1]!.at + 13);
  const lines = panel.lines.map((line) => {
    const dots = points.flatMap((point, i) => {
      const v = line.of(point);
      return v === undefined ? [] : [{ at: `${px(x(i))},${px(y(v))}`, point, i, v }];
    });
    const marks = dots.map(({ at, point, v, i }) => {
      const [cx, cy] = at.split(',');
      const moved = point.moves.length > 0;
      const text = `${shortCommit(point.entry)}: ${panel.show(v)}${moved ? `; ${describePoint(point)}` : ''}`;
      const shown = moved || i === 0 || i === last;
      return `<circle cx="${cx}" cy="${cy}" r="${shown ? 4 : 2}" fill="${line.colour}"><title>${escapeXml(text)}</title></circle>`;
    });
    return `<polyline fill="none" stroke="${line.colour}" stroke-width="1.6" points="${dots.map(({ at }) => at).join(' ')}"/>${marks.join('')}`;
  });
  const labels = names.map(
    ({ line, at }) =>
      `<text x="${WIDTH - RIGHT + 10}" y="${px(at + 4)}" fill="${line.colour}">${escapeXml(line.name)}</text>`,
  );
  return [...axis, ...lines, ...labels].join('');
}

/** Commits that are named below the chart, so many that their names do not touch. */
const MOST_NAMES = 40;

/**
 * A network over its commits as an SVG of its own: panels of cycles, energy, memories and strength over one row of commits; a dashed line
 * where the outputs changed; the commits that moved something by name.
 */
export function drawSeries(series: Series): string {
  const { points } = series;
  const panels = PANELS.filter((p) => p.lines.some((line) => points.some((q) => line.of(q) !== undefined)));
  const bottom = TOP + panels.length * (PANEL + GAP) - GAP;
  const height = bottom + BOTTOM;
  const step = points.length === 1 ? 0 : (WIDTH - LEFT - RIGHT - 16) / (points.length - 1);
  const x = (i: number): number => LEFT + 8 + i * step;
  const changed = points.flatMap((point, i) => {
    const outputs = point.moves.some(({ what }) => what === 'outputs');
    return outputs
      ? `<line x1="${px(x(i))}" x2="${px(x(i))}" y1="${TOP}" y2="${bottom}" stroke="${OKABE_ITO.vermilion}" stroke-dasharray="4 3"><title>outputs changed at ${escapeXml(shortCommit(point.entry))}</title></line>`
      : [];
  });
  const named = points
    .map((point, i) => ({ point, i }))
    .filter(({ point, i }) => point.moves.length > 0 || i === 0 || i === points.length - 1)
    .slice(-MOST_NAMES);
  const names = named.map(
    ({ point, i }) =>
      `<text transform="translate(${px(x(i) + 3)} ${bottom + 12}) rotate(-60)" text-anchor="end">${escapeXml(shortCommit(point.entry))}</text>`,
  );
  const label = `${series.model} over ${points.length} commits`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(label)}" font-size="11">${changed.join('')}${panels
    .map((panel, i) => drawPanel(panel, points, TOP + i * (PANEL + GAP), x))
    .join('')}${names.join('')}</svg>`;
}
