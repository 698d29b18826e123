import { elementCount, type Tensor, tensor } from '../base/tensor.js';
import { call, constant } from '../ir/build.js';
import { type Call, type Constant, type Expr, type Func, tensorTypeOf } from '../ir/expr.js';
import { rewriteGraph } from '../ir/visit.js';
import { type ChannelGroup, isDepthwise, isFlatten } from './channel-group.js';

/** A tensor with `to` elements on one axis: the first ones, or zeros behind those that there are. */
function resized(t: Tensor, axis: number, to: number): Tensor {
  const from = t.shape[axis]!;
  const inner = elementCount(t.shape.slice(axis + 1));
  const outer = elementCount(t.shape.slice(0, axis));
  const out = tensor(t.shape.with(axis, to), t.dtype);
  const kept = Math.min(from, to) * inner;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < kept; i++) out.data[o * to * inner + i] = t.data[o * from * inner + i]!;
  return out;
}

const resizedConstant = (c: Constant, axis: number, to: number): Constant =>
  constant(resized(c.value, axis, to), c.name);

/** The operand of an operator that keeps channels, where it has a value for each of them. */
function resizedOperand(a: Expr, of: Call, to: number): Expr {
  if (a.kind !== 'constant') return a;
  const { shape } = a.value;
  const axis = of.op === 'nn.bias_add' ? 0 : 1 - (tensorTypeOf(of).shape.length - shape.length);
  return axis < 0 || shape[axis] === 1 || shape.length === 0 ? a : resizedConstant(a, axis, to);
}

/**
 * A graph in which a group has another number of channels. More: the new ones are 0 and read with weights of 0, so that no output value changes.
 * Fewer: the last ones are left out, which is another network.
 */
export function resizeChannels(main: Func, group: ChannelGroup, to: number): Func {
  const body = rewriteGraph(main.body, (e, original) => {
    if (e.kind !== 'call' || original.kind !== 'call') return e;
    const [made, per] = [group.makers.has(original), group.tensors.get(original)];
    const reads = group.readers.has(original);
    if (!made && !reads && per === undefined) return e;
    let args = [...e.args];
    const attrs = { ...e.attrs };
    if (reads || made) {
      let weights = args[1] as Constant;
      const readPer = group.tensors.get(original.args[0]!) ?? 1;
      if (reads) weights = resizedConstant(weights, 1, to * readPer);
      if (made) {
        weights = resizedConstant(weights, 0, to);
        if (e.op !== 'nn.dense') attrs.channels = to;
        else if (attrs.units !== null) attrs.units = to;
      }
      args[1] = weights;
    } else if (isDepthwise(original)) {
      args[1] = resizedConstant(args[1] as Constant, 0, to);
      attrs.channels = to;
      attrs.groups = to;
    } else if (isFlatten(original)) {
      if (e.op === 'reshape') attrs.newshape = [1, to * per!];
    } else args = args.map((a) => resizedOperand(a, original, to * per!));
    return call(e.op, args, attrs, e.label);
  });
  return { ...main, body };
}
