import { UserError } from '../../../base/errors.js';
import { type Tensor, tensor } from '../../../base/tensor.js';
import { constant, scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { OperatorContext, TfliteHandler } from '../context.js';
import { foldedBias, requantized, weightScales } from '../requantize.js';
import { oihw, paddingOf } from './conv.js';

/** O x I x H x W with each kernel turned by half a turn. */
function turned(weights: Tensor): Tensor {
  const [o, i, h, w] = weights.shape as [number, number, number, number];
  const out = tensor(weights.shape, weights.dtype);
  const plane = h * w;
  for (let at = 0; at < o * i * plane; at++) {
    const inside = at % plane;
    out.data[at] = weights.data[at - inside + (plane - 1 - inside)]!;
  }
  return out;
}

/** Elements set apart by stride - 1 zeros (of the input's zero point), with `before` and `after` of them around. */
function apart(
  op: OperatorContext,
  x: Expr,
  [n, c, h, w]: readonly [number, number, number, number],
  [sy, sx]: readonly [number, number],
  edges: { readonly y: readonly [number, number]; readonly x: readonly [number, number] },
): Expr {
  const t = op.inputTensor(2);
  const zero = scalar(t.dtype === 'int8' ? op.quantization(t).zeroPoint : 0, t.dtype);
  const pad = (e: Expr, pad_width: number[][]) => op.call('nn.pad', [e, zero], { pad_width });
  const none = [0, 0];
  const split = op.call('reshape', [x], { newshape: [n, c, h, 1, w, 1] });
  const spread = pad(split, [none, none, none, [0, sy - 1], none, [0, sx - 1]]);
  const image = op.call('reshape', [spread], { newshape: [n, c, h * sy, w * sx] });
  // The zeros behind the last element are part of the edge.
  const after = [edges.y[1] - (sy - 1), edges.x[1] - (sx - 1)] as const;
  const kept = op.call('strided_slice', [image], {
    begin: [0, 0],
    end: [h * sy + Math.min(0, after[0]), w * sx + Math.min(0, after[1])],
    strides: [1],
    axes: [2, 3],
  });
  return pad(kept, [none, none, [edges.y[0], Math.max(0, after[0])], [edges.x[0], Math.max(0, after[1])]]);
}

/**
 * TRANSPOSE_CONV (output shape, weights, data, bias) as a convolution of stride 1 with the kernel turned, over the input set apart by
 * zeros: the sum is the same integer.
 */
export const transposeConv: TfliteHandler = (op) => {
  const o = op.options;
  if (o === undefined) throw new UserError('its options are missing');
  const [, h, w, c] = op.inputTensor(2).shape as [number, number, number, number];
  const [n, oh, ow, k] = op.outputTensor().shape as [number, number, number, number];
  const [, kh, kw] = op.inputTensor(1).shape as [number, number, number, number];
  const strides = [o.int32(2), o.int32(1)] as const;
  if (Math.min(...strides) < 1) throw new UserError('its strides must be at least 1');
  const [top, left] = paddingOf(o.int8(0), [oh, ow], [kh, kw], strides);
  const edges = {
    y: [kh - 1 - top, oh + top - ((h - 1) * strides[0] + 1)] as const,
    x: [kw - 1 - left, ow + left - ((w - 1) * strides[1] + 1)] as const,
  };
  if (Math.min(...edges.y, ...edges.x) < 0)
    throw new UserError(`its ${kh}x${kw} kernel is smaller than its padding or stride`);
  const int8 = op.inputTensor(2).dtype === 'int8' && op.outputTensor().dtype === 'int8';
  const given = int8 ? op.constant(1) : op.floatConstant(1);
  const kernel = constant(turned(oihw(given, false)), op.parameter('weight'));
  const data = apart(op, op.planar(2), [n, c, h, w], strides, edges);
  const attrs = { channels: k, kernel_size: [kh, kw], padding: [0, 0, 0, 0] };
  const activation = o.int8(3);
  if (!int8) {
    const sum = op.call('nn.conv2d', [data, kernel], attrs);
    const bias = op.hasInput(3) ? constant(op.constant(3), op.parameter('bias')) : undefined;
    const biased = bias === undefined ? sum : op.call('nn.bias_add', [sum, bias]);
    return { expr: floatActivation(op, biased, activation), planar: true };
  }
  const [input, output] = [op.quantization(op.inputTensor(2)), op.quantization(op.outputTensor())];
  const scales = weightScales(op.inputTensor(1), k, 0);
  const sum = op.call('nn.conv2d', [data, kernel], { ...attrs, out_dtype: 'int32' });
  const biased = op.call('nn.bias_add', [sum, foldedBias(op, oihw(given, false).data, k, input, 3)]);
  const multipliers = scales.map((s) => (input.scale * s) / output.scale);
  const scaled = requantized(op, biased, multipliers, output.zeroPoint);
  return { expr: int8Activation(op, scaled, activation, output), planar: true };
};
