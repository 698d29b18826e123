import { UserError } from '../../../base/errors.js';
import { constant } from '../../../ir/build.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { TfliteHandler } from '../context.js';
import { foldedBias, requantized, weightScales } from '../requantize.js';

/** FULLY_CONNECTED: the input flattened to (n, inputs), weights (units, inputs). */
export const fullyConnected: TfliteHandler = (op) => {
  const weights = op.isInt8() ? op.constant(1) : op.floatConstant(1);
  const [units, inputs] = weights.shape;
  if (weights.shape.length !== 2 || op.elements(0) % inputs! !== 0)
    throw new UserError(`its weights have shape (${weights.shape.join(', ')}) for ${op.elements(0)} inputs`);
  if ((op.options?.int8(1) ?? 0) !== 0)
    throw new UserError('its weights are shuffled; only the default format is supported');
  const activation = op.options?.int8(0) ?? 0;
  const x = op.reshape(op.dense(0), [op.elements(0) / inputs!, inputs!]);
  const kernel = constant(weights, op.parameter('weight'));
  const out = op.outputTensor();
  if (!op.isInt8()) {
    const sum = op.call('nn.dense', [x, kernel], { units: units! });
    const bias = op.hasInput(2) ? constant(op.constant(2), op.parameter('bias')) : undefined;
    const biased = bias === undefined ? sum : op.call('nn.bias_add', [sum, bias]);
    return { expr: op.reshape(floatActivation(op, biased, activation), out.shape), planar: false };
  }
  const [input, output] = [op.quantization(op.inputTensor(0)), op.quantization(out)];
  const scales = weightScales(op.inputTensor(1), units!, 0);
  const sum = op.call('nn.dense', [x, kernel], { units: units!, out_dtype: 'int32' });
  const biased = op.call('nn.bias_add', [sum, foldedBias(op, weights.data, units!, input, 2)]);
  // One scale: GetQuantizedConvolutionMultipler multiplies the two scales in float32. One a channel: as for convolutions.
  const product = (s: number) => (scales.length === 1 ? Math.fround(input.scale * s) : input.scale * s);
  const multipliers = scales.map((s) => product(s) / output.scale);
  const result = int8Activation(
    op,
    requantized(op, biased, multipliers, output.zeroPoint),
    activation,
    output,
  );
  return { expr: op.reshape(result, out.shape), planar: false };
};
