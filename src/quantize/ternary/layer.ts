import { tensor } from '../../base/tensor.js';
import { analogConvLayer } from '../../builder/analog-layer.js';
import { constant } from '../../ir/build.js';
import { type Form, shapedTo } from '../../mapping/form.js';
import type { ConvLayer, DenseLayer } from '../../passes/digital-layer.js';
import type { Conversion } from './conversion.js';

/** A layer of an int8 network that may become ternary. */
export type Int8Layer = ConvLayer | DenseLayer;

/** A layer with ternary weights in HTVM's analog pattern; a dense layer as a 1x1 convolution over one position. */
export function ternaryForm(l: Int8Layer, signs: Int8Array, c: Conversion): Form {
  const [outputs, inputs] = [l.output[1]!, l.input[1]!];
  const kernel = l.kind === 'conv' ? [l.kernelHeight, l.kernelWidth] : [1, 1];
  const geometry = l.kind === 'conv' ? { strides: [l.stride, l.stride], padding: [l.padTop, l.padLeft] } : {};
  return {
    exact: false,
    build: (input, layer) => {
      const at = { layer };
      const perChannel = (values: Int16Array, name: string) =>
        constant(tensor([1, outputs, 1, 1], 'int16', values), `${layer}.${name}`);
      const out = analogConvLayer(
        l.kind === 'conv' ? input : shapedTo(input, [1, inputs, 1, 1], at),
        constant(tensor([outputs, inputs, ...kernel], 'int8', signs), `${layer}.weights`),
        perChannel(c.factors, 'bn_mul'),
        perChannel(c.addends, 'bn_add'),
        { gain: c.gain, shift: c.shift, relu: l.relu, ...geometry },
        at,
      );
      return l.kind === 'conv' ? out : shapedTo(out, l.output, at);
    },
  };
}
