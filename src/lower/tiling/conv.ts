import { ceilDiv, roundUp } from '../../../base/units.js';
import type { Range } from '../../../program/types.js';
import { convCycles, copyCycles, loadCycles } from '../../../sim/isa/cycles.js';
import {
  ARRAY_CHANNELS,
  ARRAY_COLUMNS,
  COPY_GRANULE_BYTES,
  copyBytes,
  LINE_BYTES,
  withCopySlack,
} from '../../../sim/isa/geometry.js';
import type { ConvOperation } from '../../../sim/isa/operation.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { convBlockBytes } from '../../../sim/isa/weights.js';
import type { ConvLayer } from '../../passes/digital-layer.js';
import { type Strip, strips, wholeRow } from './columns.js';
import { extent, type InputPiece, inputOf, pieces, type Window } from './ranges.js';

/** Where a layer's operands stay: in L1 for good (whole, made or used by a neighbour), or in L2 and copied tile by tile. */
export interface Residency {
  readonly input: boolean;
  readonly output: boolean;
  /** Whether the output must (also) be in L2. */
  readonly outputInL2: boolean;
}

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

/** Sizes of a conv by name. */
export interface ConvGeometry {
  readonly layer: ConvLayer;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly outputRows: number;
  readonly outputColumns: number;
  readonly inputPitch: number;
  readonly outputPitch: number;
  readonly vertical: Window;
  readonly horizontal: Window;
}

export function convGeometry(layer: ConvLayer): ConvGeometry {
  const [, inputChannels, height, width] = layer.input as [number, number, number, number];
  const [, outputChannels, outputRows, outputColumns] = layer.output as [number, number, number, number];
  return {
    layer,
    inputChannels,
    outputChannels,
    outputRows,
    outputColumns,
    inputPitch: roundUp(width, LINE_BYTES),
    outputPitch: roundUp(outputColumns, LINE_BYTES),
    vertical: { kernel: layer.kernelHeight, stride: layer.stride, pad: layer.padTop, size: height },
    horizontal: { kernel: layer.kernelWidth, stride: layer.stride, pad: layer.padLeft, size: width },
  };
}

/** One spatial tile: output rows and the input rows that they need, in one strip. */
export interface SpatialTile {
  readonly rows: Range;
  readonly input: InputPiece;
  readonly strip: Strip;
}

/**
 * Spatial tiles in the order in which they run: from the right and from the bottom. A copy back to L2 is rounded up to 32 bytes
 * and may touch what lies behind it; in this order that is always something written later.
 */
export function spatialTiles(g: ConvGeometry, tiling: Pick<ConvTiling, 'rows' | 'strips'>): SpatialTile[] {
  return [...tiling.strips]
    .reverse()
    .flatMap((strip) =>
      [...tiling.rows].reverse().map((rows) => ({ rows, input: inputRows(g, rows), strip })),
    );
}

/** Input rows of a tile. One that makes all rows takes the whole input, also rows that a stride skips: planes stay together. */
function inputRows(g: ConvGeometry, rows: Range): InputPiece {
  const needed = inputOf(rows, g.vertical);
  return extent(rows) === g.outputRows ? { ...needed, lo: 0, hi: g.vertical.size } : needed;
}

/** The conv instruction of a tile, without its addresses. */
export function tileOperation(
  g: ConvGeometry,
  tile: SpatialTile,
  channels: Range,
): Omit<ConvOperation, 'weights' | 'input' | 'output'> {
  const { layer } = g;
  return {
    kind: 'conv',
    channels: layer.depthwise ? 1 : g.inputChannels,
    blocks: layer.depthwise ? 1 : ceilDiv(extent(channels), ARRAY_CHANNELS),
    pitch: tile.strip.inputPitch,
    rows: extent(tile.input),
    kernelWidth: layer.kernelWidth,
    kernelHeight: layer.kernelHeight,
    columnGroups: tile.strip.columnGroups,
    outputRows: extent(tile.rows),
    stride: layer.stride,
    padding: {
      horizontal: layer.padLeft,
      deadColumns: tile.strip.deadColumns,
      top: tile.input.zerosBefore,
      bottom: tile.input.zerosAfter,
    },
    shift: layer.shift,
    relu: layer.relu,
  };
}

/** Bytes of a plane of a tile in L1. */
export const inputPlane = (t: SpatialTile): number => extent(t.input) * t.strip.inputPitch;
export const outputPlane = (t: SpatialTile): number => extent(t.rows) * t.strip.columnGroups * ARRAY_COLUMNS;

/** Planes that the core writes for `channels` output channels: whole blocks; a depthwise job overshoots by 15. [hal] */
export const writtenPlanes = (layer: ConvLayer, channels: number): number =>
  layer.depthwise ? channels + ARRAY_CHANNELS - 1 : roundUp(channels, ARRAY_CHANNELS);

/** Lengths in bytes of the copies that move `planes` planes of `rows` rows of `rowBytes`, and how many of them there are. */
export function copiesOf(
  planes: number,
  rows: number,
  rowBytes: number,
  contiguity: 'tensor' | 'plane' | 'row',
): { readonly count: number; readonly bytes: number } {
  if (contiguity === 'tensor') return { count: 1, bytes: planes * rows * rowBytes };
  return contiguity === 'plane'
    ? { count: planes, bytes: rows * rowBytes }
    : { count: planes * rows, bytes: rowBytes };
}

/** How a tile's input lies in L2: all planes in one piece, plane by plane, or row by row. */
export function inputContiguity(g: ConvGeometry, t: SpatialTile): 'tensor' | 'plane' | 'row' {
  if (!t.strip.whole) return 'row';
  return extent(t.input) === g.vertical.size ? 'tensor' : 'plane';
}

export function outputContiguity(g: ConvGeometry, t: SpatialTile): 'tensor' | 'plane' | 'row' {
  if (!t.strip.whole) return 'row';
  return extent(t.rows) === g.outputRows ? 'tensor' : 'plane';
}

/** Bytes of an output row of the tile that go back to L2. */
export const outputRowBytes = (g: ConvGeometry, t: SpatialTile): number =>
  t.strip.whole ? g.outputPitch : extent(t.strip.out);

function copyCost(c: { count: number; bytes: number }, hw: HardwareParameters): number {
  return c.count * copyCycles(copyBytes(c.bytes), hw.cycles);
}

/** Cycles of a compute job beside its computing: launch, configuration, instructions and weights. */
export function jobOverhead(weightBytes: number, fixedBytes: number, hw: HardwareParameters): number {
  return hw.cycles.launch + loadCycles(fixedBytes, hw.cycles) + loadCycles(weightBytes, hw.cycles);
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
