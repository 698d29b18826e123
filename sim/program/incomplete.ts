import { LimitError } from '../../src/base/errors.js';
import { coordinates, elementCount } from '../../src/base/tensor.js';
import { stepsOfTile, tileOfElement } from '../../src/program/tiles.js';
import type { Buffer, Program } from '../../src/program/types.js';
import type { Memory } from '../core/memory.js';
import { elementAddresses, tensorBytes } from './tensor-access.js';

/**
 * Throws a LimitError when an element of a tensor that should be complete was never written: which one, and the tile and
 * steps that should have written it. Elements of the rows' padding have no coordinates and are not looked at here.
 */
export function requireComplete(program: Program, memory: Memory, buffer: Buffer, layer: number): void {
  if (memory.isWritten(buffer.address, tensorBytes(buffer))) return;
  const made = program.manifest.layers[layer]!;
  const addressOf = elementAddresses(buffer);
  for (let index = 0; index < elementCount(buffer.shape); index++) {
    if (memory.isWritten(addressOf(index), 1)) continue;
    const tile = tileOfElement(made, index);
    const by = made.layer ?? made.name;
    throw new LimitError({
      subject:
        `tensor ${buffer.tensor ?? buffer.name} should be complete here, but element ` +
        `[${coordinates(index, buffer.shape).join(', ')}]`,
      value: 'never written',
      rule:
        tile === undefined
          ? `written by ${by}`
          : `written by ${by} tile ${tile}, ${stepsOfTile(program, layer, tile)}`,
      fix: 'Look for a missing copy or a wrong address there.',
    });
  }
}
