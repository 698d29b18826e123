import type { Shape } from '../../src/base/tensor.js';
import { coreLayout, unpackFromCore } from '../isa/layout.js';
import { defaultKernels } from './default-kernels.js';

/** Below this the way into the module and back costs more than it saves. */
const FEW_BYTES = 512;

/** `unpackFromCore` by the kernels where there are some. */
export function unpackFast(data: Uint8Array, shape: Shape): Int8Array {
  const { planes, rows, columns, pitch, bytes } = coreLayout(shape);
  const ready = bytes < FEW_BYTES ? undefined : defaultKernels();
  if (ready === undefined) return unpackFromCore(data, shape);
  const { kernels, memory } = ready;
  const lines = planes * rows;
  const out = new Int8Array(lines * columns);
  memory.begin(bytes + out.length);
  const from = memory.put(data);
  const to = memory.take(out.length);
  kernels.turn(from, to, lines, columns, pitch);
  out.set(memory.bytes.subarray(to, to + out.length));
  return out;
}
