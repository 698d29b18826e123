import { type Choices, choose, type Growth, type Value } from '../growth.js';
import { peer } from './layers.js';

/** Operators on float32. */

const isFloat = (v: Value): boolean => v.dtype === 'float32';

/** To float32, about -2 to 2. */
export function toFloat(g: Growth, { pick, a }: Choices): void {
  const x = g.pick(pick, (v) => !isFloat(v) && v.dtype !== 'bool');
  const scale = a % 3 === 0 ? 1 : Number((1 / Math.max(x.rms, 1)).toPrecision(3));
  const wide = g.tensor(x.rms, 'op.cast', x, 'float32');
  g.offer(scale === 1 ? wide : g.tensor(x.rms * scale, 'op.multiply', wide, scale));
}

/** A float, of which an integer is made where there is none. */
function float(g: Growth, { pick }: Choices): Value {
  const x = g.pick(pick, (v) => v.dtype !== 'bool');
  return isFloat(x) ? x : g.tensor(x.rms, 'op.cast', x, 'float32');
}

const UNARY = [
  'sigmoid',
  'tanh',
  'leakyRelu',
  'exp',
  'sqrt',
  'floor',
  'round',
  'abs',
  'relu',
  'log',
  'onnx.round',
] as const;

export function floatUnary(g: Growth, s: Choices): void {
  const x = float(g, s);
  const fn = choose(UNARY, s.a);
  // What the package has no function for.
  if (fn === 'log') {
    const positive = g.call('op.maximum', g.call('op.abs', x), 0.125);
    g.offer(g.tensor(Math.log(Math.max(x.rms, 3)), 'call', fn, [{ ref: positive.ref }], {}));
    return;
  }
  if (fn === 'onnx.round') {
    g.offer(g.tensor(x.rms, 'call', fn, [{ ref: x.ref }], {}));
    return;
  }
  // exp of at most 10; roots of what is not negative.
  const safe = fn === 'exp' ? g.call('op.minimum', x, 10) : fn === 'sqrt' ? g.call('op.abs', x) : x;
  const rms = fn === 'sigmoid' || fn === 'tanh' ? 0.7 : fn === 'sqrt' ? Math.sqrt(x.rms) : x.rms;
  g.offer(g.tensor(rms, `op.${fn}`, safe, ...(fn === 'leakyRelu' ? [choose([0.25, 0.1], s.b)] : [])));
}

export function softmax(g: Growth, s: Choices): void {
  const x = float(g, s);
  g.offer(g.tensor(0.3, 'op.softmax', x, ...(s.a % 2 === 0 || x.shape.length < 2 ? [] : [1])));
}

export function floatBinary(g: Growth, s: Choices): void {
  const x = float(g, s);
  const fn = choose(['add', 'subtract', 'multiply', 'maximum', 'minimum', 'divide'], s.a);
  const numbers = {
    draw: `${g.next}.numbers`,
    shape: x.shape.map((d, i) => (i === 1 ? d : 1)),
    low: -2,
    high: 2,
    dtype: 'float32',
  } as const;
  const y = s.b % 2 === 0 ? peer(g, x, s.b >> 1) : g.call('constant', numbers);
  g.offer(g.tensor(x.rms, `op.${fn}`, x, y));
}

/** A convolution or a dense layer of floats. */
export function floatLayer(g: Growth, s: Choices): void {
  const x = g.pick(s.pick, (v) => isFloat(v) && (v.shape.length === 4 || v.shape.length === 2));
  const k = 1 + (s.a % 12);
  const kernel = x.shape.length === 4 ? [choose([1, 3], s.b), choose([3, 1], s.b >> 1)] : [];
  const weights = {
    draw: `${g.next}.weights`,
    shape: [k, x.shape[1]!, ...kernel],
    low: -1,
    high: 1,
    dtype: 'float32',
  } as const;
  const w = g.call('m.parameter', `${g.next}.weights`, weights);
  const attrs =
    kernel.length === 0 ? {} : { padding: kernel.map((side) => (side - 1) / 2), strides: 1 + (s.c % 2) };
  g.offer(
    g.tensor(x.rms * Math.sqrt(x.shape[1]!), kernel.length === 0 ? 'op.dense' : 'op.conv2d', x, w, attrs),
  );
}
