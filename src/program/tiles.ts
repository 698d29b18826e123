import { CHANNEL_BLOCK } from '../../sim/isa/analog/geometry.js';
import { ANALOG_INFERENCES } from '../../sim/isa/analog/inferred.js';
import { analogLayout, lineOf } from '../../sim/isa/analog/layout.js';
import { coreLayout } from '../../sim/isa/layout.js';
import { coordinates } from '../base/tensor.js';
import type { Layer, Program, Range } from './types.js';

const holds = (r: Range, v: number): boolean => r.lo <= v && v < r.hi;

/**
 * Which tile of a layer makes element `index` (row-major) of its output: the first one whose ranges hold it; undefined for a
 * host kernel, which has no tiles.
 */
export function tileOfElement(layer: Layer, index: number): number | undefined {
  const at = coordinates(index, layer.output);
  const { columns, pitch } = coreLayout(layer.output);
  // The pieces of a sum are ranges of bytes in the core's layout, or of lines of pixels; the tiles of a dense layer are ranges of outputs.
  const pixels = analogLayout(layer.output);
  const piece =
    layer.pixels === true
      ? lineOf(index % pixels.pixels, Math.floor((at[1] ?? 0) / CHANNEL_BLOCK), pixels, ANALOG_INFERENCES)
      : Math.floor(index / columns) * pitch + (index % columns);
  const place =
    layer.operators[0] === 'add' ? { k: 0, y: 0, x: piece } : { k: at[1] ?? 0, y: at[2] ?? 0, x: at[3] ?? 0 };
  const found = layer.tiles.findIndex(
    ({ k, y, x }) => holds(k, place.k) && holds(y, place.y) && holds(x, place.x),
  );
  return found < 0 ? undefined : found;
}

/** "steps 12..31": the steps of one tile of a layer. */
export function stepsOfTile({ manifest }: Program, layer: number, tile: number): string {
  const own = manifest.steps.flatMap((s, i) =>
    s.kind !== 'host' && s.layer === layer && s.tile === tile ? [i] : [],
  );
  return `steps ${own[0]}..${own.at(-1)}`;
}
