import { type Choices, choose, type Growth, type Value } from '../growth.js';

/** Operators on planes that only the host runs. */

const isPlanes = (v: Value): boolean => v.shape.length === 4 && v.dtype !== 'int64';

const windowOf = ({ a, b, c, d }: Choices) => {
  const poolSize = [1 + (a % 4), 1 + ((a >> 2) % 4)];
  const padding = [b % 2, (b >> 1) % 2, (b >> 2) % 2, (b >> 3) % 2].map((p, i) =>
    Math.min(p, poolSize[i % 2]! - 1),
  );
  const strides = [1 + (c % 2), 1 + ((c >> 1) % 3)];
  return { poolSize, padding, strides, ceilMode: d % 3 === 2 };
};

export function maxPool(g: Growth, s: Choices): void {
  const x = g.pick(s.pick, isPlanes);
  g.offer(g.tensor(x.rms, 'op.maxPool2d', x, windowOf(s)));
}

export function avgPool(g: Growth, s: Choices): void {
  const x = g.pick(s.pick, isPlanes);
  g.offer(g.tensor(x.rms / 1.5, 'op.avgPool2d', x, { ...windowOf(s), countIncludePad: s.d % 2 === 1 }));
}

export function wholePool(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, isPlanes);
  const [, , h, w] = x.shape as [number, number, number, number];
  const made =
    a % 3 === 0
      ? g.tensor(x.rms / 2, 'op.globalAvgPool2d', x)
      : a % 3 === 1
        ? g.tensor(x.rms, 'op.globalMaxPool2d', x)
        : g.tensor(x.rms / 1.5, 'op.adaptiveAvgPool2d', x, [1 + (b % h), 1 + (c % w)]);
  g.offer(made);
}

/** Elements around the planes, or around any axis but the first. */
export function pad(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2);
  const width = x.shape.map((_, i) => (i === 0 ? [0, 0] : [(a >> i) % 3, (b >> i) % 3]));
  g.offer(g.tensor(x.rms, 'op.pad', x, width, choose([0, 0, -7, 100], c)));
}

/** A bias for each channel. */
export function biasAdd(g: Growth, { pick, a }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2 && ['int8', 'int32', 'float32'].includes(v.dtype));
  const axis = a % 3 === 0 ? x.shape.length - 1 : 1;
  const bias = {
    draw: `${g.next}.bias`,
    shape: [x.shape[axis]!],
    low: -20,
    high: 20,
    dtype: x.dtype,
  };
  g.offer(g.tensor(x.rms, 'op.biasAdd', x, g.call('m.parameter', `${g.next}.bias`, bias), axis));
}
