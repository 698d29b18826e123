import {
  type AnalogParameters,
  analogComputeCycles,
  analogWeightCycles,
  DEFAULT_ANALOG,
} from '../../../sim/isa/analog/cycles.js';
import {
  BANKS,
  CELL_COLUMNS,
  CHANNEL_BLOCK,
  linesOfPixel,
  oxUnroll,
} from '../../../sim/isa/analog/geometry.js';
import type { AnalogOperation } from '../../../sim/isa/analog/operation.js';
import { copyCycles, fetchCycles } from '../../../sim/isa/cycles.js';
import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { ceilDiv } from '../../base/units.js';
import type { AnalogLayer } from '../../passes/analog-layer.js';
import type { Range } from '../../program/types.js';
import { type LineRun, tileRuns } from './line-runs.js';
import { extent, type InputPiece, inputOf, pieces } from './ranges.js';

/** A conv on the analog core in tiles of output channels (outside) and rows, whole rows each. It has L1 for itself. */
export interface AnalogTiling {
  readonly kind: 'analog';
  readonly channels: readonly Range[];
  readonly rows: readonly Range[];
  readonly inputBytes: number;
  readonly outputBytes: 0;
  readonly cycles: number;
}

/** One job with its copies. */
export interface AnalogTile {
  readonly channels: Range;
  readonly rows: Range;
  readonly operation: AnalogOperation;
  readonly input: readonly LineRun[];
  readonly output: readonly LineRun[];
}

interface Sizes {
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly k: number;
  readonly oh: number;
  readonly ow: number;
}

function sizesOf(layer: AnalogLayer): Sizes {
  const [, c, h, w] = layer.input as [number, number, number, number];
  const [, k, oh, ow] = layer.output as [number, number, number, number];
  return { c, h, w, k, oh, ow };
}

const inputRows = (layer: AnalogLayer, rows: Range): InputPiece =>
  inputOf(rows, {
    kernel: layer.kernelHeight,
    stride: layer.stride,
    pad: layer.padTop,
    size: layer.input[2]!,
  });

/** Columns side by side: as DORY has it, and such that they divide the row, which an instruction needs. [dory, ours] */
function unrollOf(layer: AnalogLayer, outputs: number): 1 | 2 | 4 {
  const { c, ow } = sizesOf(layer);
  const most = oxUnroll(c, outputs, layer.kernelHeight, layer.kernelWidth);
  return ([4, 2] as const).find((u) => u <= most && ow % u === 0) ?? 1;
}

/** The jobs of a tiling with their copies. */
export function analogTiles(
  layer: AnalogLayer,
  tiling: Pick<AnalogTiling, 'channels' | 'rows'>,
  p: AnalogParameters = DEFAULT_ANALOG,
): AnalogTile[] {
  const { c, h, w, k, oh, ow } = sizesOf(layer);
  const together = p.blocksTogether === 1;
  const inputBlocks = linesOfPixel(c);
  return tiling.channels.flatMap((channels) =>
    tiling.rows.map((rows): AnalogTile => {
      const from = inputRows(layer, rows);
      const blocks = { lo: channels.lo / CHANNEL_BLOCK, hi: ceilDiv(channels.hi, CHANNEL_BLOCK) };
      return {
        channels,
        rows,
        input: tileRuns(
          {
            pixels: h * w,
            blocks: inputBlocks,
            rows: { lo: from.lo, hi: from.hi },
            columns: w,
            pitch: w,
            of: { lo: 0, hi: inputBlocks },
          },
          together,
        ),
        output: tileRuns(
          { pixels: oh * ow, blocks: linesOfPixel(k), rows, columns: ow, pitch: ow, of: blocks },
          together,
        ),
        operation: {
          kind: 'analog',
          input: 0,
          output: extent(from) * w * inputBlocks * LINE_BYTES,
          channels: c,
          outputs: extent(channels),
          columns: w,
          rows: extent(from),
          kernelWidth: layer.kernelWidth,
          kernelHeight: layer.kernelHeight,
          outputColumns: ow,
          outputRows: extent(rows),
          unroll: unrollOf(layer, extent(channels)),
          stride: layer.stride,
          padding: {
            bottom: from.zerosAfter,
            top: from.zerosBefore,
            right: layer.padLeft,
            left: layer.padLeft,
          },
          gain: layer.gain,
          shift: layer.shift,
          relu: layer.relu,
        },
      };
    }),
  );
}

function tilingCycles(tiles: readonly AnalogTile[], hw: HardwareParameters, fixedBytes: number): number {
  const p = hw.analog ?? DEFAULT_ANALOG;
  const copies = (runs: readonly LineRun[]): number =>
    runs.reduce((n, r) => n + copyCycles(r.lines * BANKS * LINE_BYTES, hw.cycles), 0);
  return tiles.reduce(
    (n, t) =>
      n +
      hw.cycles.tileLoop +
      hw.cycles.launch +
      fetchCycles(fixedBytes, hw.cycles) +
      analogWeightCycles(t.operation, p) +
      analogComputeCycles(t.operation, p, hw.chip.clockHz) +
      copies(t.input) +
      copies(t.output),
    0,
  );
}

/**
 * The fewest tiles: output channels in pieces of 512, the columns of the array, and as many rows as a bank of L1 holds with the input that
 * they need. Null where L1 is not free for it whole: its operands lie in all four banks.
 */
export function tileAnalog(
  layer: AnalogLayer,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): AnalogTiling | null {
  if (l1Bytes < hw.chip.l1Bytes) return null;
  const { c, w, k, oh, ow } = sizesOf(layer);
  const channels = pieces(k, CELL_COLUMNS);
  const bankLines = Math.floor(hw.chip.l1Bytes / BANKS / LINE_BYTES);
  const outputLines = ow * linesOfPixel(extent(channels[0]!));
  const fits = (rows: readonly Range[]): boolean =>
    rows.every(
      (r) => extent(inputRows(layer, r)) * w * linesOfPixel(c) + extent(r) * outputLines <= bankLines,
    );
  for (let height = oh; height >= 1; height--) {
    const rows = pieces(oh, height);
    if (!fits(rows)) continue;
    const cycles = tilingCycles(
      analogTiles(layer, { channels, rows }, hw.analog ?? DEFAULT_ANALOG),
      hw,
      fixedBytes,
    );
    return { kind: 'analog', channels, rows, inputBytes: hw.chip.l1Bytes, outputBytes: 0, cycles };
  }
  return null;
}
