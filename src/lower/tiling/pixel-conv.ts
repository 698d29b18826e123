import { BANKS, banksInUse, CHANNEL_BLOCK, linesOfPixel } from '../../../sim/isa/analog/geometry.js';
import { convCycles, copyCycles } from '../../../sim/isa/cycles.js';
import {
  ARRAY_CHANNELS,
  ARRAY_COLUMNS,
  copyBytes,
  LINE_BYTES,
  withCopySlack,
} from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { convBlockBytes } from '../../../sim/isa/weights.js';
import { ceilDiv, roundUp } from '../../base/units.js';
import type { ConvLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import { wholeRow } from './columns.js';
import { copiesOf } from './conv-cost.js';
import {
  type ConvGeometry,
  convGeometry,
  inputContiguity,
  inputPlane,
  inputRows,
  type SpatialTile,
  tileOperation,
} from './conv-geometry.js';
import { jobOverhead } from './job-overhead.js';
import { type LineRun, tileRuns } from './line-runs.js';
import { extent, pieces } from './ranges.js';

/**
 * A conv of the digital core that writes pixels of channels (write_l2_l1 = 1), in tiles of rows (outside) and output channels, whole rows each.
 * It has L1 for itself: the output begins with each bank, the input lies behind the output in the last bank that holds any.
 */
export interface PixelConvTiling {
  readonly kind: 'pixel-conv';
  readonly channels: readonly Range[];
  readonly rows: readonly Range[];
  /** Byte of L1 where a tile's input begins. */
  readonly input: number;
  readonly inputBytes: number;
  readonly outputBytes: 0;
  readonly weightBytes: number;
  readonly cycles: number;
}

/** One job of such a conv: all but the copies in, which serve all channels of the rows. */
export interface PixelConvTile {
  readonly channels: Range;
  readonly output: readonly LineRun[];
}

/** Rows with the tiles of channels that they are computed in. */
export interface PixelConvRows {
  readonly spatial: SpatialTile;
  readonly tiles: readonly PixelConvTile[];
}

/** Lines that a tile's output takes in each bank: rows are whole groups of 16 columns. [ours] */
const outputLines = (g: ConvGeometry, rows: number, channels: number): number =>
  rows * roundUp(g.outputColumns, ARRAY_COLUMNS) * linesOfPixel(roundUp(channels, ARRAY_CHANNELS));

/** The tiles of a tiling, rows by rows from the top. */
export function pixelConvTiles(
  g: ConvGeometry,
  { channels, rows }: Pick<PixelConvTiling, 'channels' | 'rows'>,
  together: boolean,
): PixelConvRows[] {
  return rows.map((range) => ({
    spatial: {
      rows: range,
      input: inputRows(g, range),
      strip: wholeRow(g.outputColumns, g.horizontal),
    },
    tiles: channels.map((of) => ({
      channels: of,
      output: tileRuns(
        {
          pixels: g.outputRows * g.outputColumns,
          blocks: linesOfPixel(g.outputChannels),
          rows: range,
          columns: g.outputColumns,
          pitch: roundUp(g.outputColumns, ARRAY_COLUMNS),
          of: { lo: of.lo / CHANNEL_BLOCK, hi: ceilDiv(of.hi, CHANNEL_BLOCK) },
        },
        together,
      ),
    })),
  }));
}

function tilingCycles(
  g: ConvGeometry,
  rows: readonly PixelConvRows[],
  blockBytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): number {
  let cycles = 0;
  for (const { spatial, tiles } of rows) {
    const input = copiesOf(
      g.inputChannels,
      extent(spatial.input),
      spatial.strip.inputPitch,
      inputContiguity(g, spatial),
    );
    cycles += input.count * copyCycles(copyBytes(input.bytes), hw.cycles);
    for (const { channels, output } of tiles) {
      const operation = { ...tileOperation(g, spatial, channels), weights: 0, input: 0, output: 0 };
      cycles +=
        hw.cycles.tileLoop +
        jobOverhead(operation.blocks * blockBytes, fixedBytes, hw) +
        convCycles(operation, hw.cycles, hw.array) +
        output.reduce((n, run) => n + copyCycles(run.lines * BANKS * LINE_BYTES, hw.cycles), 0);
    }
  }
  return cycles;
}

/**
 * The highest tiles of rows that L1 holds, of all output channels or, where the weight memory holds fewer, of a multiple of 64 of them: a job
 * fills the banks from the first one on, so that only whole blocks of 64 can follow each other. Null for a depthwise conv, whose jobs make one
 * channel each, and where not even one row fits.
 */
export function tilePixelConv(
  layer: ConvLayer,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): PixelConvTiling | null {
  const bankBytes = hw.chip.l1Bytes / BANKS;
  if (layer.depthwise || l1Bytes < hw.chip.l1Bytes || bankBytes % LINE_BYTES !== 0) return null;
  const g = convGeometry(layer);
  const blockBytes = convBlockBytes(g.inputChannels, layer.kernelHeight, layer.kernelWidth);
  const most = Math.floor(hw.chip.weightMemoryBytes / blockBytes) * ARRAY_CHANNELS;
  const size = most >= g.outputChannels ? g.outputChannels : Math.floor(most / CHANNEL_BLOCK) * CHANNEL_BLOCK;
  if (size === 0) return null;
  const channels = pieces(g.outputChannels, size);
  const lastBank = (size > CHANNEL_BLOCK ? BANKS : banksInUse(roundUp(size, ARRAY_CHANNELS))) - 1;
  for (let height = g.outputRows; height >= 1; height--) {
    const rows = pieces(g.outputRows, height);
    const input = lastBank * bankBytes + outputLines(g, height, size) * LINE_BYTES;
    const tiles = pixelConvTiles(g, { channels, rows }, hw.analog?.blocksTogether !== 0);
    const inputBytes = Math.max(...tiles.map(({ spatial }) => inputPlane(spatial))) * g.inputChannels;
    if (input > (lastBank + 1) * bankBytes || input + withCopySlack(inputBytes) > hw.chip.l1Bytes) continue;
    return {
      kind: 'pixel-conv',
      channels,
      rows,
      input,
      inputBytes: hw.chip.l1Bytes,
      outputBytes: 0,
      weightBytes: ceilDiv(size, ARRAY_CHANNELS) * blockBytes,
      cycles: tilingCycles(g, tiles, blockBytes, hw, fixedBytes),
    };
  }
  return null;
}
