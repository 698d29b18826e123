import { convCycles, copyCycles } from '../../../sim/isa/cycles.js';
import {
  ARRAY_CHANNELS,
  COPY_GRANULE_BYTES,
  copyBytes,
  LINE_BYTES,
  withCopySlack,
} from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { convBlockBytes } from '../../../sim/isa/weights.js';
import { ceilDiv } from '../../base/units.js';
import type { ConvLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import { type Strip, strips, wholeRow } from './columns.js';
import {
  type Contiguity,
  type ConvGeometry,
  convGeometry,
  inputContiguity,
  inputPlane,
  outputContiguity,
  outputPlane,
  outputRowBytes,
  type SpatialTile,
  spatialTiles,
  tileOperation,
  writtenPlanes,
} from './conv-geometry.js';
import { jobOverhead } from './job-overhead.js';
import { extent, pieces } from './ranges.js';
import type { Residency } from './residency.js';

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

/** Lengths in bytes of the copies that move `planes` planes of `rows` rows of `rowBytes`, and how many of them there are. */
export function copiesOf(
  planes: number,
  rows: number,
  rowBytes: number,
  contiguity: Contiguity,
): { readonly count: number; readonly bytes: number } {
  if (contiguity === 'tensor') return { count: 1, bytes: planes * rows * rowBytes };
  return contiguity === 'plane'
    ? { count: planes, bytes: rows * rowBytes }
    : { count: planes * rows, bytes: rowBytes };
}

function copyCost(c: { count: number; bytes: number }, hw: HardwareParameters): number {
  return c.count * copyCycles(copyBytes(c.bytes), hw.cycles);
}

/** Cycles of a whole tiling by the cycle model. */
function tilingCycles(
  g: ConvGeometry,
  spatial: readonly SpatialTile[],
  channelTiles: readonly Range[],
  residency: Residency,
  hw: HardwareParameters,
  fixedBytes: number,
): number {
  const { layer } = g;
  const blockBytes = convBlockBytes(
    layer.depthwise ? 1 : g.inputChannels,
    layer.kernelHeight,
    layer.kernelWidth,
  );
  // All channel tiles but the last have one size.
  const sizes = [...new Set(channelTiles.map(extent))].map((size) => ({
    size,
    range: channelTiles.find((r) => extent(r) === size)!,
    count: channelTiles.filter((r) => extent(r) === size).length,
  }));
  let total = 0;
  for (const t of spatial) {
    const input = (planes: number) =>
      residency.input
        ? 0
        : copyCost(copiesOf(planes, extent(t.input), t.strip.inputPitch, inputContiguity(g, t)), hw);
    if (!layer.depthwise) total += input(g.inputChannels);
    for (const { size, range, count } of sizes) {
      const op = { ...tileOperation(g, t, range), weights: 0, input: 0, output: 0 };
      const jobs = layer.depthwise ? size : 1;
      const weightBytes = layer.depthwise ? blockBytes : op.blocks * blockBytes;
      const one = jobOverhead(weightBytes, fixedBytes, hw) + convCycles(op, hw.cycles);
      const out = residency.outputInL2
        ? copyCost(copiesOf(size, extent(t.rows), outputRowBytes(g, t), outputContiguity(g, t)), hw)
        : 0;
      total += count * (hw.cycles.tileLoop + jobs * one + out + (layer.depthwise ? input(size) : 0));
    }
  }
  return total;
}

/** Heights of row tiles worth trying: one tile, or such that copies rounded to 32 bytes end on a tile's end. */
const rowChoices = (g: ConvGeometry): number[] => {
  const step = g.outputPitch % COPY_GRANULE_BYTES === 0 ? 1 : COPY_GRANULE_BYTES / LINE_BYTES;
  const heights = [g.outputRows];
  for (let rows = Math.floor((g.outputRows - 1) / step) * step; rows >= 1; rows -= step) heights.push(rows);
  return heights;
};

/** Strips run row by row: their rows need not end on 32 bytes together, so every height will do. */
const stripChoices = (g: ConvGeometry): (readonly Strip[])[] => {
  const choices: (readonly Strip[])[] = [[wholeRow(g.outputColumns, g.horizontal)]];
  for (let granules = Math.floor((g.outputColumns - 1) / COPY_GRANULE_BYTES); granules >= 1; granules--) {
    const cut = strips(g.outputColumns, g.horizontal, granules);
    if (cut.length > 0) choices.push(cut);
  }
  return choices;
};

/** One spatial cut with the most channels a tile that fit; null when not even one block of channels fits. */
function fillChannels(
  g: ConvGeometry,
  rows: readonly Range[],
  cut: readonly Strip[],
  residency: Residency,
  l1Bytes: number,
  hw: HardwareParameters,
): Omit<ConvTiling, 'cycles'> | null {
  const { layer } = g;
  const spatial = spatialTiles(g, { rows, strips: cut });
  const inPlane = Math.max(...spatial.map(inputPlane));
  const outPlane = Math.max(...spatial.map(outputPlane));
  const blockBytes = convBlockBytes(
    layer.depthwise ? 1 : g.inputChannels,
    layer.kernelHeight,
    layer.kernelWidth,
  );
  const unit = layer.depthwise ? 1 : ARRAY_CHANNELS;
  for (let units = ceilDiv(g.outputChannels, unit); units >= 1; units--) {
    const size = Math.min(g.outputChannels, units * unit);
    const weightBytes = layer.depthwise ? blockBytes : units * blockBytes;
    const inputBytes = residency.input
      ? 0
      : withCopySlack((layer.depthwise ? size : g.inputChannels) * inPlane);
    const outputBytes = residency.output ? 0 : withCopySlack(writtenPlanes(layer, size) * outPlane);
    if (weightBytes <= hw.chip.weightMemoryBytes && inputBytes + outputBytes <= l1Bytes)
      return {
        channels: pieces(g.outputChannels, size),
        rows,
        strips: cut,
        inputBytes,
        outputBytes,
        weightBytes,
      };
  }
  return null;
}

/**
 * The cheapest legal tiling by the cycle model. Every number of rows and every width of strips is tried, each with the most
 * channels a tile that fit: for one spatial cut, fewer channel tiles never cost more (the computing and the weights' bytes are the
 * same, tile loops, launches and copies are fewer). For the same reason a layer that fits whole is not cut. Among equals the
 * first one wins: fewer strips, then more rows. Null when nothing fits `l1Bytes` and the weight memory.
 * A resident operand must lie whole in L1, which leaves only channels to cut.
 */
export function tileConv(
  layer: ConvLayer,
  residency: Residency,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): ConvTiling | null {
  const g = convGeometry(layer);
  const onlyChannels = residency.input || residency.output;
  let best: ConvTiling | null = null;
  for (const cut of stripChoices(g)) {
    if (onlyChannels && cut.length > 1) continue;
    for (const height of rowChoices(g)) {
      if (onlyChannels && height !== g.outputRows) continue;
      const tiles = fillChannels(g, pieces(g.outputRows, height), cut, residency, l1Bytes, hw);
      if (tiles === null) continue;
      const cycles = tilingCycles(g, spatialTiles(g, tiles), tiles.channels, residency, hw, fixedBytes);
      if (best === null || cycles < best.cycles) best = { ...tiles, cycles };
      if (cut.length === 1 && tiles.rows.length === 1 && tiles.channels.length === 1) return best;
    }
  }
  return best;
}
