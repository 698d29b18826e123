import { type Choices, choose, type Growth } from '../growth.js';
import { isImage } from './layers.js';

/** What TFLite's integer kernels do, which the builder has no words of its own for. */

/** int32 to int8 by a multiplier below 1 and a shift, for all or for each channel. */
export function requantize(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, (v) => v.dtype === 'int8' && v.shape.length >= 2);
  const wide = g.tensor(x.rms, 'op.multiply', g.call('op.cast', x, 'int32'), 37);
  const shape = a % 2 === 0 ? [] : [x.shape[1]!];
  const multiplier = {
    draw: `${g.next}.multiplier`,
    shape,
    low: 2 ** 30,
    high: 2 ** 31 - 1,
    dtype: 'int32',
  } as const;
  const shift = { draw: `${g.next}.shift`, shape, low: -6, high: -4, dtype: 'int32' } as const;
  const args = [wide, g.call('constant', multiplier), g.call('constant', shift)].map(({ ref }) => ({ ref }));
  g.offer(g.tensor(x.rms, 'call', 'tflite.requantize', args, { zero_point: choose([0, -5, 9], b) }));
}

export function roundedPool(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, isImage);
  const pool = { pool_size: [1 + (a % 3), 1 + (b % 3)], strides: [1 + ((a >> 2) % 2), 1 + ((b >> 2) % 2)] };
  g.offer(g.tensor(x.rms / 1.5, 'call', 'tflite.avg_pool2d', [{ ref: x.ref }], pool));
}

/** Any function of an int8. */
export function lookup(g: Growth, { pick }: Choices): void {
  const x = g.pick(pick, (v) => v.dtype === 'int8');
  const table = { draw: `${g.next}.table`, shape: [256], low: -128, high: 127, dtype: 'int8' } as const;
  g.offer(g.tensor(70, 'call', 'tflite.lookup', [{ ref: x.ref }, { ref: g.call('constant', table).ref }]));
}

/** Differences to the largest element from 1/4 to 1/16 each. */
export function integerSoftmax(g: Growth, { pick, a }: Choices): void {
  const x = g.pick(pick, (v) => v.dtype === 'int8' && v.shape.length > 0);
  const left_shift = choose([22, 24, 23], a);
  const attrs = { multiplier: 2 ** 30, left_shift, diff_min: -Math.floor((31 * 2 ** 26) / 2 ** left_shift) };
  g.offer(g.tensor(90, 'call', 'tflite.softmax', [{ ref: x.ref }], attrs));
}
