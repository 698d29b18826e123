import type { ExploredPoint } from '../../src/results/exploration.js';
import { OKABE_ITO } from '../charts/palette.js';
import { compact, count } from '../numbers.js';
import { escapeXml } from '../xml.js';

const [WIDTH, HEIGHT] = [620, 380];
const FRAME = { left: 76, right: 16, top: 14, bottom: 46 } as const;
/** Ticks of an axis, about. */
const TICKS = 5;

/** What stands upwards; cycles go to the right. */
export interface Upwards {
  readonly label: string;
  readonly of: (p: ExploredPoint) => number;
  readonly show: (n: number) => string;
}

export interface Dots {
  readonly front: ReadonlySet<ExploredPoint>;
  readonly knee: ExploredPoint | undefined;
  readonly describe: (p: ExploredPoint) => string;
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Round values, a 1, 2 or 5 of a power of ten apart, from `low` to `high`. */
function roundTicks(low: number, high: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / TICKS));
  const step = power * [1, 2, 5, 10].find((n) => n * power >= (high - low) / TICKS)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** From `from` to `to` pixels, with some room at both ends. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = most === least ? Math.max(1, most * 0.05) : (most - least) * 0.06;
  const [low, high] = [least - room, most + room];
  return {
    at: (v) => from + ((v - low) / (high - low)) * (to - from),
    ticks: roundTicks(low, high),
  };
}

/** Points as an SVG of their own, each a link to "#pINDEX"; nothing where there are none. */
export function drawScatter(points: readonly ExploredPoint[], dots: Dots, up: Upwards): string {
  if (points.length === 0) return '';
  const x = scaleOf(
    points.map((p) => p.cycles),
    FRAME.left,
    WIDTH - FRAME.right,
  );
  const y = scaleOf(points.map(up.of), HEIGHT - FRAME.bottom, FRAME.top);
  const bottom = HEIGHT - FRAME.bottom;
  const px = (n: number): string => n.toFixed(1);
  const grid = [
    ...x.ticks.map(
      (v) =>
        `<line x1="${px(x.at(v))}" x2="${px(x.at(v))}" y1="${FRAME.top}" y2="${bottom}" stroke="#d9d9d9"/>` +
        `<text x="${px(x.at(v))}" y="${bottom + 16}" text-anchor="middle">${compact(v)}</text>`,
    ),
    ...y.ticks.map(
      (v) =>
        `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${px(y.at(v))}" y2="${px(y.at(v))}" stroke="#d9d9d9"/>` +
        `<text x="${FRAME.left - 6}" y="${px(y.at(v) + 4)}" text-anchor="end">${up.show(v)}</text>`,
    ),
  ];
  // The front's dots lie over the others, the knee's over all.
  const rank = (p: ExploredPoint): number => (p === dots.knee ? 2 : dots.front.has(p) ? 1 : 0);
  const marks = [...points]
    .sort((a, b) => rank(a) - rank(b) || a.index - b.index)
    .map((p) => {
      const text = escapeXml(
        `${dots.describe(p)}: ${count(p.cycles)} cycles, ${up.show(up.of(p))} ${up.label}`,
      );
      const look = [
        `r="3.5" fill="none" stroke="${OKABE_ITO.blue}"`,
        `r="4.5" fill="${OKABE_ITO.blue}"`,
        `r="7" fill="${OKABE_ITO.vermilion}"`,
      ][rank(p)];
      return `<a href="#p${p.index}"><circle cx="${px(x.at(p.cycles))}" cy="${px(y.at(up.of(p)))}" ${look}><title>${text}</title></circle></a>`;
    });
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="cycles against ${escapeXml(up.label)}" font-size="11">` +
    `${grid.join('')}<text x="${(FRAME.left + WIDTH) / 2}" y="${HEIGHT - 8}" text-anchor="middle">estimated cycles</text>` +
    `<text transform="translate(14 ${bottom / 2}) rotate(-90)" text-anchor="middle">${escapeXml(up.label)}</text>${marks.join('')}</svg>`
  );
}
