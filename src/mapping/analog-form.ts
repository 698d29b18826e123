import { ADC_MAX, ADC_MIN } from '../../sim/isa/analog/geometry.js';
import { tensor } from '../base/tensor.js';
import { analogConvLayer } from '../builder/analog-layer.js';
import { constant } from '../ir/build.js';
import type { ConvLayer, DenseLayer } from '../passes/digital-layer.js';
import type { Refusal } from '../passes/pattern.js';
import { type FormOrRefusal, shapedTo, sumRange, valuesOf } from './form.js';

/** The converter's gain and the batch norm behind it: ((sum / 2^gain) * 2^factor + addend) >> shift. */
interface Conversion {
  readonly gain: number;
  readonly factor: number;
  readonly addends: readonly number[];
  readonly shift: number;
}

const INT16_MAX = 2 ** 15 - 1;
/** int8 holds what lies within 2^7 steps of the shift, the converter 2^5: two bits fewer. */
const BITS_LOST = 2;

/**
 * The gain such that the converter's range is int8's behind the shift, or the range of the sums where that is smaller. Undefined where an
 * addend exceeds int16.
 */
function conversionOf(l: ConvLayer | DenseLayer, outputs: number): Conversion | undefined {
  const [low, high] = sumRange(l.weights, outputs);
  let gain = 0;
  while (gain < l.shift + BITS_LOST && (Math.floor(low / 2 ** gain) < ADC_MIN || high / 2 ** gain > ADC_MAX))
    gain++;
  // As many bits of the bias as int16 leaves room for.
  for (let factor = gain; factor >= Math.max(0, gain - l.shift); factor--) {
    const addends = valuesOf(outputs, (k) => Math.round(l.bias[k]! / 2 ** (gain - factor)));
    if (addends.every((a) => Math.abs(a) + 32 * 2 ** factor <= INT16_MAX))
      return { gain, factor, addends, shift: l.shift - gain + factor };
  }
  return undefined;
}

/** Whether the conversion loses nothing: no sum is clipped, and what is rounded away is rounded away behind the shift anyway. */
function isExact(l: ConvLayer | DenseLayer, outputs: number, c: Conversion): boolean {
  const [low, high] = sumRange(l.weights, outputs);
  if (Math.floor(low / 2 ** c.gain) < ADC_MIN || Math.floor(high / 2 ** c.gain) > ADC_MAX) return false;
  if (c.gain === 0) return true;
  return c.gain <= l.shift && valuesOf(outputs, (k) => l.bias[k]! % 2 ** c.gain).every((rest) => rest === 0);
}

function notTernary({ weights }: ConvLayer | DenseLayer): Refusal | undefined {
  let [low, high] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    low = Math.min(low, weights[i]!);
    high = Math.max(high, weights[i]!);
  }
  return low < -1 || high > 1
    ? {
        attribute: 'weights',
        value: `[${low}, ${high}]`,
        supported: 'ternary ones: `quantize --analog` makes them of a float network',
      }
    : undefined;
}

/**
 * A layer of the digital core with ternary weights as the analog core computes it: a gain that is a power of two, one factor for all
 * channels, the bias as the batch norm's addend. The converter keeps six bits, so values differ unless `isExact` holds. [ours]
 */
export function analogForm(l: ConvLayer | DenseLayer): FormOrRefusal {
  if (l.kind === 'conv' && l.depthwise) return { attribute: 'groups', value: 'depthwise', supported: '1' };
  const refusal = notTernary(l);
  if (refusal !== undefined) return refusal;
  const [outputs, inputs] = [l.output[1]!, l.input[1]!];
  const conversion = conversionOf(l, outputs);
  if (conversion === undefined)
    return { attribute: 'bias', value: 'beyond int16 behind the gain', supported: 'an int16 addend' };
  const kernel = l.kind === 'conv' ? [l.kernelHeight, l.kernelWidth] : [1, 1];
  const { gain, factor, addends, shift } = conversion;
  const geometry = l.kind === 'conv' ? { strides: [l.stride, l.stride], padding: [l.padTop, l.padLeft] } : {};
  return {
    exact: isExact(l, outputs, conversion),
    build: (input, layer) => {
      const at = { layer };
      const perChannel = (values: readonly number[], name: string) =>
        constant(tensor([1, outputs, 1, 1], 'int16', values), `${layer}.${name}`);
      const pixel = l.kind === 'conv' ? input : shapedTo(input, [1, inputs, 1, 1], at);
      const out = analogConvLayer(
        pixel,
        constant(tensor([outputs, inputs, ...kernel], 'int8', l.weights), `${layer}.weights`),
        perChannel(
          valuesOf(outputs, () => 2 ** factor),
          'bn_mul',
        ),
        perChannel(addends, 'bn_add'),
        { gain: 2 ** gain, shift, relu: l.relu, ...geometry },
        at,
      );
      return l.kind === 'conv' ? out : shapedTo(out, l.output, at);
    },
  };
}
