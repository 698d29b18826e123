import { BANKS } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import { PixelLines } from '../isa/analog/pixel-lines.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS } from '../isa/geometry.js';
import type { ConvOperation } from '../isa/operation.js';

export const BANK_NUMBERS: readonly number[] = Array.from({ length: BANKS }, (_, bank) => bank);

export const inputLines = (o: AnalogOperation, bankBytes: number, ours: AnalogInferences): PixelLines =>
  new PixelLines(o.input, o.columns * o.rows, o.channels, bankBytes, ours);

export const outputLines = (o: AnalogOperation, bankBytes: number, ours: AnalogInferences): PixelLines =>
  new PixelLines(o.output, o.outputColumns * o.outputRows, o.outputs, bankBytes, ours);

/** The pixels that a conv of the digital core makes for the analog one. */
export const madePixels = (o: ConvOperation, bankBytes: number, ours: AnalogInferences): PixelLines =>
  new PixelLines(
    o.output,
    o.outputRows * o.columnGroups * ARRAY_COLUMNS,
    o.blocks * ARRAY_CHANNELS,
    bankBytes,
    ours,
  );
