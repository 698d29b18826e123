import type { DType } from '../base/dtype.js';
import type { Shape } from '../base/tensor.js';
import type { Explanation } from './explanation.js';

/** The first element at which simulator and reference differ. */
export interface Difference {
  readonly coordinates: readonly number[];
  readonly expected: number;
  readonly actual: number;
  /**
   * The step that last wrote the element, with its layer, tile (a host kernel has none) and what it did. Without `step` the
   * layer never wrote the element: `layer` and `tile` are those that should have, `writer` says whose bytes are left.
   */
  readonly step?: number;
  readonly layer?: string;
  readonly tile?: number;
  readonly writer?: string;
}

/** One tensor that simulator and reference both hold. */
export interface TensorComparison {
  readonly tensor: string;
  readonly layer?: string;
  readonly operator: string;
  readonly where: 'digital' | 'analog' | 'host';
  readonly shape: Shape;
  readonly dtype: DType;
  readonly elements: number;
  readonly differing: number;
  readonly first?: Difference;
  /** int8 outputs at -128 or 127 (with ReLU: at 127), and outputs that are 0; counts of elements. */
  readonly saturated: number;
  readonly zero: number;
  /** How far values may be off and still count as equal ("within 2 ulp"); without it they must be equal bit for bit. */
  readonly tolerance?: string;
  /**
   * Set where the expected values are floats computed by the operator's definition and checked on tfjs (exp, softmax, float
   * convolutions, ...): the largest distance between the two, in units in the last place.
   */
  readonly tfjsDistance?: number;
  /** Elements of the reference that left their integer dtype and wrapped; absent for none. */
  readonly wrapped?: number;
}

/** The comparison of one run with the reference. */
export interface Verdict {
  readonly model: string;
  readonly backend: string;
  readonly seed: string;
  /** Number of the run (0 on) with this seed. */
  readonly run: number;
  readonly tensors: readonly TensorComparison[];
  /** Tensors of the model that the program never holds whole in memory (inside fused kernels and accelerator calls). */
  readonly notHeld: number;
  readonly ok: boolean;
  /** Why it differs, where that was looked into. */
  readonly explanation?: Explanation;
}
