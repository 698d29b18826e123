import { BANKS } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import { PixelLines } from '../isa/analog/pixel-lines.js';
import { LINE_BYTES } from '../isa/geometry.js';
import type { CellArray, CellOperands } from './cell-array.js';
import type { Memory } from './memory.js';

/** L1 as a job sees it. */
export interface AnalogMemory {
  readonly memory: Memory;
  readonly bankBytes: number;
  /** The bytes [at, at + n), with a look at whether they were written. */
  readonly read: (memory: Memory, at: number, n: number, what: string) => Uint8Array;
}

const WHAT = 'analog input';

/** Looks at the lines that hold channels in use, in the order in which pixels are read; where a bank is written from end to end, at all at once. */
function requireInput(lines: PixelLines, { memory, read }: AnalogMemory): void {
  const banks = Array.from({ length: BANKS }, (_, bank) => bank).filter((bank) => lines.holds(bank));
  if (banks.every((bank) => memory.isWritten(lines.start(bank), lines.bytes))) return;
  for (let pixel = 0; pixel < lines.pixels; pixel++)
    for (let first = 0; first < lines.channels; first += LINE_BYTES)
      read(memory, lines.at(first, pixel) & -LINE_BYTES, LINE_BYTES, WHAT);
}

/** The input's lines, bank by bank; those of banks without a channel in use stay 0. */
function linesOf(lines: PixelLines, { memory }: AnalogMemory): Uint8Array {
  const out = new Uint8Array(BANKS * lines.bytes);
  for (let bank = 0; bank < BANKS; bank++)
    if (lines.holds(bank)) out.set(memory.peek(lines.start(bank), lines.bytes, WHAT), bank * lines.bytes);
  return out;
}

/** Computes a job on L1. Whole lines of 16 channels are written in all banks [ours]. */
export function computeAnalog(
  o: AnalogOperation,
  l1: AnalogMemory,
  operands: Omit<CellOperands, 'input'>,
  ours: AnalogInferences,
  array: CellArray,
  writer: number,
): void {
  const from = new PixelLines(o.input, o.columns * o.rows, o.channels, l1.bankBytes, ours);
  const to = new PixelLines(o.output, o.outputColumns * o.outputRows, o.outputs, l1.bankBytes, ours);
  requireInput(from, l1);
  const output = array.compute(o, { ...operands, input: linesOf(from, l1) }, ours);
  for (let bank = 0; bank < BANKS; bank++)
    l1.memory.write(
      to.start(bank),
      output.subarray(bank * to.bytes, (bank + 1) * to.bytes),
      writer,
      'analog output',
    );
}
