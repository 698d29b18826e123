import { LimitError } from '../../src/base/errors.js';
import { hex } from '../../src/base/units.js';
import { BANKS } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import { PixelLines } from '../isa/analog/pixel-lines.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation } from '../isa/operation.js';
import type { Memory } from './memory.js';
import type { ArrayOutput } from './pe-array.js';

/** Writes a conv's planes to L1 as pixels of channels (write_l2_l1 = 1 [ours]). Returns how many accumulators wrapped. */
export function writePixels(
  o: ConvOperation,
  { bytes, wrapped }: ArrayOutput,
  { l1, ours, writer }: { readonly l1: Memory; readonly ours: AnalogInferences; readonly writer: number },
): number {
  const pixels = o.outputRows * o.columnGroups * ARRAY_COLUMNS;
  const bankBytes = l1.size / BANKS;
  const to = new PixelLines(o.output, pixels, o.blocks * ARRAY_CHANNELS, bankBytes, ours);
  if (o.output + to.bytes > bankBytes)
    throw new LimitError({
      subject: 'conv output in pixels',
      value: `${hex(o.output)}..${hex(o.output + to.bytes)}`,
      rule: `inside a bank of L1, ${bankBytes} bytes`,
    });
  const line = new Uint8Array(LINE_BYTES);
  for (let first = 0; first < to.channels; first += LINE_BYTES)
    for (let pixel = 0; pixel < pixels; pixel++) {
      const start = to.at(first, pixel) & -LINE_BYTES;
      for (let i = 0; i < LINE_BYTES; i++)
        line[to.at(first + i, pixel) - start] = bytes[((first + i) * pixels + pixel) ^ 3]!;
      l1.write(start, line, writer, 'conv output');
    }
  for (let i = 0; i < wrapped.length; i++) {
    const e = wrapped[i]! ^ 3;
    l1.markWrapped(to.at(Math.floor(e / pixels), e % pixels));
  }
  return wrapped.length;
}
