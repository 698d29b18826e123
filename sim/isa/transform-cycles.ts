import type { Shape } from '../../src/base/tensor.js';
import { ceilDiv } from '../../src/base/units.js';
import { banksInUse, CHANNEL_BLOCK } from './analog/geometry.js';
import { analogLayout } from './analog/layout.js';
import { LINE_BYTES, WORD_BYTES } from './geometry.js';
import { coreLayout } from './layout.js';
import type { HostCycleParameters } from './parameters.js';

/** Which layouts a transform goes between: `dense`, `core` or `analog`. */
export interface LayoutMove {
  readonly from: string;
  readonly to: string;
}

/** Places of memory that a byte of a square of words costs, and one that is moved by itself to pixels or to planes. [ours], fitted */
const IN_WORDS = 0.4;
const TO_PIXELS = 0.6;
const TO_PLANES = 0.48;
/** A word of 0 that only fills up. [ours], fitted */
const FILLING = 0.3;

/** Words that a row of elements takes. */
const wordsOf = (elements: number): number => ceilDiv(elements, WORD_BYTES);

/**
 * Between planes and the analog core's pixels: in squares of four channels and four pixels where planes begin on words, else byte by byte; and
 * the words that fill up a line of channels or a row's pitch.
 */
function pixelTransformCycles(shape: Shape, { from, to }: LayoutMove, p: HostCycleParameters): number {
  const { channels, pixels, blocks } = analogLayout(shape);
  const { rows, columns, pitch } = coreLayout(shape);
  const dense = from === 'dense' || to === 'dense';
  const lines = (blocks - 1) * CHANNEL_BLOCK + banksInUse(channels) * LINE_BYTES;
  const filled =
    to === 'analog'
      ? pixels * (lines / WORD_BYTES - wordsOf(channels))
      : to === 'core'
        ? channels * rows * (pitch / WORD_BYTES - wordsOf(columns))
        : 0;
  const columnWords = dense ? pixels / WORD_BYTES : rows * wordsOf(columns);
  const moved =
    dense && pixels % WORD_BYTES !== 0
      ? channels * pixels * (to === 'analog' ? TO_PIXELS : TO_PLANES)
      : wordsOf(channels) * WORD_BYTES * columnWords * WORD_BYTES * IN_WORDS;
  return (moved + filled * FILLING) * p.place;
}

/**
 * Cycles of the host's loops that bring an int8 tensor of `shape` into another layout, without the kernel's call. Between rows that are
 * whole words it copies words; others go byte by byte, and fill up the core's rows. [ours], fitted to runs on the SoC model
 */
export function transformCycles(shape: Shape, { from, to }: LayoutMove, p: HostCycleParameters): number {
  if (to === 'analog' || from === 'analog') return pixelTransformCycles(shape, { from, to }, p);
  const { planes, rows, columns, pitch } = coreLayout(shape);
  const bytes = planes * rows * columns;
  const lines = pitch === columns ? 0 : planes * rows;
  if (columns % WORD_BYTES === 0)
    return bytes * p.transform + ((bytes > WORD_BYTES ? 2 : 0) + lines / 2) * p.place;
  const padding = to === 'core' ? lines * (pitch - columns) : 0;
  return bytes * 1.3 * p.place + padding * 0.8 * p.place;
}
