import type { AnalogJobReport } from '../../sim/core/analog-core.js';
import { BANKS, linesOfPixel } from '../../sim/isa/analog/geometry.js';
import type { AnalogOperation } from '../../sim/isa/analog/operation.js';
import { ANALOG_CONFIGURATION_WORDS, ANALOG_REGISTERS as R } from '../../sim/isa/analog/registers.js';
import { analogNormBytes, analogWeightBytes } from '../../sim/isa/analog/weights.js';
import { LINE_BYTES, WORD_BYTES } from '../../sim/isa/geometry.js';
import type { JobStep } from '../program/types.js';
import type { Access, Span } from './span.js';

const register = ({ writes }: JobStep, offset: number): number =>
  writes.findLast(([at]) => at === offset)?.[1] ?? 0;

/** The same bytes of each bank. */
export const inBanks = (address: number, bytes: number, l1Bytes: number): Span[] =>
  Array.from({ length: BANKS }, (_, bank) => {
    const lo = bank * (l1Bytes / BANKS) + address;
    return { memory: 'L1', lo, hi: lo + bytes };
  });

const outside = (lo: number, bytes: number): Span => ({ memory: 'L2', lo, hi: lo + bytes });

/** Where the weights and the batch norm of a job lie in L2. */
export const operandsOf = (step: JobStep, o: AnalogOperation): { weights: Span; norm: Span } => ({
  weights: outside(
    register(step, R.WT_CONV_ADDR),
    analogWeightBytes(o.channels, o.outputs, o.kernelHeight, o.kernelWidth),
  ),
  norm: outside(register(step, R.WT_SIMD_ADDR), analogNormBytes(o.outputs)),
});

/** What a job of the analog core reads and writes. */
export function analogAccess(
  step: JobStep,
  report: AnalogJobReport,
  l1Bytes: number,
): Omit<Access, 'completes'> {
  const stores = step.stores.map(([at]) => outside(at, WORD_BYTES));
  if (report.kind === 'boot') return { reads: [], writes: stores };
  if (report.kind !== 'analog') {
    const l2 = outside(report.l2Address, report.bytes);
    const l1 = inBanks(report.l1Address, report.bytes / BANKS, l1Bytes);
    return report.kind === 'copyIn'
      ? { reads: [l2], writes: [...stores, ...l1] }
      : { reads: l1, writes: [...stores, l2] };
  }
  const { operation: o } = report.instructions[0]!;
  const { weights, norm } = operandsOf(step, o);
  const bytes = (pixels: number, channels: number): number => pixels * linesOfPixel(channels) * LINE_BYTES;
  return {
    reads: [
      weights,
      norm,
      outside(register(step, R.IM_ADDR), register(step, R.IM_N) * WORD_BYTES),
      outside(register(step, R.CONF_ADDR), ANALOG_CONFIGURATION_WORDS * WORD_BYTES),
      ...inBanks(o.input, bytes(o.columns * o.rows, o.channels), l1Bytes),
    ],
    writes: [...stores, ...inBanks(o.output, bytes(o.outputColumns * o.outputRows, o.outputs), l1Bytes)],
  };
}
