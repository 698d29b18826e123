import type { Shape } from '../../src/base/tensor.js';
import { CHANNEL_BLOCK } from './analog/geometry.js';
import { analogLayout } from './analog/layout.js';
import { WORD_BYTES } from './geometry.js';
import { coreLayout } from './layout.js';
import type { HostCycleParameters } from './parameters.js';

/** Which layouts a transform goes between: `dense`, `core` or `analog`. */
export interface LayoutMove {
  readonly from: string;
  readonly to: string;
}

/** Between planes and the analog core's pixels: every byte, and the words of channels or bytes of columns that only fill up. */
function pixelCycles(shape: Shape, bytes: number, to: string, p: HostCycleParameters): number {
  const { channels, pixels, blocks } = analogLayout(shape);
  const { planes, rows, columns, pitch } = coreLayout(shape);
  const filled =
    to === 'analog'
      ? (pixels * (blocks * CHANNEL_BLOCK - channels)) / WORD_BYTES
      : to === 'core'
        ? planes * rows * (pitch - columns)
        : 0;
  return (bytes * 0.56 + filled) * p.place;
}

/**
 * Cycles of the host's loops that bring an int8 tensor of `shape` into another layout, without the kernel's call. Between rows that are
 * whole words it copies words; others go byte by byte, and fill up the core's rows. [ours], fitted to runs on the SoC model
 */
export function transformCycles(shape: Shape, { from, to }: LayoutMove, p: HostCycleParameters): number {
  const { planes, rows, columns, pitch } = coreLayout(shape);
  const bytes = planes * rows * columns;
  if (to === 'analog' || from === 'analog') return pixelCycles(shape, bytes, to, p);
  const lines = pitch === columns ? 0 : planes * rows;
  if (columns % WORD_BYTES === 0)
    return bytes * p.transform + ((bytes > WORD_BYTES ? 2 : 0) + lines / 2) * p.place;
  const padding = to === 'core' ? lines * (pitch - columns) : 0;
  return bytes * 1.3 * p.place + padding * 0.8 * p.place;
}
