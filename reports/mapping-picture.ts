import type { MappedCore, MappedCost, Mapping } from '../src/results/mapping.js';
import { GREY, OKABE_ITO } from './charts/palette.js';
import { costText, costThere, mappingTitle } from './mapping.js';
import { cut } from './terminal/grid.js';
import { escapeXml } from './xml.js';

const WIDTH = 860;
const ROW = 22;
/** Room above the rows. */
const TOP = 46;
/** The middle: digital bars grow to its left, analog ones to its right; names stand at the picture's left edge. */
const NAMES = 120;
const MIDDLE = NAMES + (WIDTH - NAMES) / 2;
/** The longest bar; its text stands behind it. */
const LONGEST = 190;
const NAME_CHARACTERS = 18;
const COLOUR: Readonly<Record<MappedCore, string>> = {
  digital: OKABE_ITO.blue,
  analog: OKABE_ITO.orange,
};

/** A bar from the middle outwards: filled where the layer was put, an outline where it was not. */
function bar(core: MappedCore, cost: MappedCost, y: number, most: number, chosen: boolean): string {
  const length = most === 0 ? 0 : (LONGEST * cost.cycles) / most;
  const left = core === 'digital';
  const x = left ? MIDDLE - length : MIDDLE;
  const look = chosen
    ? `fill="${COLOUR[core]}"`
    : `fill="none" stroke="${COLOUR[core]}" stroke-dasharray="3 2"`;
  const text = left ? x - 5 : x + length + 5;
  return (
    `<rect x="${x.toFixed(1)}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 7}" ${look}/>` +
    `<text x="${text.toFixed(1)}" y="${y + 15}" text-anchor="${left ? 'end' : 'start'}"${chosen ? ' font-weight="bold"' : ''}>${costText(cost)}</text>`
  );
}

/** A picture of the split as an SVG of its own: a row a layer, digital to the left and analog to the right, with cycles and energy on each. */
export function drawMapping(model: string, m: Mapping): string {
  const both = (['digital', 'analog'] as const).map((core) => core);
  const costs = m.layers.flatMap((l) => both.map((core) => costThere(l, core)?.cycles ?? 0));
  const most = Math.max(0, ...costs, m.transforms.cycles);
  const rows = m.layers.map((l, i) => {
    const y = TOP + i * ROW;
    const bars = both.map((core) => {
      const cost = costThere(l, core);
      return cost === undefined ? '' : bar(core, cost, y, most, l.core === core);
    });
    return `<text x="4" y="${y + 15}">${escapeXml(cut(l.layer, NAME_CHARACTERS))}</text>${bars.join('')}`;
  });
  const below = TOP + m.layers.length * ROW;
  const length = most === 0 ? 0 : (LONGEST * m.transforms.cycles) / most;
  const transforms =
    `<text x="4" y="${below + 15}">layout transforms</text>` +
    `<rect x="${(MIDDLE - length / 2).toFixed(1)}" y="${below + 3}" width="${length.toFixed(1)}" height="${ROW - 7}" fill="${GREY}"/>` +
    `<text x="${(MIDDLE + length / 2 + 5).toFixed(1)}" y="${below + 15}">${costText(m.transforms)}</text>`;
  const height = below + 2 * ROW + 8;
  const title = `${model}: ${mappingTitle(m)}, ${costText(m.total)}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="sans-serif" font-size="11" fill="currentColor">` +
    `<text x="4" y="16" font-size="14" font-weight="bold">${escapeXml(title)}</text>` +
    `<text x="${MIDDLE - 5}" y="36" text-anchor="end">digital core</text><text x="${MIDDLE + 5}" y="36">analog core</text>` +
    `<line x1="${MIDDLE}" x2="${MIDDLE}" y1="${TOP - 6}" y2="${below}" stroke="${GREY}"/>` +
    `${rows.join('')}${transforms}` +
    `<text x="4" y="${below + ROW + 15}">Filled: where the layer is. Outlined: what it would cost on the other core. Estimated cycles and energy, not measured.</text></svg>`
  );
}
