import { ADC_MAX, ADC_MIN } from '../../sim/isa/analog/geometry.js';
import { tensor } from '../base/tensor.js';
import { convLayer, denseLayer } from '../builder/layers.js';
import { constant } from '../ir/build.js';
import type { AnalogLayer } from '../passes/analog-layer.js';
import { type FormOrRefusal, isPixel, shapedTo, sumRange, valuesOf } from './form.js';

const INT8_MAX = 127;
const MOST_SHIFT = 31;

/** What a sum is multiplied by on the digital side: an integer a channel before the shift. */
interface Scaling {
  readonly factors: readonly number[];
  readonly bias: readonly number[];
  readonly shift: number;
}

/**
 * The same numbers where the layer allows: a gain of 2^g, factors of 2^j that only shift what the batch norm shifts back, and sums that the
 * converter cannot clip.
 */
function exactScaling(l: AnalogLayer, outputs: number): Scaling | undefined {
  const g = Math.log2(l.gain);
  const shift = g + l.shift;
  if (!Number.isInteger(g) || g < 0 || shift > MOST_SHIFT) return undefined;
  const [low, high] = sumRange(l.weights, outputs);
  if (Math.floor(low / l.gain) < ADC_MIN || Math.floor(high / l.gain) > ADC_MAX) return undefined;
  const factors = valuesOf(outputs, (k) => l.multiply[k]!);
  const bias = valuesOf(outputs, (k) => l.add[k]! * l.gain);
  const fits = (m: number, k: number): boolean =>
    m >= 1 &&
    m <= INT8_MAX &&
    Number.isInteger(Math.log2(m)) &&
    Math.log2(m) <= l.shift &&
    l.add[k]! % m === 0 &&
    Math.abs(l.add[k]!) + 32 * m < 2 ** 15 &&
    Math.abs(bias[k]!) < 2 ** 31;
  return factors.every(fits) ? { factors, bias, shift } : undefined;
}

/**
 * The nearest: each channel's factor over the gain as an int8 number, the shift as large as the largest factor allows. Where the converter
 * rounds down, half a step is what it takes on average. Undefined where a factor exceeds int8 whatever the shift.
 */
function nearestScaling(l: AnalogLayer, outputs: number): Scaling | undefined {
  const lost = (1 - 1 / Math.max(1, Math.abs(l.gain))) / 2;
  for (let shift = MOST_SHIFT; shift >= 0; shift--) {
    const scale = 2 ** (shift - l.shift);
    const factors = valuesOf(outputs, (k) => Math.round((l.multiply[k]! * scale) / l.gain));
    const bias = valuesOf(outputs, (k) => Math.round((l.add[k]! - lost * l.multiply[k]!) * scale));
    if (factors.every((f) => Math.abs(f) <= INT8_MAX) && bias.every((b) => Math.abs(b) < 2 ** 31))
      return { factors, bias, shift };
  }
  return undefined;
}

/**
 * A layer of the analog core as the digital core computes it: the batch norm's factor goes into int8 weights, its addend into the bias. The
 * digital core has no converter: it neither rounds sums to six bits nor clips them, so values differ unless `exactScaling` holds. [ours]
 */
export function digitalForm(l: AnalogLayer): FormOrRefusal {
  const outputs = l.output[1]!;
  const inputs = l.input[1]!;
  const exact = exactScaling(l, outputs);
  const scaling = exact ?? nearestScaling(l, outputs);
  if (scaling === undefined)
    return {
      attribute: 'factor over gain',
      value: 'beyond 127',
      supported: 'what int8 weights hold',
    };
  const taps = l.weights.length / outputs;
  const weights = Int8Array.from(
    { length: l.weights.length },
    (_, i) => l.weights[i]! * scaling.factors[Math.floor(i / taps)]!,
  );
  const options = { shift: scaling.shift, relu: l.relu };
  const asDense =
    isPixel(l.input) && isPixel(l.output) && l.kernelHeight === 1 && l.kernelWidth === 1 && l.stride === 1;
  return {
    exact: exact !== undefined,
    build: (input, layer) => {
      const at = { layer };
      const bias = constant(tensor([outputs], 'int32', scaling.bias), `${layer}.bias`);
      const w = (shape: readonly number[]) => constant(tensor(shape, 'int8', weights), `${layer}.weights`);
      if (!asDense) {
        const shape = [outputs, inputs, l.kernelHeight, l.kernelWidth];
        const geometry = { strides: [l.stride, l.stride], padding: [l.padTop, l.padLeft] };
        return convLayer(input, w(shape), bias, { ...options, ...geometry }, at);
      }
      const dense = denseLayer(shapedTo(input, [1, inputs], at), w([outputs, inputs]), bias, options, at);
      return shapedTo(dense, l.output, at);
    },
  };
}
