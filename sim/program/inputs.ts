import { UserError } from '../../src/base/errors.js';
import { sameShape, showShape, type Tensor } from '../../src/base/tensor.js';
import type { Buffer, Program } from '../../src/program/types.js';
import { type Memory, PRELOADED } from '../core/memory.js';
import { writeTensor } from './tensor-access.js';

/** Writes a program's inputs, by name, into their buffers in L2; `loaded` hears of each. Throws a UserError for one that is missing or of another type. */
export function loadInputs(
  { manifest }: Program,
  inputs: ReadonlyMap<string, Tensor>,
  l2: Memory,
  loaded?: (buffer: Buffer) => void,
): void {
  const wanted = manifest.buffers.filter((b) => b.role === 'input');
  for (const b of wanted) {
    const t = inputs.get(b.tensor ?? b.name);
    if (t === undefined)
      throw new UserError(
        `input ${b.name} is missing; the program needs ${wanted.map((x) => x.name).join(', ')}.`,
      );
    if (t.dtype !== b.dtype || !sameShape(t.shape, b.shape))
      throw new UserError(
        `input ${b.name} is ${showShape(t.shape)} ${t.dtype}; must be ${showShape(b.shape)} ${b.dtype}.`,
      );
    writeTensor(l2, b, t, PRELOADED);
    loaded?.(b);
  }
}
