import type { Tensor } from '../base/tensor.js';
import type { Model } from '../ir/expr.js';
import type { HostOp } from '../program/types.js';

/**
 * Computes one operator on dense tensors, as the simulator's host does (sim/host/execute.ts). Injected: the quantizer itself
 * sees no simulator.
 */
export type Evaluate = (op: HostOp, args: readonly Tensor[]) => Tensor[];

export interface QuantizeOptions {
  readonly evaluate: Evaluate;
  /** Samples of the only input, as the float network takes them. */
  readonly calibration: readonly Tensor[];
  /** Held-aside samples for the report; may be empty. */
  readonly test: readonly Tensor[];
  /** Said before each longer step, for a person who waits. */
  readonly progress?: (what: string) => void;
}

/**
 * How the integer network's input is made of the float network's: integer = round(real * scale + offset), saturated to int8; one
 * scale and offset in all, or one for each index of `axis`.
 */
export interface InputMap {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  readonly axis: number;
}

/** One quantized tensor: real value = integer * 2^exponent, in the unit that the tensor is scaled to. */
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

/** A layer that became ternary, for the analog core. */
export interface TernaryLayer {
  readonly layer: string;
  /** Share of weights that are 0. */
  readonly zeros: number;
  /** What the array divides sums by; the right shift behind the batch norm. */
  readonly gain: number;
  readonly shift: number;
  /** Signal to noise against the int8 network over the calibration samples, in dB: with the ternary layers before it, and by itself. */
  readonly sqnr: number;
  readonly alone: number;
}

/** An operator that the integer network computes in float32, on the host. */
export interface FloatOperator {
  readonly operator: string;
  readonly layer: string;
  /** A layer (convolution, dense, sum) that the core could take, had it been quantized; with why it was not. */
  readonly lost?: string;
  /** Whether integer layers follow: its result is quantized again. */
  readonly between: boolean;
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
  readonly input: InputMap;
  readonly layers: readonly LayerReport[];
  /** Operators that stay in float32. */
  readonly floating: readonly FloatOperator[];
  /** What the weights were quantized as: "as they are", "channels equalized". */
  readonly variant: string;
  /** Lines on what a reader should know: a sum with much noise, an improvement that failed. */
  readonly warnings: readonly string[];
  readonly calibration: Agreement;
  readonly test: Agreement | undefined;
  /** The layers that became ternary, and what the int8 network was before that; absent without `analog`. */
  readonly analog?: {
    readonly layers: readonly TernaryLayer[];
    readonly int8: { readonly test: Agreement | undefined; readonly outputs: readonly Tensor[] };
  };
  /** The outputs for the held-aside samples that `test` compares. */
  readonly outputs: { readonly float: readonly Tensor[]; readonly quantized: readonly Tensor[] };
}
