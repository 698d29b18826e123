import { UserError } from '../../../base/errors.js';
import { showShape } from '../../../base/tensor.js';
import type { Handler, NodeContext } from '../context.js';
import { WINDOW_ATTRIBUTES, windowOf } from './geometry.js';

/** The attributes of `nn.conv2d` for a Conv node over images. */
export function convAttrs(node: NodeContext) {
  const [, , h, w] = node.image(0);
  const weights = node.type(1).shape;
  if (weights.length !== 4)
    throw new UserError(`the weights have shape ${showShape(weights)}; only 2-D convolutions are supported`);
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

/** float32 convolutions: nn.conv2d, then nn.bias_add where there is a bias. */
export const CONV_OPS: Readonly<Record<string, Handler>> = {
  Conv: {
    attributes: CONV_ATTRIBUTES,
    run: (node) => {
      const sum = node.call('nn.conv2d', [node.input(0), node.input(1)], convAttrs(node));
      const bias = node.optional(2);
      return [bias === undefined ? sum : node.call('nn.bias_add', [sum, bias])];
    },
  },
};
