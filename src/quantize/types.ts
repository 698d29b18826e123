import type { Tensor } from '../base/tensor.js';
import type { Func, Model } from '../ir/expr.js';

/**
 * Computes every tensor of a labelled function with bound parameters, by label ("%0", ..., "output"). Injected: the
 * quantizer itself runs nothing, and takes the host kernels of the simulator from the command line.
 */
export type Evaluate = (main: Func, inputs: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>;

export interface QuantizeOptions {
  readonly evaluate: Evaluate;
  /** Samples of the only input, as the float network takes them. */
  readonly calibration: readonly Tensor[];
  /** Held-aside samples for the report; may be empty. */
  readonly test: readonly Tensor[];
  /** Said before each longer step, for a person who waits. */
  readonly progress?: (what: string) => void;
}

/** One quantized tensor: real value = integer * 2^exponent. */
export interface LayerReport {
  readonly layer: string;
  readonly operator: string;
  /** Exponents of the input's, the weights' (layers only) and the output's scales. */
  readonly input: number;
  readonly weights?: number;
  readonly output: number;
  /** Right shift of the accumulator, where there is one. */
  readonly shift?: number;
  /** Share of outputs at the ends of int8 (with ReLU: at 127), over the calibration samples. */
  readonly saturated: number;
  /** Signal to quantization noise against the float network over the calibration samples, in dB. */
  readonly sqnr: number;
}

/** The quantized network against the float network on held-aside samples. */
export interface Agreement {
  readonly samples: number;
  /** Share of samples whose largest output is the same. */
  readonly top1: number;
  /** Mean of |quantized - float| over all outputs. */
  readonly meanError: number;
}

export interface Quantized {
  readonly model: Model;
  /** Exponent of the int8 input's scale. */
  readonly inputExponent: number;
  readonly layers: readonly LayerReport[];
  /** Operators that stay in float32, with why. */
  readonly floating: readonly string[];
  /** Whether the channels of consecutive layers were equalized. */
  readonly equalized: boolean;
  readonly calibration: Agreement;
  readonly test: Agreement | undefined;
}
