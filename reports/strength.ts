import type { ModelResult } from '../src/results/document.js';
import { isStrongEnough, type LayerStrength, type Strength, shareNoticed } from '../src/results/strength.js';
import { count, percent, plural } from './numbers.js';

/** "97.0 %" */
export const strengthPercent = (s: Pick<Strength, 'noticed' | 'planted'>): string =>
  percent(s.noticed, s.planted);

/** "STRENGTH 97.0 %: 194 of 200 planted faults noticed, 49 of them refused by the simulator; asked for: 95 %". */
export function describeStrength(s: Strength): string {
  const verdict = isStrongEnough(s) ? 'STRENGTH' : 'TOO WEAK';
  const required = s.required === undefined ? '' : `; asked for: ${Number((100 * s.required).toFixed(2))} %`;
  const harmless = s.harmless === 0 ? '' : `; ${count(s.harmless)} more would change nothing that is read`;
  return (
    `${verdict} ${strengthPercent(s)}: ${count(s.noticed)} of ${plural(s.planted, 'planted fault')} noticed, ` +
    `${count(s.refused)} of them refused by the simulator (${plural(s.runs, 'run')}, seed ${s.seed})${harmless}${required}.`
  );
}

/** "2 of 5 faults \"bias byte 0\" unseen: such as bit 0 of ...: it moves a sum by at most 1, ...". */
export const describeUnseen = (layer: LayerStrength): string[] =>
  layer.unseen.map(
    ({ kind, count: n, of, why }) => `${layer.name}: ${n} of ${of} "${kind}" invisible: ${why}`,
  );

/** The layers that did not notice everything, weakest first. */
export const weakLayers = (s: Strength): readonly LayerStrength[] =>
  s.layers
    .filter(({ noticed, planted }) => noticed < planted)
    .sort((a, b) => shareNoticed(a) - shareNoticed(b) || a.id - b.id);

/** What became of the faults planted in one layer; undefined where there were none. */
export const layerStrengthOf = ({ strength }: ModelResult, id: number): LayerStrength | undefined =>
  strength?.layers.find((layer) => layer.id === id);
