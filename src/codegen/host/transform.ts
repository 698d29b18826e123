import { WORD_BYTES } from '../../../sim/isa/geometry.js';
import { type CoreLayout, coreLayout } from '../../../sim/isa/layout.js';
import type { Buffer } from '../../program/types.js';
import type { CWriter } from '../c/writer.js';
import { writeAnalogTransform } from './analog-transform.js';

/** One row between dense and core: `plain` and `packed` are the numbers of its first elements. */
function writeRow(w: CWriter, l: CoreLayout, toCore: boolean, plain: string, packed: string): void {
  const at = (start: string, x: string) => (start === '0' ? x : `${start} + ${x}`);
  if (l.columns % WORD_BYTES === 0) {
    const [input, output] = toCore ? [plain, packed] : [packed, plain];
    w.line(`host_reverse_words(output + ${output}, input + ${input}, ${l.columns / WORD_BYTES});`);
  } else
    w.loop('x', l.columns, () => {
      const core = packed === '0' ? 'x ^ 3' : `(${packed} + x) ^ 3`;
      w.line(
        toCore
          ? `output[${core}] = input[${at(plain, 'x')}];`
          : `output[${at(plain, 'x')}] = input[${core}];`,
      );
    });
  if (toCore && l.pitch > l.columns)
    w.block(`for (int32_t x = ${l.columns}; x < ${l.pitch}; ++x)`, () =>
      w.line(`output[${packed === '0' ? 'x ^ 3' : `(${packed} + x) ^ 3`}] = 0;`),
    );
}

/**
 * A layout transform between the parameters `input` and `output`: rows to the core's pitch with every four bytes reversed and the
 * padding zero, or back; to and from the analog core's layout pixels of channels.
 */
export function writeTransform(w: CWriter, from: Buffer, to: Buffer): void {
  if (from.layout === 'analog' || to.layout === 'analog') {
    writeAnalogTransform(w, from, to);
    return;
  }
  const layout = coreLayout(to.shape);
  const { planes, rows, columns, pitch } = layout;
  const toCore = from.layout === 'dense';
  if (pitch === columns)
    w.line(`host_reverse_words(output, input, ${(planes * rows * columns) / WORD_BYTES});`);
  else if (planes * rows === 1) writeRow(w, layout, toCore, '0', '0');
  else w.loop('row', planes * rows, () => writeRow(w, layout, toCore, `row * ${columns}`, `row * ${pitch}`));
}
