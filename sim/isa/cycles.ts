import { PEAK_MACS_PER_CYCLE } from './geometry.js';
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
export function convCycles(o: ConvOperation, p: CycleParameters): number {
  const perKernelRow = o.channels * (o.kernelWidth + p.convCyclesPerChannelRow);
  const rows = kernelRowsInAll(o, p.convPaddingRows);
  return o.blocks * o.columnGroups * (perKernelRow * rows + p.convBlockOverhead * o.outputRows);
}

/** FC: per block of 16 outputs, C/16 + 23. [ours], uncalibrated */
export const denseCycles = (o: DenseOperation, p: CycleParameters): number =>
  o.blocks * (o.inputLines * p.fcCyclesPerLine + p.fcBlockOverhead);

/** Element-wise sum: 3 cycles per 16 elements + 23. [ours] */
export const sumCycles = (o: SumOperation, p: CycleParameters): number =>
  o.lines * p.sumCyclesPerLine + p.sumOverhead;

/** Cycles that the array computes. */
export function operationCycles(o: Operation, p: CycleParameters): number {
  switch (o.kind) {
    case 'conv':
      return convCycles(o, p);
    case 'dense':
      return denseCycles(o, p);
    case 'sum':
      return sumCycles(o, p);
  }
}

/** Multiply-accumulates that the array spends: all 16 x 16 lanes, whether their outputs are wanted or not. */
export function issuedMacs(o: Operation): number {
  switch (o.kind) {
    case 'conv':
      return (
        PEAK_MACS_PER_CYCLE * o.blocks * o.columnGroups * o.channels * o.kernelWidth * kernelRowsInAll(o)
      );
    case 'dense':
      return PEAK_MACS_PER_CYCLE * o.blocks * o.inputLines;
    case 'sum':
      return 0;
  }
}
