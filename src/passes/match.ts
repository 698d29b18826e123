import type { ChipParameters } from '../../sim/isa/parameters.js';
import { intAttr, intsAttr } from '../ir/attrs.js';
import { type Call, type Constant, type Expr, tensorTypeOf } from '../ir/expr.js';
import type { AnalogLayer } from './analog-layer.js';
import type { ConvLayer, DenseLayer, DigitalLayer, SumLayer } from './digital-layer.js';
import { CONSTANT_OPERAND, convLimits, denseLimits, sumLimits, tensorLimits } from './limits.js';
import { beginsAnalog, matchAnalog } from './match-analog.js';
import { type Graph, isCall, isRefusal, matchTail, type Refusal } from './pattern.js';

/** What one accelerator call computes, on either core. */
export type CoreLayer = DigitalLayer | AnalogLayer;

/** Operators that the core takes as one layer. */
export interface Match {
  readonly layer: CoreLayer;
  /** Activations that come from outside, in the order of the core's operands. */
  readonly inputs: readonly Expr[];
  /** The operators, first to last; the last one's value is the layer's output. */
  readonly calls: readonly Call[];
  readonly composite: string;
}

const shapeOf = (e: Expr) => tensorTypeOf(e).shape;

function matchConv(conv: Call, graph: Graph, chip: ChipParameters): Match | Refusal {
  const tail = matchTail(conv, graph, { bias: true, relu: true });
  const refusal = convLimits(conv, chip) ?? tensorLimits(conv.args[0]!, shapeOf(conv));
  if (refusal !== undefined) return refusal;
  if (isRefusal(tail)) return tail;
  const weights = conv.args[1] as Constant;
  const [, , kernelHeight, kernelWidth] = weights.type.shape as [number, number, number, number];
  const [padTop, padLeft] = intsAttr(conv.attrs, 'padding') as [number, number];
  const layer: ConvLayer = {
    kind: 'conv',
    depthwise: intAttr(conv.attrs, 'groups') > 1,
    input: shapeOf(conv.args[0]!),
    output: shapeOf(conv),
    weights: weights.value.data,
    bias: tail.bias!.value.data,
    kernelHeight,
    kernelWidth,
    stride: intsAttr(conv.attrs, 'strides')[0] as 1 | 2,
    padTop,
    padLeft,
    shift: tail.shift,
    relu: tail.relu,
  };
  return { layer, inputs: [conv.args[0]!], calls: [conv, ...tail.calls], composite: 'soma_dory.conv2d' };
}

function matchDense(dense: Call, graph: Graph, chip: ChipParameters): Match | Refusal {
  const tail = matchTail(dense, graph, { bias: true, relu: true });
  const refusal = denseLimits(dense, chip) ?? tensorLimits(dense.args[0]!, shapeOf(dense));
  if (refusal !== undefined) return refusal;
  if (isRefusal(tail)) return tail;
  const layer: DenseLayer = {
    kind: 'dense',
    input: shapeOf(dense.args[0]!),
    output: shapeOf(dense),
    weights: (dense.args[1] as Constant).value.data,
    bias: tail.bias!.value.data,
    shift: tail.shift,
    relu: tail.relu,
  };
  return { layer, inputs: [dense.args[0]!], calls: [dense, ...tail.calls], composite: 'soma_dory.dense' };
}

/** `add` of two casts to int32 that serve nothing else. */
function matchSum(add: Call, graph: Graph): Match | Refusal {
  const [a, b] = add.args as [Expr, Expr];
  if (a.kind === 'constant' || b.kind === 'constant') return CONSTANT_OPERAND;
  const wide = (e: Expr): e is Call =>
    isCall(e, 'cast') && e.attrs.dtype === 'int32' && graph.uses.get(e) === (a === b ? 2 : 1);
  if (!wide(a) || !wide(b))
    return {
      attribute: 'pattern',
      value: `add of ${tensorTypeOf(a).dtype} operands without a cast of both to int32`,
      supported: 'cast of both operands to int32, add, right_shift, clip, cast to int8',
    };
  const inputs = [a.args[0]!, b.args[0]!];
  const refusal = sumLimits(inputs[0]!, inputs[1]!) ?? tensorLimits(inputs[0]!, shapeOf(add));
  if (refusal !== undefined) return refusal;
  const tail = matchTail(add, graph, { bias: false, relu: false });
  if (isRefusal(tail)) return tail;
  const layer: SumLayer = { kind: 'sum', input: shapeOf(add), output: shapeOf(add), shift: tail.shift };
  const casts = a === b ? [a] : [a, b];
  return { layer, inputs, calls: [...casts, add, ...tail.calls], composite: 'soma_dory.add' };
}

/** HTVM's analog pattern, or why it cannot go to the analog core. */
function analogAt(conv: Call, graph: Graph, { chip, analog }: Accelerator): Match | Refusal {
  if (!analog)
    return { attribute: 'analog core', value: 'switched off', supported: 'compiling without --no-analog' };
  const found = matchAnalog(conv, graph, chip);
  if (isRefusal(found)) return found;
  return {
    layer: found.layer,
    inputs: [conv.args[0]!],
    calls: [conv, ...found.calls],
    composite: 'soma_dory.aconv2d',
  };
}

/** What patterns are matched for. */
export interface Accelerator {
  readonly chip: ChipParameters;
  /** Whether the analog core may be used. */
  readonly analog: boolean;
}

/**
 * Whether a pattern of a core begins at `e`, and with what: a match, why not, or undefined for any other operator. The analog pattern is
 * tried first. [htvm]
 */
export function matchAt(e: Expr, graph: Graph, accelerator: Accelerator): Match | Refusal | undefined {
  if (e.kind !== 'call') return undefined;
  const { chip } = accelerator;
  switch (e.op) {
    case 'qnn.conv2d':
    case 'nn.conv2d':
      if (beginsAnalog(e, graph)) return analogAt(e, graph, accelerator);
      return matchConv(e, graph, chip);
    case 'nn.dense':
      return matchDense(e, graph, chip);
    case 'add':
      return matchSum(e, graph);
    default:
      return undefined;
  }
}
