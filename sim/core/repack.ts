import type { Shape } from '../../src/base/tensor.js';
import { LINE_BYTES } from '../isa/geometry.js';
import { coreLayout, packForCore, unpackFromCore } from '../isa/layout.js';
import { defaultKernels } from './default-kernels.js';

/** Below this the way into the module and back costs more than it saves. */
const FEW_BYTES = 512;

/**
 * The values of a tensor in the core's layout, dense, by the kernels where there are some: `unpackFromCore`, but good only until the next job or
 * unpacking.
 */
export function unpackForNow(data: Uint8Array, shape: Shape): Int8Array {
  const { planes, rows, columns, pitch, bytes } = coreLayout(shape);
  const ready = bytes < FEW_BYTES ? undefined : defaultKernels();
  if (ready === undefined) return unpackFromCore(data, shape);
  const { kernels, memory } = ready;
  const lines = planes * rows;
  memory.begin(bytes + lines * columns);
  const from = memory.put(data);
  const to = memory.take(lines * columns);
  kernels.turn(from, to, lines, columns, pitch);
  return new Int8Array(memory.bytes.buffer, to, lines * columns);
}

/** The other way: dense int8 values in the core's layout, `packForCore`; good only until the next job or repacking. */
export function packForNow(values: Int8Array, shape: Shape): Uint8Array {
  const { planes, rows, columns, pitch, bytes } = coreLayout(shape);
  const ready = bytes < FEW_BYTES ? undefined : defaultKernels();
  if (ready === undefined) return packForCore(values, shape);
  const { kernels, memory } = ready;
  // A line beyond the values, which the kernel reads into.
  memory.begin(values.length + LINE_BYTES + bytes + LINE_BYTES);
  const from = memory.put(new Uint8Array(values.buffer, values.byteOffset, values.length));
  memory.take(LINE_BYTES);
  const to = memory.take(bytes);
  kernels.pack(from, to, planes * rows, columns, pitch, memory.take(LINE_BYTES));
  return memory.bytes.subarray(to, to + bytes);
}
