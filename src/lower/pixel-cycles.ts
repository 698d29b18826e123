import type { HardwareParameters } from '../../sim/isa/parameters.js';
import type { DigitalLayer } from '../passes/digital-layer.js';
import { FIXED_BYTES } from './emit/jobs.js';
import { tileConv } from './tiling/conv.js';
import { tilePixelConv } from './tiling/pixel-conv.js';
import { tilePixelSum } from './tiling/pixel-sum.js';
import { tileSum } from './tiling/sum.js';

/** Nothing stays in L1: what a layer costs by itself. */
const THROUGH_L2 = { input: false, output: false, outputInL2: true };

/**
 * How many cycles more a layer of the digital core takes where it makes pixels of channels for the analog core (a sum also reads them), and
 * not planes; undefined where it cannot. Tensors in L1 are not counted with.
 */
export function pixelCycles(layer: DigitalLayer, hw: HardwareParameters): number | undefined {
  const { l1Bytes } = hw.chip;
  if (layer.kind === 'dense') return undefined;
  const [planes, pixels] =
    layer.kind === 'conv'
      ? [
          tileConv(layer, THROUGH_L2, l1Bytes, hw, FIXED_BYTES),
          tilePixelConv(layer, l1Bytes, hw, FIXED_BYTES),
        ]
      : [
          tileSum(layer, { ...THROUGH_L2, inputs: [false, false], same: false }, l1Bytes, hw, FIXED_BYTES),
          tilePixelSum(layer, false, l1Bytes, hw, FIXED_BYTES),
        ];
  return planes === null || pixels === null ? undefined : pixels.cycles - planes.cycles;
}
