import type { LayerResult, RunResult, TileExtent } from '../../src/results/run.js';
import { layerLabel, operatorLabel, shapeLabel } from '../metrics.js';
import { count, plural } from '../numbers.js';
import { type Html, html } from './tags.js';

/** More tiles than this are summed up, not listed: a page must stay readable. */
const LISTED = 200;

const range = ({ lo, hi }: { lo: number; hi: number }): string => `${lo}..${hi - 1}`;

const cyclesOfTile = (run: RunResult, layer: LayerResult, tile: number): number =>
  run.timeline
    .filter((slice) => slice.layer === layer.id && slice.tile === tile)
    .reduce((sum, slice) => sum + slice.cycles, 0);

const sizes = (tiling: readonly TileExtent[]): string => {
  const shape = ({ k, y, x }: TileExtent): string => `${k.hi - k.lo}x${y.hi - y.lo}x${x.hi - x.lo}`;
  return [...new Set(tiling.map(shape))].slice(0, 4).join(', ');
};

function details(run: RunResult, layer: LayerResult, tiling: readonly TileExtent[]): Html {
  const rows = tiling.slice(0, LISTED).map(
    (tile, i) =>
      html`<tr><td class="number">${i}</td><td>${range(tile.k)}</td><td>${range(tile.y)}</td><td>${range(tile.x)}</td><td class="number">${count(cyclesOfTile(run, layer, i))}</td></tr>
`,
  );
  const more = tiling.length > LISTED ? html`<p class="faint">The first ${LISTED} are listed.</p>` : '';
  return html`<details><summary><b>${layerLabel(layer)}</b> (${operatorLabel(layer)}): output ${shapeLabel(layer.output)} in ${plural(tiling.length, 'tile')} of ${sizes(tiling)}</summary>
<div class="scroll" tabindex="0"><table><thead><tr><th class="number">tile</th><th>channels</th><th>rows</th><th>columns</th><th class="number">cycles</th></tr></thead>
<tbody>${rows}</tbody></table></div>${more}</details>
`;
}

/** How each layer's output is cut into tiles (channels x rows x columns), and what each tile costs. */
export function tilingSection(run: RunResult): Html {
  const layers = run.layers.filter((layer) => (layer.tiling?.length ?? 0) > 0);
  if (layers.length === 0) return html`<p class="faint">The run recorded no tiling.</p>`;
  return html`${layers.map((layer) => details(run, layer, layer.tiling ?? []))}`;
}
