import { type Choices, choose, type Growth, type Value } from '../growth.js';
import { peer } from './layers.js';

/** Operators that choose among elements: max, min, argmax, take, where. */

const isNumber = (v: Value): boolean => v.dtype !== 'bool';
const isNarrow = (v: Value): boolean => isNumber(v) && v.dtype !== 'int64' && v.shape.length >= 2;

/** The largest, the smallest, or the number of the largest element along an axis. */
export function extremum(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, isNarrow);
  const axis = 1 + (b % (x.shape.length - 1));
  const keepdims = c % 2 === 0;
  const operand = [{ ref: x.ref }];
  if (a % 3 === 2) {
    const attrs = { axis, keepdims, select_last_index: c % 4 >= 2 };
    g.offer(g.tensor(x.shape[axis]! / 2, 'call', 'argmax', operand, attrs));
  } else
    g.offer(g.tensor(2 * x.rms, 'call', choose(['max', 'min'], a % 3), operand, { axis: [axis], keepdims }));
}

/** Elements along an axis in any order, some twice, some by a number outside of it, which counts as the nearest inside. */
export function take(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, (v) => v.shape.length >= 2);
  const axis = 1 + (a % (x.shape.length - 1));
  const indices = {
    draw: `${g.next}.indices`,
    shape: [1 + (b % 6)],
    low: c % 4 === 0 ? -1 : 0,
    high: x.shape[axis]! - (c % 4 === 0 ? 0 : 1),
    dtype: 'int32',
  } as const;
  g.offer(
    g.tensor(x.rms, 'call', 'take', [{ ref: x.ref }, { ref: g.call('constant', indices).ref }], { axis }),
  );
}

/** A value where a condition holds, else another: the condition is what of a third value is not 0, for each element or each channel. */
export function where(g: Growth, { pick, a, b, c }: Choices): void {
  const x = g.pick(pick, isNumber);
  const mask = {
    draw: `${g.next}.mask`,
    shape: c % 2 === 0 ? x.shape : x.shape.map((d, i) => (i === 1 ? d : 1)),
    low: 0,
    high: 1,
    dtype: 'int8',
  } as const;
  const condition = g.call('op.cast', c % 3 === 0 ? peer(g, x, a) : g.call('constant', mask), 'bool');
  const y = peer(g, x, b);
  g.offer(g.tensor(x.rms, 'call', 'where', [{ ref: condition.ref }, { ref: x.ref }, { ref: y.ref }], {}));
}
