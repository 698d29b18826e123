import {
  changedLayers,
  costOn,
  type MappedCore,
  type MappedCost,
  type MappedLayer,
  type Mapping,
  PRECISION_IS_YOURS,
} from '../src/results/mapping.js';
import { ESTIMATED } from './metrics.js';
import { count, plural } from './numbers.js';

/** "12,345 cycles, 1.20 uJ". */
export const costText = (c: MappedCost): string =>
  `${count(c.cycles)} cycles, ${c.microjoules.toFixed(2)} uJ`;

/** What a layer costs on a core: where it was put as it came out there, else where everything is on that core. */
export const costThere = (l: MappedLayer, core: MappedCore): MappedCost | undefined =>
  l.core === core ? l.cost : l[core];

/** What became of a layer's values, or why it had to stay; nothing for one that stayed where it was. */
export function remarkOf(l: MappedLayer): string {
  if (l.values === 'same') return `moved from the ${l.written} core, the same values`;
  if (l.values === 'differ') return `moved from the ${l.written} core, values differ`;
  return l.fixed === undefined ? '' : `${l.written} only: ${l.fixed}`;
}

/** Rows below the layers: what the layers on each core take together, and everything else. */
export function sumRows(m: Mapping): readonly (readonly [name: string, cost: MappedCost])[] {
  const { transforms } = m;
  const between = transforms.betweenCores === 0 ? '' : `, ${transforms.betweenCores} between the cores`;
  const on = (core: MappedCore): number => m.layers.filter((l) => l.core === core).length;
  return [
    [`${plural(on('digital'), 'layer')} on the digital core`, costOn(m, 'digital')],
    [`${plural(on('analog'), 'layer')} on the analog core`, costOn(m, 'analog')],
    [`${plural(transforms.count, 'layout transform')} on the host${between}`, transforms],
    ['sums and other operators', m.rest],
    ['whole network', m.total],
  ];
}

/** "as written: 318,904 cycles, 20.07 uJ", and so for all digital and all analog. */
export function beside(m: Mapping): string[] {
  const rows: readonly (readonly [string, MappedCost | undefined])[] = [
    ['as written', m.asWritten],
    ['all digital that can be', m.allDigital],
    ['all analog that can be', m.allAnalog],
  ];
  return rows.map(([name, cost]) => `${name}: ${cost === undefined ? 'does not fit L2' : costText(cost)}`);
}

/** "--map fastest: 2 of 10 layers on the analog core, 177,079 cycles, 12.86 uJ; values of 5 layers differ: yours to judge". */
export function describeMapping(m: Mapping): string {
  const analog = m.layers.filter((l) => l.core === 'analog').length;
  const changed = changedLayers(m).length;
  const judge =
    changed === 0
      ? ''
      : `; values of ${plural(changed, 'layer')} differ from the network as written: whether it is still precise enough is yours to judge`;
  return `--map ${m.asked}: ${analog} of ${plural(m.layers.length, 'layer')} on the analog core, ${costText(m.total)}${judge}`;
}

/** The head of every picture and table of a mapping. */
export const mappingTitle = (m: Mapping): string => `Mapping: ${m.asked}`;

/** How the mapping was found, and what it does to the values: a sentence each. */
export function mappingSentences(m: Mapping): string[] {
  const changed = changedLayers(m);
  const values =
    changed.length === 0
      ? 'every value is that of the network as written'
      : `values of ${plural(changed.length, 'layer')} differ from the network as written (the reference computes the mapped one)`;
  const analog = m.layers.some((l) => l.core === 'analog');
  return [
    `Found by: ${m.search}.`,
    `Values: ${values}.`,
    ...(analog || changed.length > 0 ? [`${PRECISION_IS_YOURS}.`] : []),
    `Cycles and energy are ${ESTIMATED}.`,
  ];
}
