import { UserError } from '../../../base/errors.js';
import { showShape, type Tensor, tensor } from '../../../base/tensor.js';
import { constant, scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';
import { lines } from './lines.js';

type Pair = readonly [number, number];

/** Weights (C, M / groups, kh, kw) of a ConvTranspose as those of the convolution that it is: (M, C / groups, kh, kw), turned round. */
function convWeights(w: Tensor, groups: number): Tensor {
  const [c, m, kh, kw] = w.shape as [number, number, number, number];
  const inner = c / groups;
  const out = tensor([m * groups, inner, kh, kw], w.dtype);
  const taps = kh * kw;
  for (let g = 0; g < groups; g++)
    for (let o = 0; o < m; o++)
      for (let i = 0; i < inner; i++)
        for (let t = 0; t < taps; t++)
          out.data[((g * m + o) * inner + i) * taps + taps - 1 - t] =
            w.data[((g * inner + i) * m + o) * taps + t]!;
  return out;
}

/** Zeros between the pixels: `stride - 1` behind each but the last of a row and of a column. */
function spread(node: NodeContext, [sy, sx]: Pair): Expr {
  const [n, c, h, w] = node.image(0);
  if (sy === 1 && sx === 1) return node.input(0);
  const apart = node.call('reshape', [node.input(0)], { newshape: [n, c, h, 1, w, 1] });
  const none = [0, 0];
  const filled = node.call('nn.pad', [apart, scalar(0, node.type(0).dtype)], {
    pad_width: [none, none, none, [0, sy - 1], none, [0, sx - 1]],
  });
  const whole = node.call('reshape', [filled], { newshape: [n, c, h * sy, w * sx] });
  return node.call('strided_slice', [whole], {
    begin: [0, 0],
    end: [(h - 1) * sy + 1, (w - 1) * sx + 1],
    strides: [1],
    axes: [2, 3],
  });
}

const numbers = (node: NodeContext, name: string, fallback: Pair, least: number): Pair => {
  const v = node.ints(name) ?? fallback;
  if (v.length !== 2 || v.some((x) => x < least))
    throw new UserError(`${name} is [${v.join(', ')}]; must be two numbers of at least ${least}`);
  return v as unknown as Pair;
};

/** Begin and end padding of one axis: `pads`, or what output_shape or auto_pad leaves. */
function padsOf(node: NodeContext, axis: 0 | 1, full: number, size: number, stride: number): Pair {
  const auto = node.string('auto_pad', 'NOTSET');
  const shape = node.ints('output_shape');
  const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
  if (shape === undefined && !same) {
    const pads = node.ints('pads') ?? [0, 0, 0, 0];
    if (pads.length !== 4 || pads.some((p) => p < 0) || (auto !== 'NOTSET' && auto !== 'VALID'))
      throw new UserError(
        `pads is [${pads.join(', ')}] and auto_pad ${auto}; must be four numbers of at least 0`,
      );
    return auto === 'VALID' ? [0, 0] : [pads[axis]!, pads[axis + 2]!];
  }
  const wanted = shape === undefined ? size * stride : shape.at(axis - 2)!;
  const total = full - wanted;
  // A larger output has zeros at its end.
  if (total < 0) return [0, total];
  const half = Math.floor(total / 2);
  // As in ONNX's reference: the odd element goes to the end with SAME_UPPER, to the beginning otherwise.
  return auto === 'SAME_UPPER' ? [half, total - half] : [total - half, half];
}

/**
 * ConvTranspose: the convolution of the image with zeros between its pixels, with the kernel turned round and padding
 * (kernel - 1) * dilation less the pads.
 */
function convTranspose(node: NodeContext): Expr[] {
  const [, c, h, w] = node.image(0);
  const weights = node.constant(1);
  const groups = node.int('group', 1);
  if (weights.shape.length !== 4 || weights.shape[0] !== c || c % groups !== 0)
    throw new UserError(
      `the weights have shape ${showShape(weights.shape)} for ${c} channels in ${groups} groups`,
    );
  const kernel = weights.shape.slice(2) as unknown as Pair;
  const [strides, dilation] = [numbers(node, 'strides', [1, 1], 1), numbers(node, 'dilations', [1, 1], 1)];
  const extra = numbers(node, 'output_padding', [0, 0], 0);
  const axes = ([0, 1] as const).map((a) => {
    const size = a === 0 ? h : w;
    const reach = (kernel[a] - 1) * dilation[a];
    const full = (size - 1) * strides[a] + reach + 1 + extra[a];
    const [begin, end] = padsOf(node, a, full, size, strides[a]);
    return { before: reach - begin, after: reach - end + extra[a] };
  }) as [{ before: number; after: number }, { before: number; after: number }];
  const [y, x] = axes;
  const padded = cropped(node, spread(node, strides), [y.before, x.before], [y.after, x.after]);
  const flipped = convWeights(weights, groups);
  const sum = node.call('nn.conv2d', [padded, constant(flipped)], {
    padding: [y.before, x.before, y.after, x.after].map((p) => Math.max(0, p)),
    dilation,
    groups,
    channels: flipped.shape[0]!,
    kernel_size: kernel,
  });
  const bias = node.optional(2);
  return [bias === undefined ? sum : node.call('nn.bias_add', [sum, bias])];
}

/** Negative padding takes pixels away. */
function cropped(node: NodeContext, x: Expr, before: Pair, after: Pair): Expr {
  if (Math.min(...before, ...after) >= 0) return x;
  const shape = x.type.kind === 'tensor' ? x.type.shape : [];
  const begin = before.map((p) => Math.max(0, -p));
  const end = after.map((p, i) => shape[i + 2]! - Math.max(0, -p));
  return node.call('strided_slice', [x], { begin, end, strides: [1], axes: [2, 3] });
}

export const CONV_TRANSPOSE_OPS: Readonly<Record<string, Handler>> = {
  ConvTranspose: lines({
    attributes: [
      'auto_pad',
      'dilations',
      'group',
      'kernel_shape',
      'output_padding',
      'output_shape',
      'pads',
      'strides',
    ],
    run: convTranspose,
  }),
};
