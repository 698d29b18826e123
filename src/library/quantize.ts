import { executeHostOp } from '../../sim/host/execute.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import type { Tensor } from '../base/tensor.js';
import type { Model } from '../ir/expr.js';
import { type Quantized, quantizedInput, quantizeSteps } from '../quantize/index.js';
import { agreement } from '../quantize/measure.js';
import { ternarySteps } from '../quantize/ternary/index.js';
import { Turns, type WorkOptions } from './turns.js';

/** Float network, two variants tried, quantization, held-aside samples; with `analog` two more. */
const PHASES = 5;

export interface QuantizeOptions extends WorkOptions {
  /** Samples of the only input, as the float network takes them: float32 tensors of its shape. */
  readonly calibration: readonly Tensor[];
  /** Held-aside samples for the report; none by default. */
  readonly test?: readonly Tensor[];
  /**
   * Makes the network a mixed one: `layers` of those between the first and the last (all by default, else those that lose least) get ternary
   * weights, for the analog core. Nothing is trained, so it loses accuracy: `analog` of the result has the int8 network's beside it.
   */
  readonly analog?: { readonly layers?: number };
}

/**
 * A trained float32 network as an integer one for the digital core: int8 weights and activations at power-of-two scales, int32 biases, one
 * shift a layer; with a report a layer, and how far it agrees with the float network on calibration and held-aside samples.
 * Throws a UserError when the network has several inputs, is no float network, or a sample does not fit.
 *
 * @example
 * const { model, test } = await quantize(float, { calibration: samples.slice(0, 32), test: samples.slice(32) });
 */
export async function quantize(model: Model, options: QuantizeOptions): Promise<Quantized> {
  const turns = new Turns(options);
  const steps = stepsOf(model, options);
  for (let done = 0; ; done++) {
    const next = steps.next();
    if (next.done === true) return next.value;
    options.onProgress?.({ what: next.value, done, total: PHASES + (options.analog === undefined ? 0 : 2) });
    await turns.pause();
  }
}

function* stepsOf(
  model: Model,
  { calibration, test = [], analog }: QuantizeOptions,
): Generator<string, Quantized> {
  const evaluate = executeHostOp;
  const int8 = yield* quantizeSteps(model, { calibration, test, evaluate });
  if (analog === undefined) return int8;
  const integers = (samples: readonly Tensor[]) => samples.map((t) => quantizedInput(t, int8.input));
  const { chip } = DEFAULT_PARAMETERS;
  const ternary = yield* ternarySteps(int8.model, integers(calibration), { evaluate, chip, ...analog });
  const quantized = ternary.run(integers(test));
  const { float, quantized: before } = int8.outputs;
  return {
    ...int8,
    model: ternary.model,
    analog: { layers: ternary.layers, int8: { test: int8.test, outputs: before } },
    test: float.length === 0 ? undefined : agreement(float, quantized),
    outputs: { float, quantized },
  };
}

/**
 * The first half calibrates and the second half is held aside, unless there are samples of their own for that.
 *
 * @example
 * const { calibration, test } = divideSamples(samples);
 */
export function divideSamples(
  all: readonly Tensor[],
  test?: readonly Tensor[],
): { readonly calibration: readonly Tensor[]; readonly test: readonly Tensor[] } {
  if (test !== undefined) return { calibration: all, test };
  const half = Math.ceil(all.length / 2);
  return { calibration: all.slice(0, half), test: all.slice(half) };
}
