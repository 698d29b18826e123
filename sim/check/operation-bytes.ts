import type { AnalogInferences } from '../isa/analog/inferred.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, Operation } from '../isa/operation.js';
import { BANK_NUMBERS, madePixels } from './analog-lines.js';

/** A stretch of L1 that an operation reads. */
export interface InputBytes {
  readonly start: number;
  readonly bytes: number;
  readonly what: string;
}

/** Bytes of one output channel of a conv. */
export const outputPlane = (o: ConvOperation): number => o.outputRows * o.columnGroups * ARRAY_COLUMNS;

/** Bytes of L1 that an operation writes. */
export const outputBytes = (o: Operation): number =>
  o.kind === 'conv'
    ? o.blocks * ARRAY_CHANNELS * outputPlane(o)
    : o.kind === 'dense'
      ? o.blocks * ARRAY_CHANNELS
      : o.lines * LINE_BYTES;

/** What an operation reads of L1. */
export function inputsOf(o: Operation): InputBytes[] {
  switch (o.kind) {
    case 'conv':
      return [{ start: o.input, bytes: o.channels * o.rows * o.pitch, what: 'conv input' }];
    case 'dense':
      return [{ start: o.input, bytes: o.inputLines * LINE_BYTES, what: 'FC input' }];
    case 'sum':
      return [
        { start: o.inputA, bytes: o.lines * LINE_BYTES, what: 'sum operand A' },
        { start: o.inputB, bytes: o.lines * LINE_BYTES, what: 'sum operand B' },
      ];
  }
}

/** Stretches of L1 that an operation writes: one, or one in each bank for pixels. */
export function outputStretches(
  o: Operation,
  bankBytes: number,
  ours: AnalogInferences,
): readonly { readonly start: number; readonly bytes: number }[] {
  if (o.kind !== 'conv' || o.pixels !== true) return [{ start: o.output, bytes: outputBytes(o) }];
  const lines = madePixels(o, bankBytes, ours);
  return BANK_NUMBERS.filter((bank) => lines.holds(bank)).map((bank) => ({
    start: lines.start(bank),
    bytes: lines.bytes,
  }));
}
