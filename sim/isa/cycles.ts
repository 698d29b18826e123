import {
  type ArrayParameters,
  channelPasses,
  columnPasses,
  DEFAULT_ARRAY,
  peakMacsPerCycle,
} from './array.js';
import { ARRAY_COLUMNS } from './geometry.js';
import type { ConvOperation, DenseOperation, Operation, SumOperation } from './operation.js';
import type { CycleParameters } from './parameters.js';

/** Cycles of a copy between L2 and L1 of `bytes` bytes (already rounded to what is moved). [match] */
export const copyCycles = (bytes: number, p: CycleParameters): number =>
  p.copySetup + Math.ceil(bytes / p.bytesPerCycle);

/** Cycles of a load from L2 at `bytesPerCycle`; none where that is 0. [match] */
const loadCycles = (bytes: number, bytesPerCycle: number): number =>
  bytesPerCycle === 0 ? 0 : Math.ceil(bytes / bytesPerCycle);

/** Cycles to load weights from L2. [match] */
export const weightCycles = (bytes: number, p: CycleParameters): number =>
  loadCycles(bytes, p.weightBytesPerCycle);

/** Cycles to fetch `bytes` of configuration words and instructions from L2. [match] */
export const fetchCycles = (bytes: number, p: CycleParameters): number =>
  loadCycles(bytes, p.instructionBytesPerCycle);

/** Kernel rows of output row `y` that lie on data, not on the zero rows above and below. */
export function kernelRowsOnData(
  y: number,
  o: Pick<ConvOperation, 'stride' | 'padding' | 'kernelHeight' | 'rows'>,
): number {
  const first = y * o.stride - o.padding.top;
  return Math.max(0, Math.min(first + o.kernelHeight, o.rows) - Math.max(first, 0));
}

/** Sum over the output rows of the kernel rows: those that lie on data, and a share of the others. */
function kernelRowsInAll(o: ConvOperation, padding = 0): number {
  // Windows from `inside` to `below` lie on data whole; there are many of them, and few at the edges.
  const inside = Math.min(o.outputRows, Math.ceil(o.padding.top / o.stride));
  const last = Math.floor((o.rows - o.kernelHeight + o.padding.top) / o.stride);
  const below = Math.min(o.outputRows, Math.max(inside, last + 1));
  let rows = (below - inside) * o.kernelHeight;
  for (let y = 0; y < inside; y++) rows += kernelRowsOnData(y, o);
  for (let y = below; y < o.outputRows; y++) rows += kernelRowsOnData(y, o);
  return rows + padding * (o.kernelHeight * o.outputRows - rows);
}

/**
 * Conv: per block of 16 channels x 16 columns of an output row, C * FX * FY' + 2 * C * FY' + 23, where FY' are the kernel
 * rows on data. [match]
 */
export function convCycles(o: ConvOperation, p: CycleParameters, array = DEFAULT_ARRAY): number {
  const perKernelRow = o.channels * (o.kernelWidth + p.convCyclesPerChannelRow);
  const rows = kernelRowsInAll(o, p.convPaddingRows);
  const passes = channelPasses(o.blocks, array) * columnPasses(o.columnGroups, array);
  return passes * (perKernelRow * rows + p.convBlockOverhead * o.outputRows);
}

/** FC: per block of 16 outputs, C/16 + 23. A model that takes an input a cycle uses one column of however many. [ours], uncalibrated */
export function denseCycles(o: DenseOperation, p: CycleParameters, array = DEFAULT_ARRAY): number {
  const lines = p.fcCyclesPerLine < ARRAY_COLUMNS ? columnPasses(o.inputLines, array) : o.inputLines;
  return channelPasses(o.blocks, array) * (lines * p.fcCyclesPerLine + p.fcBlockOverhead);
}

/** Element-wise sum: 3 cycles per 16 elements + 23. [ours] */
export const sumCycles = (o: SumOperation, p: CycleParameters, array = DEFAULT_ARRAY): number =>
  columnPasses(o.lines, array) * p.sumCyclesPerLine + p.sumOverhead;

/** Cycles that the array computes. */
export function operationCycles(
  o: Operation,
  p: CycleParameters,
  array: ArrayParameters = DEFAULT_ARRAY,
): number {
  switch (o.kind) {
    case 'conv':
      return convCycles(o, p, array);
    case 'dense':
      return denseCycles(o, p, array);
    case 'sum':
      return sumCycles(o, p, array);
  }
}

/** Multiply-accumulates that the array spends: all its lanes, whether their outputs are wanted or not. */
export function issuedMacs(o: Operation, array: ArrayParameters = DEFAULT_ARRAY): number {
  const peak = peakMacsPerCycle({ array });
  switch (o.kind) {
    case 'conv':
      return (
        peak *
        channelPasses(o.blocks, array) *
        columnPasses(o.columnGroups, array) *
        o.channels *
        o.kernelWidth *
        kernelRowsInAll(o)
      );
    case 'dense':
      return peak * channelPasses(o.blocks, array) * columnPasses(o.inputLines, array);
    case 'sum':
      return 0;
  }
}
