import type { MappedCore, MappedLayer, Mapping } from '../../src/results/mapping.js';
import { beside, costThere, mappingSentences, mappingTitle, remarkOf, sumRows } from '../mapping.js';
import { count } from '../numbers.js';
import { type Cell, cell, type Grid, renderGrid } from './grid.js';
import { wrapText } from './sections.js';
import type { Style } from './style.js';

function costCells(l: MappedLayer, core: MappedCore): Cell[] {
  const cost = costThere(l, core);
  if (cost === undefined) return [cell('-', 'dim'), cell('', 'dim')];
  const paint = l.core === core ? 'bold' : 'dim';
  return [cell(count(cost.cycles), paint), cell(cost.microjoules.toFixed(3), paint)];
}

/** Where each layer was put: a row a layer with its cost on either core, sums below; nothing where nothing was mapped. */
export function mappingLines(mapping: Mapping | undefined, columns: number, s: Style): string[] {
  if (mapping === undefined) return [];
  const grid: Grid = {
    columns: [
      { header: mappingTitle(mapping), align: 'left', shrinkTo: 12 },
      { header: 'on', align: 'left' },
      { header: 'digital\ncycles', align: 'right' },
      { header: '\nuJ', align: 'right', dropOrder: 2 },
      { header: 'analog\ncycles', align: 'right' },
      { header: '\nuJ', align: 'right', dropOrder: 2 },
      { header: '', align: 'left', shrinkTo: 10, dropOrder: 1 },
    ],
    rows: mapping.layers.map((l) => [
      cell(l.layer),
      cell(l.core, l.core === 'analog' ? 'notice' : undefined),
      ...costCells(l, 'digital'),
      ...costCells(l, 'analog'),
      cell(remarkOf(l), l.values === 'differ' ? 'notice' : 'dim'),
    ]),
  };
  const sums: Grid = {
    columns: [
      { header: 'together', align: 'left' },
      { header: 'cycles', align: 'right' },
      { header: 'uJ', align: 'right' },
    ],
    rows: sumRows(mapping).map(([name, cost]) => [
      cell(name),
      cell(count(cost.cycles)),
      cell(cost.microjoules.toFixed(3)),
    ]),
  };
  return [
    ...renderGrid(grid, columns, s),
    ...renderGrid(sums, columns, s),
    ...beside(mapping).flatMap((text) => wrapText(text, columns, '  ', '    ')),
    ...mappingSentences(mapping).flatMap((text) => wrapText(text, columns, '', '  ')),
  ];
}
