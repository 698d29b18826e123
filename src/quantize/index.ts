import { LimitError, UserError } from '../base/errors.js';
import { sameShape, showShape, type Tensor } from '../base/tensor.js';
import { finishModel } from '../frontends/model.js';
import { Names } from '../frontends/names.js';
import { type Expr, type Func, inputsOf, type Model } from '../ir/expr.js';
import { labelTensors } from '../ir/label.js';
import { bindParameters } from '../passes/bind.js';
import { equalizeChannels } from './equalize.js';
import { foldScales } from './fold.js';
import { agreement } from './measure.js';
import { floatTensors, quantizeBody, quantizedTensor } from './quantizer.js';
import { rescaleTensors } from './rescale.js';
import type { Evaluate, Quantized, QuantizeOptions } from './types.js';
import { findUnits } from './units.js';

export { quantizedTensor } from './quantizer.js';
export type { Agreement, Evaluate, LayerReport, Quantized, QuantizeOptions } from './types.js';

/** More calibration samples are refused: each keeps every tensor of the network in memory. */
export const MAX_SAMPLES = 512;

/**
 * A trained float32 network as an integer one for the digital core: int8 weights and activations at power-of-two scales, int32
 * biases, one shift a layer. Tried with and without equalized channels (src/quantize/equalize.ts); the one whose output is
 * nearer to the float network's on the calibration samples stays.
 * Throws a UserError when the network has several inputs, is no float network, or a sample does not fit.
 */
export function quantize(model: Model, options: QuantizeOptions): Quantized {
  const steps = quantizeSteps(model, options);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    options.progress?.(next.value);
  }
}

/** `quantize` that comes back before each longer step with what it is, for a person who waits. */
export function* quantizeSteps(model: Model, options: QuantizeOptions): Generator<string, Quantized> {
  const inputs = inputsOf(model);
  const input = inputs[0];
  if (inputs.length !== 1 || input === undefined || input.type.dtype !== 'float32')
    throw new UserError(
      `${model.name} has ${inputs.map((v) => `%${v.name} ${v.type.dtype}`).join(', ') || 'no input'}; ` +
        'only networks of one float32 input are quantized.',
    );
  if (model.main.body.type.kind !== 'tensor')
    throw new UserError(`${model.name} has several outputs; must be one.`);
  checkSamples(options.calibration, input.type.shape);
  const bound = bindParameters(model);
  const folded = foldScales(bound.body);
  const float = relabel(bound, folded);
  const outputs = (main: Func, samples: readonly Tensor[]) => run(options.evaluate, main, samples);
  yield 'float network';
  const floatCalibration = outputs(float, options.calibration);
  const tried = (equalized: boolean) => {
    const main = rescaled(equalized ? relabel(bound, equalizeChannels(folded)) : float, options);
    return { equalized, ...attempt(model.name, main, floatCalibration, options) };
  };
  yield 'quantizing';
  const plain = tried(false);
  yield 'quantizing with equalized channels';
  const equal = tried(true);
  const best = equal.calibration.meanError < plain.calibration.meanError ? equal : plain;
  yield 'held-aside samples';
  const { model: integer, inputExponent } = best;
  const test =
    options.test.length === 0
      ? undefined
      : agreement(
          outputs(float, options.test),
          outputs(
            bindParameters(integer),
            options.test.map((t) => quantizedTensor(t, inputExponent)),
          ),
        );
  return { ...best, test };
}

function checkSamples(samples: readonly Tensor[], shape: readonly number[]): void {
  if (samples.length < 1 || samples.length > MAX_SAMPLES)
    throw new LimitError({
      subject: 'the number of calibration samples',
      value: samples.length,
      rule: `1 to ${MAX_SAMPLES}`,
    });
  for (const s of samples)
    if (!sameShape(s.shape, shape) || s.dtype !== 'float32')
      throw new UserError(
        `a sample is ${showShape(s.shape)} ${s.dtype}; must be ${showShape(shape)} float32.`,
      );
}

/** `main` with its tensors scaled to powers of two (src/quantize/rescale.ts). */
function rescaled(main: Func, { calibration, evaluate }: QuantizeOptions): Func {
  const input = main.params[0]!;
  const floats = floatTensors(main, findUnits(main.body), calibration, evaluate);
  const label = (e: Expr) => ('label' in e ? (e.label.tensor ?? '') : '');
  return relabel(
    main,
    rescaleTensors(main.body, input, (e) => (floats.get(label(e)) ?? []).map((t) => t.data)),
  );
}

const relabel = (main: Func, body: Expr): Func => labelTensors({ ...main, body });

const run = (evaluate: Evaluate, main: Func, samples: readonly Tensor[]): Tensor[] =>
  samples.map((s) => evaluate(main, new Map([[main.params[0]!.name, s]])).get('output')!);

function attempt(name: string, main: Func, float: readonly Tensor[], options: QuantizeOptions) {
  const { input, inputExponent, body, layers, floating } = quantizeBody(
    main,
    options.calibration,
    options.evaluate,
  );
  const names = new Names();
  names.unique(input.name, 'input');
  const { sourceNames: _, ...model } = finishModel(name, [input], body, new Map(), names);
  const samples = options.calibration.map((t) => quantizedTensor(t, inputExponent));
  const calibration = agreement(float, run(options.evaluate, bindParameters(model), samples));
  return { model, inputExponent, layers, floating, calibration };
}
