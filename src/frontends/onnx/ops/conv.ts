import { UserError } from '../../../base/errors.js';
import { showShape } from '../../../base/tensor.js';
import type { Handler, NodeContext } from '../context.js';
import { WINDOW_ATTRIBUTES, windowOf } from './geometry.js';
import { lines } from './lines.js';
import { plusPadding, withoutPad } from './merged-pad.js';

/** The attributes of `nn.conv2d` for a Conv node over images. */
export function convAttrs(node: NodeContext) {
  const [, , h, w] = node.image(0);
  const weights = node.type(1).shape;
  if (weights.length !== 4)
    throw new UserError(
      `the weights have shape ${showShape(weights)}; only 1-D and 2-D convolutions are supported`,
    );
  const window = windowOf(node, [h, w], [weights[2]!, weights[3]!]);
  return {
    strides: window.strides,
    padding: window.padding,
    dilation: window.dilation,
    groups: node.int('group', 1),
    channels: weights[0]!,
    kernel_size: window.kernel,
  };
}

export const CONV_ATTRIBUTES = [...WINDOW_ATTRIBUTES, 'group'];

/**
 * Conv on floats; and on uint8 and int8, which ONNX's own Conv does not have: writers that use it (MATCH's networks) mean int32 sums and cast
 * them afterwards.
 */
function conv(node: NodeContext) {
  const [x, w] = [node.type(0), node.type(1)];
  const bytes = [x, w].every(({ dtype }) => dtype === 'int8' || dtype === 'uint8');
  if (!bytes && (x.dtype !== 'float32' || w.dtype !== 'float32'))
    throw new UserError(`it is of ${x.dtype} with ${w.dtype} weights; must be floats, or int8 and uint8`);
  const { x: data, padding } = withoutPad(node, node.input(0));
  const window = convAttrs(node);
  const attrs = {
    ...window,
    padding: plusPadding(window.padding, padding),
    ...(bytes ? { out_dtype: 'int32' } : {}),
  };
  const sum = node.call('nn.conv2d', [data, node.input(1)], attrs);
  const bias = node.optional(2);
  if (bias === undefined) return [sum];
  const held = bytes && node.type(2).dtype !== 'int32' ? node.call('cast', [bias], { dtype: 'int32' }) : bias;
  return [node.call('nn.bias_add', [sum, held])];
}

/** float32 convolutions: nn.conv2d, then nn.bias_add where there is a bias. */
export const CONV_OPS: Readonly<Record<string, Handler>> = {
  Conv: lines({ attributes: CONV_ATTRIBUTES, run: conv }),
};
