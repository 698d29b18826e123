import { elementCount, strides, type Tensor } from '../../src/base/tensor.js';
import { boolAttr } from '../../src/ir/attrs.js';
import type { Call } from '../../src/ir/expr.js';
import { type Evaluate, gatherIndex, resultType, store } from '../value.js';
import { truncatedQuotient } from './elementwise.js';
import { sumRounding } from './sums.js';

/** For each axis whether the call reduces it. */
function reducedAxes(call: Call, rank: number): boolean[] {
  const { axis } = call.attrs;
  if (axis === null || axis === undefined) return Array<boolean>(rank).fill(true);
  const named = [axis].flat().map((a) => (Number(a) < 0 ? Number(a) + rank : Number(a)));
  return Array.from({ length: rank }, (_, i) => named.includes(i) !== boolAttr(call.attrs, 'exclude'));
}

/** fn over the elements that fall onto each result element, in row-major order. */
function reduce(call: Call, x: Tensor, fn: (terms: Float64Array) => number): Float64Array {
  const reduced = reducedAxes(call, x.shape.length);
  const steps = strides(x.shape);
  const part = (wanted: boolean): Int32Array => {
    const axes = [...x.shape.keys()].filter((i) => reduced[i] === wanted);
    return gatherIndex(
      axes.map((i) => x.shape[i]!),
      axes.map((i) => steps[i]!),
    );
  };
  const [starts, offsets] = [part(false), part(true)];
  return Float64Array.from(starts, (start) => fn(Float64Array.from(offsets, (o) => x.data[start + o]!)));
}

/** Wraps to the dtype itself, once (in int64: exact). */
export const sum: Evaluate = (call, args, run) => {
  const x = args[0]!;
  const quiet = sumRounding(x.dtype === 'float32' ? 'float32' : 'int64', run);
  return store(resultType(call), reduce(call, x, quiet.total), run);
};

/** Of an exact element nothing is lost in store(). */
const extremum =
  (better: (a: number, b: number) => number): Evaluate =>
  (call, args, run) =>
    store(
      resultType(call),
      reduce(call, args[0]!, (terms) => terms.reduce((a, b) => better(a, b))),
      run,
    );
export const max = extremum((a, b) => Math.max(a, b));
export const min = extremum((a, b) => Math.min(a, b));

export const mean: Evaluate = (call, args, run) => {
  const x = args[0]!;
  const rounding = sumRounding(x.dtype, run);
  const count = x.data.length / elementCount(resultType(call).shape);
  const means = reduce(call, x, (terms) => truncatedQuotient(rounding.total(terms), count, x.dtype));
  rounding.report();
  return store(resultType(call), means, run);
};
