import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, Operation } from '../isa/operation.js';

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
