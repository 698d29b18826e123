import type { ModelResult } from '../../src/results/document.js';
import { isStrongEnough } from '../../src/results/strength.js';
import { count } from '../numbers.js';
import { describeStrength, describeUnseen, strengthPercent, weakLayers } from '../strength.js';
import { cell, type Grid, renderGrid } from './grid.js';
import { bar, wrapText } from './sections.js';
import type { Style } from './style.js';

/** Reasons that a layer's part shows at most; the files have all. */
const SHOWN = 3;

/** What planted faults say about the test, and what it misses; nothing without `--strength`. */
export function strengthLines({ strength }: ModelResult, columns: number, style: Style): string[] {
  if (strength === undefined) return [];
  const weak = weakLayers(strength);
  const grid: Grid = {
    columns: [
      { header: 'layers that miss faults', align: 'left' },
      { header: 'planted', align: 'right' },
      { header: 'noticed', align: 'right' },
      { header: 'refused', align: 'right', dropOrder: 2 },
      { header: 'share', align: 'right' },
      { header: '', align: 'left', dropOrder: 1 },
    ],
    rows: weak.map((layer) => [
      cell(layer.name),
      cell(count(layer.planted)),
      cell(count(layer.noticed)),
      cell(count(layer.refused)),
      cell(strengthPercent(layer)),
      cell(bar(layer.noticed, layer.planted)),
    ]),
  };
  const why = weak.flatMap((layer) => {
    const all = describeUnseen(layer);
    const more = all.length - SHOWN;
    const rest = more > 0 ? [`${layer.name}: ${more} more kinds, in the files`] : [];
    return [...all.slice(0, SHOWN), ...rest].flatMap((text) => wrapText(text, columns, '  ', '    '));
  });
  const paint = isStrongEnough(strength) ? style.good : style.bad;
  return [
    ...(weak.length === 0 ? [] : renderGrid(grid, columns, style)),
    ...why,
    ...wrapText(describeStrength(strength), columns).map((line) => paint(line)),
  ];
}
