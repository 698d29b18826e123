import { elementCount } from '../../../src/base/tensor.js';
import { type Choices, choose, type Growth, type Value } from '../growth.js';
import { peer } from './layers.js';

/** Operators that move elements and compute nothing. */

const hasAxes = (v: Value): boolean => v.shape.length >= 1;

/** Joins two or three values that differ along one axis at most. */
export function concatenate(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, hasAxes);
  const axis = x.shape.length < 2 ? 0 : 1 + (a % (x.shape.length - 1));
  const goes = (v: Value) =>
    v.dtype === x.dtype &&
    v.shape.length === x.shape.length &&
    v.shape.every((d, i) => i === axis || d === x.shape[i]);
  const parts = [x, g.pick(2 * b + 1, goes), ...(c % 3 === 2 ? [g.pick(2 * c + 1, goes)] : [])];
  const shown = c % 2 === 0 ? parts : parts.reverse();
  g.offer(
    g.tensor(
      Math.max(...parts.map((p) => p.rms)),
      'op.concatenate',
      shown.map(({ ref }) => ({ ref })),
      axis,
    ),
  );
}

/** Two or three parts along an axis; every fifth time one of them is not used. */
export function split(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.some((d) => d >= 2));
  const axes = x.shape.flatMap((d, i) => (d >= 2 ? [i] : []));
  const axis = choose(axes, a);
  const extent = x.shape[axis]!;
  const first = 1 + (b % (extent - 1));
  const how =
    extent % 2 === 0 && c % 2 === 0 ? 2 : first < extent - 1 && c % 3 === 0 ? [first, extent - 1] : [first];
  const parts = g.call('call', 'split', [{ ref: x.ref }], { indices_or_sections: how, axis });
  const count = typeof how === 'number' ? how : how.length + 1;
  const fields = Array.from({ length: count }, (_, i) => i).filter((i) => c % 5 !== 4 || i !== 0);
  g.offer(...fields.map((i) => g.tensor(x.rms, 'tupleGetItem', { ref: parts.ref }, i)));
}

export function stridedSlice(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2);
  const axes = x.shape.map((_, i) => i).slice(1);
  const begin = axes.map((i) => (a >> i) % Math.ceil(x.shape[i]! / 2));
  const end = axes.map((i, n) => Math.max(begin[n]! + 1, x.shape[i]! - ((b >> i) % 2)));
  const backwards = c % 4 === 3;
  const strides = axes.map((i) => (backwards ? -1 : 1) * (1 + ((c >> i) % 2)));
  const attrs = backwards
    ? { begin: end.map((e) => e - 1), end: axes.map((i, n) => begin[n]! - 1 - x.shape[i]!), strides, axes }
    : { begin, end, strides, axes };
  g.offer(g.tensor(x.rms, 'op.stridedSlice', x, attrs));
}

/** Any order of the axes; every second time only of those behind the first. */
export function transpose(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2);
  const axes = x.shape.map((_, i) => i);
  const fixed = a % 2 === 0 ? axes.splice(0, 1) : [];
  for (let i = axes.length - 1; i > 0; i--) {
    const j = (b >> i) % (i + 1);
    [axes[i], axes[j]] = [axes[j]!, axes[i]!];
  }
  g.offer(g.tensor(x.rms, 'op.transpose', x, [...fixed, ...axes]));
}

/** The shapes with as many elements and a first axis of 1. */
function shapesFor(elements: number, n: number, m: number): number[] {
  const divisors = Array.from({ length: Math.min(elements, 64) }, (_, i) => i + 1).filter(
    (d) => elements % d === 0,
  );
  const c = choose(divisors, m);
  const rest = Array.from({ length: Math.min(elements / c, 64) }, (_, i) => i + 1).filter(
    (d) => (elements / c) % d === 0,
  );
  const h = choose(rest, m >> 3);
  return choose(
    [
      [1, elements],
      [1, c, -1],
      [1, c, h, -1],
      [1, h, c, -1],
    ],
    n,
  );
}

export function reshape(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, hasAxes);
  g.offer(g.tensor(x.rms, 'op.reshape', x, shapesFor(elementCount(x.shape), a, b)));
}

/** reverse, squeeze, expand_dims or batch_flatten. */
export function axes(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, hasAxes);
  const ones = x.shape.flatMap((d, i) => (d === 1 && i > 0 ? [i] : []));
  const made = [
    () => g.tensor(x.rms, 'op.reverse', x, b % x.shape.length),
    () => g.tensor(x.rms, 'op.squeeze', x, ones),
    () => g.tensor(x.rms, 'op.expandDims', x, x.shape.length >= 4 ? 0 : b % (x.shape.length + 1)),
    () => g.tensor(x.rms, 'op.batchFlatten', x),
  ];
  g.offer(choose(made, a)());
}

/** Two branches of one value that move it in different ways and meet again. */
export function detour(g: Growth, { pick, a, b }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2);
  const axis = 1 + (a % (x.shape.length - 1));
  const turned = g.tensor(x.rms, 'op.reverse', x, axis);
  const other = peer(g, x, b);
  g.offer(g.tensor(x.rms, 'op.maximum', turned, other));
}
