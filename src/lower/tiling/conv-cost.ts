import { convCycles, copyCycles } from '../../../sim/isa/cycles.js';
import { ARRAY_CHANNELS, copyBytes } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { convBlockBytes } from '../../../sim/isa/weights.js';
import { ceilDiv } from '../../base/units.js';
import type { Range } from '../../program/types.js';
import type { AlikeTiles } from './alike-tiles.js';
import { type Strip, wholeRow } from './columns.js';
import {
  type Contiguity,
  type ConvGeometry,
  inputContiguity,
  outputContiguity,
  outputRowBytes,
  tileOperation,
} from './conv-geometry.js';
import { jobOverhead } from './job-overhead.js';
import { extent, inputOf } from './ranges.js';
import type { Residency } from './residency.js';

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

/** The cycle model over the tilings of one conv. */
export class ConvCost {
  readonly #g: ConvGeometry;
  readonly #residency: Residency;
  readonly #hw: HardwareParameters;
  readonly #fixedBytes: number;
  readonly #blockBytes: number;
  /** Cycles that computing the whole layer takes, which no tiling undercuts: each computes every row and every column. */
  readonly #computing: number;
  /** Cycles of a job beside its computing, if one job took all channels of a tile. */
  readonly #leastJob: number;

  constructor(g: ConvGeometry, residency: Residency, hw: HardwareParameters, fixedBytes: number) {
    const { layer } = g;
    this.#g = g;
    this.#residency = residency;
    this.#hw = hw;
    this.#fixedBytes = fixedBytes;
    this.#blockBytes = convBlockBytes(
      layer.depthwise ? 1 : g.inputChannels,
      layer.kernelHeight,
      layer.kernelWidth,
    );
    const rows = { lo: 0, hi: g.outputRows };
    const whole = {
      rows,
      input: { ...inputOf(rows, g.vertical), lo: 0, hi: g.vertical.size },
      strip: wholeRow(g.outputColumns, g.horizontal),
    };
    const channels = { lo: 0, hi: layer.depthwise ? 1 : g.outputChannels };
    const operation = { ...tileOperation(g, whole, channels), weights: 0, input: 0, output: 0 };
    this.#computing = (layer.depthwise ? g.outputChannels : 1) * convCycles(operation, hw.cycles, hw.array);
    const blocks = layer.depthwise ? 1 : ceilDiv(g.outputChannels, ARRAY_CHANNELS);
    this.#leastJob = jobOverhead(blocks * this.#blockBytes, fixedBytes, hw);
  }

  /** Bytes of one block of weights: 16 output channels, or the one channel of a depthwise job. */
  get blockBytes(): number {
    return this.#blockBytes;
  }

  /** Cycles of a whole tiling. All channel tiles but the last have one size. */
  cycles(spatial: readonly AlikeTiles[], channelTiles: readonly Range[]): number {
    const last = channelTiles.at(-1)!;
    const first = channelTiles[0]!;
    if (extent(first) === extent(last)) return this.#ofSizes(spatial, [[first, channelTiles.length]]);
    return this.#ofSizes(spatial, [
      [first, channelTiles.length - 1],
      [last, 1],
    ]);
  }

  /**
   * What no tiling into `rowTiles` rows of tiles and these strips undercuts: computing, tile loops, launches, all weights once a
   * tile, the set-up of copies, and the output's bytes.
   */
  atLeast(rowTiles: number, cut: readonly Strip[]): number {
    const { layer, outputChannels, outputRows, outputPitch } = this.#g;
    const { tileLoop, copySetup, bytesPerCycle } = this.#hw.cycles;
    const tiles = rowTiles * cut.length;
    const jobs = layer.depthwise ? outputChannels : 1;
    const least = this.#computing + tiles * (tileLoop + jobs * this.#leastJob);
    // A tile may lie on padding alone, or read the whole input: nothing is sure of more than one copy in.
    const input = this.#residency.input || cut.length > 1 ? 0 : rowTiles * copySetup;
    if (!this.#residency.outputInL2) return least + input;
    const inRows = cut.length > 1 ? outputRows * cut.length : rowTiles;
    const copies = tiles > 1 ? outputChannels * inRows : 1;
    return least + input + copies * copySetup + (outputChannels * outputRows * outputPitch) / bytesPerCycle;
  }

  #copies(c: { readonly count: number; readonly bytes: number }): number {
    return c.count * copyCycles(copyBytes(c.bytes), this.#hw.cycles);
  }

  #ofSizes(spatial: readonly AlikeTiles[], sizes: readonly (readonly [Range, number])[]): number {
    const g = this.#g;
    const { depthwise } = g.layer;
    let total = 0;
    for (const { tile: t, count: alike } of spatial) {
      const input = (planes: number) =>
        this.#residency.input
          ? 0
          : this.#copies(copiesOf(planes, extent(t.input), t.strip.inputPitch, inputContiguity(g, t)));
      let cycles = depthwise ? 0 : input(g.inputChannels);
      for (const [range, count] of sizes) {
        const size = extent(range);
        const operation = { ...tileOperation(g, t, range), weights: 0, input: 0, output: 0 };
        const weightBytes = depthwise ? this.#blockBytes : operation.blocks * this.#blockBytes;
        const job =
          jobOverhead(weightBytes, this.#fixedBytes, this.#hw) +
          convCycles(operation, this.#hw.cycles, this.#hw.array);
        const output = this.#residency.outputInL2
          ? this.#copies(copiesOf(size, extent(t.rows), outputRowBytes(g, t), outputContiguity(g, t)))
          : 0;
        const jobs = depthwise ? size : 1;
        cycles += count * (this.#hw.cycles.tileLoop + jobs * job + output + (depthwise ? input(size) : 0));
      }
      total += alike * cycles;
    }
    return total;
  }
}
