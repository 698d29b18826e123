import { compareTensor, type Reference } from '../../golden/index.js';
import { runLayer } from '../../sim/program/run.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Program } from '../program/types.js';
import { CONSTANT, type FaultyLayer } from './isolate.js';

/**
 * Runs a faulty layer of a changed program from the reference's inputs. Returns how many elements of the tensors that it makes differ;
 * undefined where the chip refuses it or nothing is made.
 */
export function differingAfter(
  changed: Program,
  original: Program,
  faulty: FaultyLayer,
  reference: Reference,
): number | undefined {
  let differing: number | undefined;
  const add = (expected: Tensor | undefined, actual: Tensor): void => {
    if (expected !== undefined) differing = (differing ?? 0) + compareTensor(expected, actual).differing;
  };
  try {
    runLayer(changed, original, faulty.layer, faulty.state, {
      onTensor: ({ buffer, tensor }) => add(reference.tensors.get(buffer.tensor ?? ''), tensor),
      ...(faulty.overwrittenBy === undefined
        ? {}
        : {
            onPause: ({ held, l2 }) => {
              const { buffer, expected } = faulty;
              if (CONSTANT.has(buffer.role)) {
                const data = new Uint8Array(l2.peek(buffer.address, expected.data.length, buffer.name));
                add(expected, { ...expected, data });
                return;
              }
              const now = held(buffer);
              if (now !== undefined) add(faulty.expected, now.tensor);
            },
          }),
    });
  } catch (e) {
    if (e instanceof UserError) return undefined;
    throw e;
  }
  return differing;
}
