import { UserError } from '../../../base/errors.js';
import { type Tensor, tensor } from '../../../base/tensor.js';
import { constant, scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { OperatorContext, TfliteHandler } from '../context.js';
import { foldedBias, requantized, weightScales } from '../requantize.js';

type Four = readonly [number, number, number, number];

/** Padding [top, left, bottom, right]; SAME (0) puts the odd row or column at the end, VALID (1) has none. */
export function paddingOf(
  code: number,
  size: readonly [number, number],
  kernel: readonly [number, number],
  strides: readonly [number, number],
  dilation: readonly [number, number] = [1, 1],
): Four {
  if (code !== 0 && code !== 1) throw new UserError(`padding ${code} is not SAME (0) or VALID (1)`);
  const [y, x] = [0, 1].map((a) => {
    if (code === 1) return [0, 0];
    const out = Math.ceil(size[a]! / strides[a]!);
    const total = Math.max(0, (out - 1) * strides[a]! + (kernel[a]! - 1) * dilation[a]! + 1 - size[a]!);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
  return [y![0]!, x![0]!, y![1]!, x![1]!];
}

/** Weights K x H x W x C (depthwise: 1 x H x W x K) as O x I x H x W. */
export function oihw(weights: Tensor, depthwise: boolean): Tensor {
  const [a, h, w, d] = weights.shape as unknown as Four;
  const [k, i] = depthwise ? [d, 1] : [a, d];
  const out = tensor([k, i, h, w], weights.dtype);
  let to = 0;
  for (let o = 0; o < k; o++)
    for (let c = 0; c < i; c++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++)
          out.data[to++] = weights.data[depthwise ? (y * w + x) * k + o : ((o * h + y) * w + x) * i + c]!;
  return out;
}

/** Field numbers of Conv2DOptions and DepthwiseConv2DOptions. */
const FIELDS = {
  conv: { strideW: 1, strideH: 2, activation: 3, dilationW: 4, dilationH: 5 },
  depthwise: { strideW: 1, strideH: 2, activation: 4, dilationW: 5, dilationH: 6 },
} as const;

function geometry(op: OperatorContext, depthwise: boolean, weights: Tensor) {
  const f = depthwise ? FIELDS.depthwise : FIELDS.conv;
  const [, h, w, c] = op.inputTensor(0).shape as unknown as Four;
  const [, kh, kw] = weights.shape as unknown as Four;
  const option = (field: number, fallback: number) => op.options?.int32(field, fallback) ?? fallback;
  const strides = [option(f.strideH, 1), option(f.strideW, 1)] as const;
  const dilation = [option(f.dilationH, 1), option(f.dilationW, 1)] as const;
  if (Math.min(...strides, ...dilation) < 1) throw new UserError('strides and dilation must be at least 1');
  const padding = paddingOf(op.options?.int8(0) ?? 0, [h, w], [kh, kw], strides, dilation);
  const groups = depthwise ? c : c / weights.shape[3]!;
  if (!Number.isInteger(groups))
    throw new UserError(`its weights take ${weights.shape[3]} channels, the input has ${c}`);
  return { strides, dilation, padding, groups, activation: op.options?.int8(f.activation) ?? 0 };
}

const convolution =
  (depthwise: boolean): TfliteHandler =>
  (op) => {
    if (op.inputTensor(1).shape.length !== 4) throw new UserError('its weights must have 4 axes');
    const given = op.isInt8() ? op.constant(1) : op.floatConstant(1);
    const { activation, ...window } = geometry(op, depthwise, given);
    const weights = oihw(given, depthwise);
    const [channels, , kh, kw] = weights.shape as unknown as Four;
    const attrs = { ...window, channels, kernel_size: [kh, kw] };
    const kernel = constant(weights, op.parameter('weight'));
    const x = op.planar(0);
    const expr = op.isInt8()
      ? int8Conv(op, x, kernel, weights, attrs, depthwise, activation)
      : floatConv(op, x, kernel, attrs, activation);
    return { expr, planar: true };
  };

type ConvAttrs = Omit<ReturnType<typeof geometry>, 'activation'> & {
  channels: number;
  kernel_size: number[];
};

function floatConv(op: OperatorContext, x: Expr, kernel: Expr, attrs: ConvAttrs, activation: number): Expr {
  const sum = op.call('nn.conv2d', [x, kernel], attrs);
  const bias = op.hasInput(2) ? constant(op.constant(2), op.parameter('bias')) : undefined;
  return floatActivation(op, bias === undefined ? sum : op.call('nn.bias_add', [sum, bias]), activation);
}

/** The zero point counts as 0: padding holds it, the bias takes the rest (see foldedBias). */
function int8Conv(
  op: OperatorContext,
  x: Expr,
  kernel: Expr,
  weights: Tensor,
  attrs: ConvAttrs,
  depthwise: boolean,
  activation: number,
): Expr {
  const [input, output] = [op.quantization(op.inputTensor(0)), op.quantization(op.outputTensor())];
  const scales = weightScales(op.inputTensor(1), attrs.channels, depthwise ? 3 : 0);
  const [top, left, bottom, right] = attrs.padding;
  const explicit = input.zeroPoint !== 0 && Math.max(top, left, bottom, right) > 0;
  const data = explicit
    ? op.call('nn.pad', [x, scalar(input.zeroPoint, 'int8')], {
        pad_width: [
          [0, 0],
          [0, 0],
          [top, bottom],
          [left, right],
        ],
      })
    : x;
  const padding = explicit ? [0, 0, 0, 0] : attrs.padding;
  const sum = op.call('nn.conv2d', [data, kernel], { ...attrs, padding, out_dtype: 'int32' });
  const biased = op.call('nn.bias_add', [sum, foldedBias(op, weights.data, attrs.channels, input, 2)]);
  // PopulateConvolutionQuantizationParams: the product and quotient of the float32 scales in double precision
  const multipliers = scales.map((s) => (input.scale * s) / output.scale);
  return int8Activation(op, requantized(op, biased, multipliers, output.zeroPoint), activation, output);
}

export const conv2d = convolution(false);
export const depthwiseConv2d = convolution(true);
