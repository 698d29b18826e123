import type { Ref } from '../call-list.js';
import { type Choices, choose, type Growth, type Value } from '../growth.js';
import { peer } from './layers.js';

/** Integer and float arithmetic on the host. */

/** What values brought to int8 have. */
const INT8_RMS = 45;

const isInteger = (v: Value): boolean => v.dtype !== 'float32' && v.dtype !== 'bool';

/** The right operand: another value of the same type, one value for each channel, or a number. */
function operand(g: Growth, x: Value, n: number, low: number, high: number) {
  const numbers = { draw: `${g.next}.numbers`, low, high, dtype: x.dtype };
  switch (n % 4) {
    case 0:
      return low + ((n >> 2) % (high - low + 1));
    case 1:
      return g.call('constant', { ...numbers, shape: x.shape });
    case 2:
      return g.call('constant', { ...numbers, shape: x.shape.map((d, i) => (i === 1 ? d : 1)) });
    default:
      return peer(g, x, n >> 2);
  }
}

/** add, subtract, multiply, maximum or minimum of integers of any width; sums and products wrap. */
export function integerBinary(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, isInteger);
  const names =
    x.dtype === 'int64' ? ['add', 'subtract'] : ['maximum', 'minimum', 'subtract', 'multiply', 'add'];
  const fn = choose(names, a);
  const low = x.dtype === 'uint8' ? 0 : -40;
  // Only a constant may stand where the builder takes no number.
  const y =
    fn === 'add' && b % 4 === 0 ? g.call('call', 'nn.relu', [{ ref: x.ref }]) : operand(g, x, b, low, 40);
  g.offer(g.tensor(fn === 'multiply' ? 70 : x.rms, `op.${fn}`, x, y));
}

/** Divisors are never 0: numbers from 1 on, or another value of which the larger of it and 1 is taken. */
export function divide(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, (v) => isInteger(v) && v.dtype !== 'int64');
  const y = a % 3 === 0 ? g.call('op.maximum', peer(g, x, b), 1) : operand(g, x, 4 * b + (a % 3), 1, 9);
  g.offer(g.tensor(x.rms / 3, 'op.divide', x, y));
}

/** Shifts by a number, by one for each channel, or by another value cut to 0..7. */
export function shift(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, (v) => isInteger(v) && v.dtype !== 'int64');
  const fn = choose(['rightShift', 'rightShift', 'leftShift'], a);
  const y = b % 3 === 0 ? g.call('op.clip', peer(g, x, b), 0, 7) : g.call('constant', shiftDraw(g, x, b));
  g.offer(g.tensor(fn === 'leftShift' ? 70 : x.rms / 2, `op.${fn}`, x, y));
}

const shiftDraw = (g: Growth, x: Value, b: number) => ({
  draw: `${g.next}.shifts`,
  shape: b % 3 === 1 ? [] : x.shape.map((d, i) => (i === 1 ? d : 1)),
  low: b % 4,
  high: b % 4,
  dtype: x.dtype,
});

/** clip, relu, negative, abs, floor or round. */
export function unary(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, (v) => v.dtype !== 'bool');
  const low = x.dtype === 'uint8' ? 10 : -90;
  const fn = choose(['clip', 'relu', 'negative', 'clip', 'abs', 'floor', 'round'], a);
  const limits = fn === 'clip' ? [low + (b % 50), 30 + (b % 90)] : [];
  const rms = fn === 'relu' ? x.rms / Math.SQRT2 : fn === 'clip' ? x.rms / 1.2 : x.rms;
  g.offer(g.tensor(rms, `op.${fn}`, x, ...limits));
}

/** To another integer dtype: wider, or to one that may be narrower, where values wrap. */
export function castInteger(g: Growth, { pick, a }: Choices): void {
  const x = g.pick(pick, isInteger);
  g.offer(g.tensor(x.rms, 'op.cast', x, choose(['int32', 'int16', 'uint8', 'int64', 'int8'], a)));
}

/** Sums and means over axes. */
export function reduce(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2 && v.dtype !== 'bool' && v.dtype !== 'int64');
  const axis =
    c % 4 === 3 ? [1, x.shape.length - 1].slice(0, x.shape.length - 1) : [1 + (b % (x.shape.length - 1))];
  g.offer(
    g.tensor(x.rms / 2, choose(['op.mean', 'op.sum'], a), x, {
      axis: [...new Set(axis)],
      keepdims: a % 4 < 2,
    }),
  );
}

/** To int8 from whatever it is, shifted or scaled so that the values fit: how floats and wide integers come back to the core. */
export function narrow(g: Growth, { pick, a }: Choices): void {
  const x = g.pick(pick, (v) => v.dtype !== 'int8' && v.dtype !== 'bool');
  const clipped = x.dtype === 'float32' ? narrowFloat(g, x, a) : narrowInteger(g, x);
  g.offer(g.tensor(INT8_RMS, 'op.cast', clipped, 'int8'));
}

function narrowInteger(g: Growth, x: Value): Ref {
  const bits = Math.max(0, Math.min(30, Math.round(Math.log2(Math.max(1, x.rms) / INT8_RMS))));
  const amount = { draw: `${g.next}.bits`, shape: [], low: bits, high: bits, dtype: x.dtype };
  const shifted = g.call('op.rightShift', x, g.call('constant', amount));
  return g.call('op.clip', shifted, x.dtype === 'uint8' ? 0 : -128, 127);
}

function narrowFloat(g: Growth, x: Value, a: number): Ref {
  const scaled = g.call('op.multiply', x, Number((INT8_RMS / Math.max(x.rms, 0.05)).toFixed(2)));
  return g.call('op.clip', a % 2 === 0 ? g.call('op.round', scaled) : scaled, -128, 127);
}
