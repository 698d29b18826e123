import { coreLayout } from '../../sim/isa/layout.js';
import { UserError } from '../base/errors.js';
import { elementCount, showShape } from '../base/tensor.js';
import { checkBuffer, checkImage, type Refuse } from './check-memory.js';
import { checkSteps } from './check-steps.js';
import { checkHardware } from './hardware-rules.js';
import type { Layer, Manifest, Range } from './types.js';

/**
 * A result of a fused host kernel may take this many times L2: int32 or float32 values of an int8 tensor take 4 times, and
 * broadcasting may widen them. A damaged shape must not make the simulator allocate all memory.
 */
const LARGEST_RESULT = 16;

/**
 * Checks what the schema cannot: that addresses lie inside their memories, that buffers hold their tensors, and that every
 * reference leads somewhere. `where` begins the message of the UserError that it throws.
 */
export function checkManifest(manifest: Manifest, where: string): void {
  const refuse: Refuse = (what) => {
    throw new UserError(`${where}: ${what}.`);
  };
  checkHardware(manifest.hardware, `${where}: hardware`);
  checkImage(manifest, refuse);
  checkIds('buffer', manifest.buffers, refuse);
  checkIds('layer', manifest.layers, refuse);
  for (const buffer of manifest.buffers) checkBuffer(buffer, manifest, refuse);
  for (const layer of manifest.layers) checkLayer(layer, refuse);
  checkSteps(manifest, manifest.hardware.chip.l2Bytes * LARGEST_RESULT, refuse);
}

function checkIds(kind: string, items: readonly { readonly id: number }[], refuse: Refuse): void {
  items.forEach(({ id }, i) => {
    if (id !== i) refuse(`${kind} ${i} has the id ${id}; ids count from 0`);
  });
}

function checkLayer(layer: Layer, refuse: Refuse): void {
  // A sum runs over the core's whole planes, the columns beyond each row included.
  const largest = Math.max(elementCount(layer.output), coreLayout(layer.output).bytes);
  const ranges = (tile: Layer['tiles'][number]): Range[] => [tile.k, tile.y, tile.x];
  layer.tiles.forEach((tile, i) => {
    for (const { lo, hi } of ranges(tile))
      if (lo > hi || hi > largest)
        refuse(
          `tile ${i} of layer ${layer.id} (${layer.name}) spans ${lo} to ${hi} of ${showShape(layer.output)}`,
        );
  });
}
