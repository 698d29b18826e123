import { denseBytes, type Tensor, tensor } from '../base/tensor.js';
import { constant } from '../ir/build.js';
import type { Constant } from '../ir/expr.js';
import type { TensorType } from '../ir/types.js';

/** What all stand-ins together may take: 32 times the chip's L2. [ours] */
const MAX_STAND_IN_BYTES = 2 ** 24;

/** The constants that `meta[relay.Constant][i]` refers to; one object for each i, so that uses share one tensor. */
export class ConstantTable {
  readonly #values: readonly Tensor[] | undefined;
  readonly #standIns: boolean;
  readonly #made = new Map<number, Constant>();
  #standInBytes = 0;

  /**
   * `values` come from the metadata section, if there is one. `standIns`: without a section a constant whose type is known
   * from its comment is zeros; good for showing a text again, not for computing.
   */
  constructor(values: readonly Tensor[] | undefined, standIns: boolean) {
    this.#values = values;
    this.#standIns = standIns;
  }

  /** Constant number `index`; a string says why there is none. */
  get(index: number, type: TensorType | undefined): Constant | string {
    const known = this.#made.get(index);
    if (known !== undefined) return known;
    const value = this.#values === undefined ? this.#standIn(type) : this.#values[index];
    if (value === undefined)
      return this.#values === undefined
        ? 'has no value: the file has no #[metadata] section. Write the module with mod.astext(), or before its parameters are bound.'
        : `has no value: the metadata section holds ${this.#values.length} constants.`;
    const made = constant(value);
    this.#made.set(index, made);
    return made;
  }

  #standIn(type: TensorType | undefined): Tensor | undefined {
    if (!this.#standIns || type === undefined) return undefined;
    this.#standInBytes += denseBytes(type.shape, type.dtype);
    return this.#standInBytes <= MAX_STAND_IN_BYTES ? tensor(type.shape, type.dtype) : undefined;
  }
}
