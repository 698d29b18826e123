import { ARRAY_CHANNELS, COPY_GRANULE_BYTES, LINE_BYTES, withCopySlack } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { ceilDiv } from '../../base/units.js';
import type { ConvLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import { type AlikeTiles, alikeTiles, rowKinds, stripKinds } from './alike-tiles.js';
import { type Strip, strips, wholeRow } from './columns.js';
import { ConvCost } from './conv-cost.js';
import { type ConvGeometry, convGeometry, inputPlane, outputPlane, writtenPlanes } from './conv-geometry.js';
import { pieces } from './ranges.js';
import type { Residency } from './residency.js';
import type { SearchWork } from './search-work.js';

/** A way to cut a conv into tiles: spatial tiles outside, channels inside, so that an input tile is copied in once. */
export interface ConvTiling {
  /** Output channels of each tile, ascending; for a depthwise conv also the input channels. */
  readonly channels: readonly Range[];
  readonly rows: readonly Range[];
  /** Left to right; they run from right to left (columns.ts), rows from the bottom to the top (`spatialTiles`). */
  readonly strips: readonly Strip[];
  /** Bytes of L1 for the largest input and output tile, with the slack of copies; 0 where the operand is resident. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly weightBytes: number;
  readonly cycles: number;
}

/** Heights of row tiles worth trying: one tile, or such that copies rounded to 32 bytes end on a tile's end. */
function* rowChoices(g: ConvGeometry): Generator<number> {
  const step = g.outputPitch % COPY_GRANULE_BYTES === 0 ? 1 : COPY_GRANULE_BYTES / LINE_BYTES;
  yield g.outputRows;
  for (let rows = Math.floor((g.outputRows - 1) / step) * step; rows >= 1; rows -= step) yield rows;
}

/** Strips run row by row: their rows need not end on 32 bytes together, so every height will do. */
function* stripChoices(g: ConvGeometry): Generator<readonly Strip[]> {
  yield [wholeRow(g.outputColumns, g.horizontal)];
  for (let granules = Math.floor((g.outputColumns - 1) / COPY_GRANULE_BYTES); granules >= 1; granules--) {
    const cut = strips(g.outputColumns, g.horizontal, granules);
    if (cut.length > 0) yield cut;
  }
}

/** The most channels a tile that fit a spatial cut, with the room they take; null when not even one block of channels fits. */
function fillChannels(
  g: ConvGeometry,
  spatial: readonly AlikeTiles[],
  residency: Residency,
  blockBytes: number,
  { l1Bytes, weightMemoryBytes }: { readonly l1Bytes: number; readonly weightMemoryBytes: number },
): (Omit<ConvTiling, 'cycles' | 'channels' | 'rows' | 'strips'> & { readonly size: number }) | null {
  const { layer } = g;
  const inPlane = Math.max(...spatial.map((t) => inputPlane(t.tile)));
  const outPlane = Math.max(...spatial.map((t) => outputPlane(t.tile)));
  const unit = layer.depthwise ? 1 : ARRAY_CHANNELS;
  const room = (units: number) => {
    const size = Math.min(g.outputChannels, units * unit);
    const weightBytes = layer.depthwise ? blockBytes : units * blockBytes;
    const inputBytes = residency.input
      ? 0
      : withCopySlack((layer.depthwise ? size : g.inputChannels) * inPlane);
    const outputBytes = residency.output ? 0 : withCopySlack(writtenPlanes(layer, size) * outPlane);
    const fits = weightBytes <= weightMemoryBytes && inputBytes + outputBytes <= l1Bytes;
    return { size, inputBytes, outputBytes, weightBytes, fits };
  };
  // What fits with some channels fits with fewer.
  let [fitting, failing] = [0, ceilDiv(g.outputChannels, unit) + 1];
  while (failing - fitting > 1) {
    // All of them first: most layers fit.
    const units =
      fitting === 0 && failing > ceilDiv(g.outputChannels, unit) ? failing - 1 : (fitting + failing) >> 1;
    if (room(units).fits) fitting = units;
    else failing = units;
  }
  if (fitting === 0) return null;
  const { fits: _, ...taken } = room(fitting);
  return taken;
}

/**
 * The cheapest legal tiling by the cycle model. Every number of rows and every width of strips counts, each with the most
 * channels a tile that fit: for one spatial cut, fewer channel tiles never cost more (the computing and the weights' bytes are the
 * same, tile loops, launches and copies are fewer). For the same reason a layer that fits whole is not cut. Among equals the
 * first one wins: fewer strips, then more rows. What cannot be cheaper than the best so far (`ConvCost.atLeast`) is not looked at.
 * Null when nothing fits `l1Bytes` and the weight memory.
 * A resident operand must lie whole in L1, which leaves only channels to cut.
 */
export function tileConv(
  layer: ConvLayer,
  residency: Residency,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
  work?: SearchWork,
): ConvTiling | null {
  const g = convGeometry(layer);
  const cost = new ConvCost(g, residency, hw, fixedBytes);
  const memories = { l1Bytes, weightMemoryBytes: hw.chip.weightMemoryBytes };
  const onlyChannels = residency.input || residency.output;
  const heights = new Map<number, ReturnType<typeof rowKinds>>();
  let best: ConvTiling | null = null;
  for (const cut of stripChoices(g)) {
    if (onlyChannels && cut.length > 1) break;
    const columns = stripKinds(cut);
    for (const height of rowChoices(g)) {
      if (onlyChannels && height !== g.outputRows) break;
      // Lower tiles are more tiles: none of them can be cheaper either.
      if (best !== null && cost.atLeast(ceilDiv(g.outputRows, height), cut) >= best.cycles) break;
      if (work !== undefined) work.tilings++;
      const rows = heights.get(height) ?? rowKinds(g, height);
      heights.set(height, rows);
      const spatial = alikeTiles(rows, columns);
      const taken = fillChannels(g, spatial, residency, cost.blockBytes, memories);
      if (taken === null) continue;
      const { size, ...bytes } = taken;
      const channels = pieces(g.outputChannels, size);
      const cycles = cost.cycles(spatial, channels);
      if (best === null || cycles < best.cycles)
        best = { channels, rows: pieces(g.outputRows, height), strips: cut, ...bytes, cycles };
      if (cut.length === 1 && height === g.outputRows && channels.length === 1) return best;
    }
  }
  return best;
}
