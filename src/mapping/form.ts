import { reshape } from '../builder/operators.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import type { Refusal } from '../passes/pattern.js';

/** A layer as the other core computes it. */
export interface Form {
  /** Whether its values are the same for every input. */
  readonly exact: boolean;
  /** The layer over an input, in the other core's pattern, labelled with the layer's name. */
  readonly build: (input: Expr, layer: string) => Expr;
}

/** A form, or why there is none. */
export type FormOrRefusal = Form | Refusal;

/** The least and the largest sum that ternary weights can make of int8 values, over all output channels. */
export function sumRange(weights: ArrayLike<number>, outputs: number): readonly [low: number, high: number] {
  const taps = weights.length / outputs;
  let [low, high] = [0, 0];
  for (let k = 0; k < outputs; k++) {
    let [plus, minus] = [0, 0];
    for (let i = 0; i < taps; i++) {
      const w = weights[k * taps + i]!;
      if (w > 0) plus++;
      else if (w < 0) minus++;
    }
    low = Math.min(low, -128 * plus - 127 * minus);
    high = Math.max(high, 127 * plus + 128 * minus);
  }
  return [low, high];
}

/** Whether one position is all there is: such a conv is a dense layer. */
export const isPixel = (shape: readonly number[]): boolean => shape.slice(2).every((d) => d === 1);

/** `f` of each of `n` numbers. */
export const valuesOf = (n: number, f: (i: number) => number): number[] =>
  Array.from({ length: n }, (_, i) => f(i));

/** A value in another shape: one way of shaping it after another is one way, back to the shape it had is none. */
export function shapedTo(e: Expr, shape: readonly number[], label: Label): Expr {
  const from = e.kind === 'call' && e.op === 'reshape' ? e.args[0]! : e;
  return String(tensorTypeOf(from).shape) === String(shape) ? from : reshape(from, shape, label);
}
