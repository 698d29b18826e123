import { integerRange } from '../../../base/dtype.js';
import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import type { IntegerHandler } from '../integer/handler.js';
import { valueLines } from '../integer/lines.js';
import { plain, type Value } from '../integer/value.js';
import { CONV_ATTRIBUTES } from '../ops/conv.js';
import { quantizedConv, quantizedLinear } from './layers.js';
import { type QuantizedValue, quantizedValue } from './value.js';

/** Quantization whose scale only the run knows: DynamicQuantizeLinear, and the integer layers that it feeds. */

/**
 * y = saturate(round(x / scale) + zero point) as uint8, with scale = (max - min) / 255 and zero point = saturate(round(-min / scale));
 * max is at least 0, min at most 0. Where both are 0 the scale is 1, as in onnxruntime (the specification divides by 0).
 */
function dynamicQuantize(node: NodeContext): readonly Value[] {
  const x = node.input(0);
  const float = (v: number): Expr => scalar(v, 'float32');
  const most = node.call('maximum', [node.call('max', [x]), float(0)]);
  const least = node.call('minimum', [node.call('min', [x]), float(0)]);
  const span = node.call('subtract', [most, least]);
  const some = node.call('cast', [span], { dtype: 'bool' });
  const scale = node.call('where', [some, node.call('divide', [span, float(255)]), float(1)]);
  const byte = (e: Expr): Expr => {
    const inside = node.call('clip', [e], { a_min: 0, a_max: 255 });
    return node.call('cast', [inside], { dtype: 'uint8' });
  };
  const exact = node.call('divide', [node.call('negative', [least]), scale]);
  const zero = byte(node.call('onnx.round', [exact]));
  const moved = node.call('add', [
    node.call('onnx.round', [node.call('divide', [x, scale])]),
    node.call('cast', [zero], { dtype: 'float32' }),
  ]);
  return [byte(moved), scale, zero].map(plain);
}

/** Data of 8 bits, its zero point a constant or a scalar of the run. */
function dataWithZero(node: NodeContext, at: number, zeroAt: number): QuantizedValue {
  const x = node.input(at);
  const { dtype } = tensorTypeOf(x);
  if (dtype !== 'int8' && dtype !== 'uint8')
    throw new UserError(`input ${at} is ${dtype}; supported are int8 and uint8`);
  const zero = node.optional(zeroAt);
  if (zero === undefined) return quantizedValue(x, [1], node.label);
  const count = tensorTypeOf(zero).shape.reduce((a, b) => a * b, 1);
  if (zero.kind === 'constant') {
    if (new Set(zero.value.data).size > 1)
      throw new UserError(`input ${zeroAt} has several zero points; supported is one`);
    return quantizedValue(x, [1], node.label, { zeroPoint: zero.value.data[0]! });
  }
  if (count !== 1) throw new UserError(`input ${zeroAt} has ${count} zero points; supported is one`);
  const wide = (e: Expr) => node.call('cast', [e], { dtype: 'int32' });
  const one = node.call('reshape', [wide(zero)], { newshape: [1] });
  const [lo, hi] = integerRange(dtype);
  const centred = node.call('subtract', [wide(x), one]);
  return quantizedValue(centred, [1], node.label, { range: [lo - hi, hi - lo] });
}

/** ConvInteger and MatMulInteger: the int32 sum itself. */
const integerLayer = (
  attributes: readonly string[],
  run: (node: NodeContext, values: readonly Value[]) => Value | undefined,
): IntegerHandler => ({
  attributes,
  run: (node) => {
    const sum = run(node, [dataWithZero(node, 0, 2), dataWithZero(node, 1, 3)]);
    if (sum?.kind !== 'quantized')
      throw new UserError(
        node.input(1).kind === 'constant'
          ? 'supported are data of two axes and more (four of a convolution) with constant weights'
          : 'input 1 (the weights) is computed at run time; must be a constant',
      );
    return [plain(sum.base)];
  },
});

export const DYNAMIC_OPS: Readonly<Record<string, IntegerHandler>> = {
  DynamicQuantizeLinear: { attributes: [], run: dynamicQuantize },
  ConvInteger: valueLines(integerLayer(CONV_ATTRIBUTES, quantizedConv)),
  MatMulInteger: integerLayer([], quantizedLinear),
};
