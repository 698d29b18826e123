import type { Tensor, TensorPair } from './library.js';

/** Values of one tensor on both sides, as numbers that a picture shows. */
export interface TensorView {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly actual: Float64Array;
  readonly expected: Float64Array;
}

const numbers = (t: Tensor): Float64Array => Float64Array.from(t.data as ArrayLike<number>);

/** The tensors that a run compared, kept for pictures. */
export class Tensors {
  readonly #pairs = new Map<string, TensorPair>();

  readonly compared = (pair: TensorPair): void => {
    this.#pairs.set(pair.comparison.tensor, pair);
  };

  view(name: string): TensorView | undefined {
    const pair = this.#pairs.get(name);
    if (pair === undefined) return undefined;
    const { shape, dtype } = pair.actual;
    return { shape, dtype, actual: numbers(pair.actual), expected: numbers(pair.expected) };
  }
}
