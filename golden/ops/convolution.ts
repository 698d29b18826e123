import type { Tensor } from '../../src/base/tensor.js';
import { intAttr, intsAttr } from '../../src/ir/attrs.js';
import type { Call } from '../../src/ir/expr.js';
import { type ConvGeometry, convolveFloats, convolveIntegers, largestPossibleSum } from '../convolve.js';
import { convolveByDefinition } from '../float-convolution.js';
import { type Evaluate, type Run, resultType, store } from '../value.js';

type Four = [number, number, number, number];

function geometry(call: Call, data: Tensor, weight: Tensor): ConvGeometry {
  const [n, c, h, w] = data.shape as Four;
  const [k, , kh, kw] = weight.shape as Four;
  const [, , oh, ow] = resultType(call).shape as Four;
  const pair = (name: string) => intsAttr(call.attrs, name) as [number, number];
  return {
    ...{ n, c, h, w, k, kh, kw, oh, ow },
    strides: pair('strides'),
    dilation: pair('dilation'),
    padding: intsAttr(call.attrs, 'padding') as unknown as Four,
    groups: intAttr(call.attrs, 'groups'),
  };
}

/** Integers: exact sums on tfjs, wrapped to the result's dtype. Floats: by definition, checked on tfjs. */
function convolve(call: Call, g: ConvGeometry, data: Tensor, weight: Tensor, run: Run): Tensor {
  const [x, w] = [data.data, weight.data];
  if (data.dtype !== 'float32') return store(resultType(call), convolveIntegers(run.tf, x, w, g), run);
  const out = store(resultType(call), convolveByDefinition(x, w, g), run);
  // n additions and products, each rounded by half an ulp at most, on either side [Higham 2002, section 3.1]
  const ulps = 2 + (2 * g.c * g.kh * g.kw) / g.groups;
  const scale = largestPossibleSum(x, w, g);
  // A sum that may overflow, or a NaN, depends on the order of additions: nothing to check.
  if (scale < 2 ** 127) run.check(out, convolveFloats(run.tf, x, w, g), { ulps, scale });
  return out;
}

export const conv2d: Evaluate = (call, args, run) => {
  const [data, weight] = args as [Tensor, Tensor];
  return convolve(call, geometry(call, data, weight), data, weight, run);
};

/** Values less a zero point, wide enough for the difference. */
function centred(t: Tensor, zeroPoint: Tensor): Tensor {
  const zero = zeroPoint.data[0]!;
  return zero === 0 ? t : { shape: t.shape, dtype: 'int32', data: Int32Array.from(t.data, (v) => v - zero) };
}

/** Relay's definition: the accumulator of (data - zero point) * (weight - zero point); the scales only annotate it. */
export const quantizedConv2d: Evaluate = (call, args, run) => {
  const [data, weight, dataZero, weightZero] = args as [Tensor, Tensor, Tensor, Tensor];
  return conv2d(call, [centred(data, dataZero), centred(weight, weightZero)], run);
};

/** (n, c) x (k, c): a convolution with one tap over one position. */
export const dense: Evaluate = (call, args, run) => {
  const [data, weight] = args as [Tensor, Tensor];
  const [n, c] = data.shape as [number, number];
  const ones = { h: 1, w: 1, kh: 1, kw: 1, oh: 1, ow: 1, groups: 1 };
  const g: ConvGeometry = {
    ...{ ...ones, n, c, k: weight.shape[0]! },
    ...{ strides: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] },
  };
  return convolve(call, g, data, weight, run);
};
