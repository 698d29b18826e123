/*
 * Stage 2, node by node: the table of operators that stay exact on integers. Layers, arithmetic and rounding have files of their own.
 */
import { scalar, tuple } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import { tensorTypeOf } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';
import { CONV_ATTRIBUTES } from '../ops/conv.js';
import { WINDOW_ATTRIBUTES } from '../ops/geometry.js';
import { GEMM_ATTRIBUTES } from '../ops/linear.js';
import { oneOutput, poolAttrs, reduceAxes } from '../ops/pool.js';
import { movingOps, padOf } from '../ops/shape.js';
import { ADD_ANNOTATIONS, annotatedAdd, isAnnotatedAdd } from './annotated-add.js';
import { integerAdd, integerDiv, integerMul, integerSub, sumOf } from './arithmetic.js';
import { integerAveragePool } from './average.js';
import { hull } from './bounds.js';
import type { IntegerHandler } from './handler.js';
import { integerConv, integerLinear } from './layers.js';
import { valueLines } from './lines.js';
import { integerCast, integerClip, integerFloor } from './rounding.js';
import {
  carrierOf,
  castTo,
  floored,
  type IntegerValue,
  integerValue,
  type Value,
  whole,
  wide,
} from './value.js';

type One = (node: NodeContext, values: readonly (Value | undefined)[]) => Value | undefined;
const one = (attributes: readonly string[], run: One): IntegerHandler => ({
  attributes,
  run: (node, values) => {
    const out = run(node, values);
    return out === undefined ? undefined : [out];
  },
});

/** Runs a plain handler on the base of an integer: it moves elements and does not change them. */
function moving(handler: Handler): IntegerHandler {
  return {
    attributes: handler.attributes,
    run: (node, values) => {
      const v = values[0];
      if (v?.kind !== 'integer') return undefined;
      const exprs = handler.run(node.withInputs([v.base, ...node.inputs.slice(1)]));
      return exprs.map((base) => ({ ...v, base }));
    },
  };
}

const maxPool: One = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'integer' || v.factor < 0) return undefined;
  oneOutput(node);
  const shaped = node.withInputs([v.base]);
  return { ...v, base: node.call('nn.max_pool2d', [v.base], poolAttrs(shaped).attrs), label: node.label };
};

function meanOver(
  node: NodeContext,
  v: IntegerValue,
  axis: readonly number[],
  keepdims: boolean,
): IntegerValue {
  const x = whole({ ...v, denominator: 1 });
  const { shape } = tensorTypeOf(x.base);
  const count = axis.reduce((n, a) => n * shape[a]!, 1);
  const range = { lo: x.lo * count, hi: x.hi * count };
  const dtype = wide(Math.min(range.lo, x.lo), Math.max(range.hi, x.hi));
  const base = node.call('sum', [castTo(x.base, dtype, node.label)], { axis, keepdims });
  return integerValue(base, range.lo, range.hi, node.label, {
    denominator: v.denominator * count,
    integerTyped: v.integerTyped,
  });
}

const globalAverage: One = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'integer' || v.limits !== undefined) return undefined;
  node.withInputs([v.base]).image(0);
  return meanOver(node, v, [2, 3], true);
};

const reduceMean: One = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'integer' || v.limits !== undefined) return undefined;
  return meanOver(
    node,
    v,
    reduceAxes(node.withInputs([v.base, ...node.inputs.slice(1)])),
    node.int('keepdims', 1) === 1,
  );
};

const pad: One = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'integer' || v.denominator !== 1) return undefined;
  const { pad_width, value } = padOf(node.withInputs([v.base, ...node.inputs.slice(1)]));
  if (!Number.isInteger(value)) return undefined;
  const x = floored(v);
  const range = hull(x, { lo: value, hi: value });
  const dtype = carrierOf(range.lo, range.hi);
  const held = carrierOf(x.lo, x.hi) === dtype ? tensorTypeOf(x.base).dtype : dtype;
  const base = node.call('nn.pad', [castTo(x.base, held, v.label), scalar(value, held)], { pad_width });
  return { ...x, base, lo: range.lo, hi: range.hi };
};

const concat: One = (node, values) => {
  const parts = values.map((v) => (v?.kind === 'integer' && v.denominator === 1 ? floored(v) : undefined));
  if (parts.some((p) => p === undefined)) return undefined;
  const whole = parts as IntegerValue[];
  const range = whole.reduce<{ lo: number; hi: number }>((r, p) => hull(r, p), whole[0]!);
  const dtypes = new Set(whole.map((p) => tensorTypeOf(p.base).dtype));
  const dtype =
    dtypes.size === 1 ? [...dtypes][0]! : carrierOf(range.lo, range.hi, ['int8', 'uint8', 'int32', 'int64']);
  const rank = tensorTypeOf(whole[0]!.base).shape.length;
  const fields: Expr[] = whole.map((p) => castTo(p.base, dtype, p.label));
  const base = node.call('concatenate', [tuple(fields)], { axis: node.axis(node.int('axis', 1), rank) });
  return integerValue(base, range.lo, range.hi, node.label, { integerTyped: whole[0]!.integerTyped });
};

const moved = movingOps(moving);

/** The operators that stay exact on integers; every other one takes its operands as float32. */
export const INTEGER_OPS: Readonly<Record<string, IntegerHandler>> = {
  ...moved,
  Conv: valueLines(one(CONV_ATTRIBUTES, integerConv)),
  Gemm: one(GEMM_ATTRIBUTES, integerLinear),
  MatMul: one([], integerLinear),
  Add: one(ADD_ANNOTATIONS, (node, values) =>
    isAnnotatedAdd(node) ? annotatedAdd(node, values, (a, b) => sumOf(node, a, b)) : integerAdd(node, values),
  ),
  Sub: one([], integerSub),
  Mul: one([], integerMul),
  Div: one([], integerDiv),
  Floor: one([], integerFloor),
  Cast: one(['to', 'saturate'], integerCast),
  Clip: one(['min', 'max'], integerClip),
  Max: one([], integerClip),
  Min: one([], integerClip),
  Relu: one([], integerClip),
  MaxPool: valueLines(one([...WINDOW_ATTRIBUTES, 'ceil_mode', 'storage_order'], maxPool)),
  AveragePool: valueLines(one([...WINDOW_ATTRIBUTES, 'ceil_mode', 'count_include_pad'], integerAveragePool)),
  GlobalAveragePool: valueLines(one([], globalAverage)),
  ReduceMean: one(['axes', 'keepdims', 'noop_with_empty_axes'], reduceMean),
  Pad: one(['mode', 'pads', 'value'], pad),
  Concat: one(['axis'], concat),
};
