import { BANKS, banksInUse, CHANNEL_BLOCK } from '../../../sim/isa/analog/geometry.js';
import { analogLayout } from '../../../sim/isa/analog/layout.js';
import { copyCycles, sumCycles } from '../../../sim/isa/cycles.js';
import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import type { SumLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import { jobOverhead } from './job-overhead.js';
import { type LineRun, tileRuns } from './line-runs.js';
import { extent, pieces } from './ranges.js';

/**
 * An element-wise sum over pixels of channels: the digital core adds bytes, whatever they stand for, bank by bank. It has L1 for itself:
 * operand A begins with each bank, then B (where it is another tensor), then the output.
 */
export interface PixelSumTiling {
  readonly kind: 'pixel-sum';
  /** Lines a bank from the tensors' starts, ascending. */
  readonly chunks: readonly Range[];
  /** Banks that hold channels in use, from the first one on. */
  readonly banks: number;
  readonly inputBytes: number;
  readonly outputBytes: 0;
  readonly cycles: number;
}

/** The copies of a chunk. */
export const chunkRuns = (chunk: Range): LineRun[] =>
  tileRuns({ pixels: chunk.hi, blocks: 1, rows: chunk, columns: 1, pitch: 1, of: { lo: 0, hi: 1 } }, true);

/** Whether every block of a pixel uses the same banks, so that a bank's lines are all in use or none is. */
const isEven = (channels: number): boolean => channels <= CHANNEL_BLOCK || banksInUse(channels) === BANKS;

/**
 * The longest pieces that a bank of L1 holds with both operands and the output. Null where some lines of a bank hold no channels: nothing has
 * written them; and for a tensor that is no image.
 */
export function tilePixelSum(
  layer: SumLayer,
  same: boolean,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): PixelSumTiling | null {
  const { input } = layer;
  const bankBytes = hw.chip.l1Bytes / BANKS;
  if (input.length !== 4 || input[0] !== 1 || l1Bytes < hw.chip.l1Bytes || bankBytes % LINE_BYTES !== 0)
    return null;
  const { channels, pixels, blocks } = analogLayout(input);
  if (!isEven(channels)) return null;
  const operands = same ? 1 : 2;
  const room = Math.floor(bankBytes / LINE_BYTES / (operands + 1));
  if (room === 0) return null;
  const banks = channels > CHANNEL_BLOCK ? BANKS : banksInUse(channels);
  const chunks = pieces(pixels * blocks, room);
  const cycles = chunks.reduce((n, chunk) => {
    const lines = extent(chunk);
    const copies = chunkRuns(chunk).reduce(
      (sum, run) => sum + copyCycles(run.lines * BANKS * LINE_BYTES, hw.cycles),
      0,
    );
    const operation = { kind: 'sum', inputA: 0, inputB: 0, output: 0, lines, shift: layer.shift } as const;
    const job = jobOverhead(0, fixedBytes, hw) + sumCycles(operation, hw.cycles, hw.array);
    return n + hw.cycles.tileLoop + (operands + 1) * copies + banks * job;
  }, 0);
  return { kind: 'pixel-sum', chunks, banks, inputBytes: hw.chip.l1Bytes, outputBytes: 0, cycles };
}
