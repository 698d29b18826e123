import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { ConvOperation } from '../../../sim/isa/operation.js';
import { ceilDiv, roundUp } from '../../base/units.js';
import type { ConvLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import type { Strip } from './columns.js';
import { extent, type InputPiece, inputOf, type Window } from './ranges.js';

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
export function spatialTiles(
  g: ConvGeometry,
  tiling: { readonly rows: readonly Range[]; readonly strips: readonly Strip[] },
): SpatialTile[] {
  return [...tiling.strips]
    .reverse()
    .flatMap((strip) =>
      [...tiling.rows].reverse().map((rows) => ({ rows, input: inputRows(g, rows), strip })),
    );
}

/** Input rows of a tile. One that makes all rows takes the whole input, also rows that a stride skips: planes stay together. */
export function inputRows(g: ConvGeometry, rows: Range): InputPiece {
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

/** How a tile lies in L2: all planes in one piece, plane by plane, or row by row. */
export type Contiguity = 'tensor' | 'plane' | 'row';

/** How a tile's input lies in L2. */
export function inputContiguity(g: ConvGeometry, t: SpatialTile): Contiguity {
  if (!t.strip.whole) return 'row';
  return extent(t.input) === g.vertical.size ? 'tensor' : 'plane';
}

export function outputContiguity(g: ConvGeometry, t: SpatialTile): Contiguity {
  if (!t.strip.whole) return 'row';
  return extent(t.rows) === g.outputRows ? 'tensor' : 'plane';
}

/** Bytes of an output row of the tile that go back to L2. */
export const outputRowBytes = (g: ConvGeometry, t: SpatialTile): number =>
  t.strip.whole ? g.outputPitch : extent(t.strip.out);
