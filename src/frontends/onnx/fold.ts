import { type DType, integerRange } from '../../base/dtype.js';
import { LimitError, UserError } from '../../base/errors.js';
import { elementCount, type Shape, strides, type Tensor, tensor } from '../../base/tensor.js';
import { broadcastShapes } from '../../ir/ops/elementwise.js';
import type { NodeContext } from './context.js';
import { castType, flattened, permutation, reshapeTo, sliceOf, squeezed, unsqueezed } from './ops/shape.js';

/** A computed constant has at most this many elements more than the constants it is made of: a file cannot blow up memory. */
const MAX_GROWTH = 1 << 20;

/**
 * Evaluates a node whose inputs are all constants: what exporters leave of shape arithmetic, and reshaped or transposed
 * weights. Undefined where the operator is not one of these; it is then computed at run time.
 */
export function foldNode(node: NodeContext): Tensor | undefined {
  const fold = FOLDS[node.node.op];
  if (fold === undefined || node.inputs.some((e) => e !== undefined && e.kind !== 'constant'))
    return undefined;
  return fold(node);
}

/** Refuses to compute a constant that is much larger than its inputs. */
function bounded(shape: Shape, ...from: readonly Tensor[]): Shape {
  const limit = MAX_GROWTH + from.reduce((n, t) => n + t.data.length, 0);
  const elements = elementCount(shape);
  if (!(elements <= limit) || shape.some((d) => d < 0))
    throw new LimitError({
      subject: 'a constant computed by this node',
      value: elements,
      unit: 'elements',
      rule: `at most ${limit}`,
    });
  return shape;
}

/** `value` as an element of `dtype`: float32 rounds, integers wrap, int64 must stay below 2^53. */
function store(value: number, dtype: DType): number {
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  if (dtype === 'int64') {
    if (!Number.isSafeInteger(value)) throw new UserError(`the constant ${value} is no int64 below 2^53`);
    return value;
  }
  const [lo, hi] = integerRange(dtype);
  const span = hi - lo + 1;
  return ((((value - lo) % span) + span) % span) + lo;
}

const reshaped = (t: Tensor, shape: Shape): Tensor => {
  if (elementCount(shape) !== t.data.length || shape.some((d) => !Number.isInteger(d) || d < 0))
    throw new UserError(
      `a constant of ${t.data.length} elements cannot take the shape (${shape.join(', ')})`,
    );
  return { ...t, shape };
};

/** The element of `t` at each index of `shape` that `source` names, as offsets into `t`. */
function gathered(t: Tensor, shape: Shape, source: (at: readonly number[]) => number): Tensor {
  const out = tensor(bounded(shape, t), t.dtype);
  const at = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = t.data[source(at)]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at[axis]!++;
      if (at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
  return out;
}

function binary(node: NodeContext, f: (a: number, b: number, dtype: DType) => number): Tensor {
  const [a, b] = [node.constant(0), node.constant(1)];
  if (a.dtype !== b.dtype) throw new UserError(`its operands are ${a.dtype} and ${b.dtype}`);
  const shape = bounded(broadcastShapes(node.node.op, a.shape, b.shape), a, b);
  const spread = (t: Tensor) => {
    const step = strides(t.shape);
    const pad = shape.length - t.shape.length;
    return gathered({ ...t }, shape, (at) =>
      t.shape.reduce((sum, d, i) => sum + (d === 1 ? 0 : at[pad + i]! * step[i]!), 0),
    );
  };
  const [x, y] = [spread(a), spread(b)];
  const out = tensor(shape, a.dtype);
  for (let i = 0; i < out.data.length; i++) out.data[i] = store(f(x.data[i]!, y.data[i]!, a.dtype), a.dtype);
  return out;
}

function divide(a: number, b: number, dtype: DType): number {
  if (dtype === 'float32') return a / b;
  if (b === 0) throw new UserError('it divides an integer constant by 0');
  return Math.trunc(a / b);
}

function concat(node: NodeContext): Tensor {
  const parts = node.inputs.map((_, i) => node.constant(i));
  const first = parts[0]!;
  const axis = node.axis(node.int('axis', 0), first.shape.length);
  if (parts.some((p) => p.dtype !== first.dtype || p.shape.length !== first.shape.length))
    throw new UserError('its operands differ in rank or element type');
  const extent = parts.reduce((n, p) => n + (p.shape[axis] ?? 1), 0);
  const out = tensor(bounded(first.shape.with(axis, extent), ...parts), first.dtype);
  const outer = elementCount(first.shape.slice(0, axis));
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (const p of parts) {
      const size = p.data.length / outer;
      out.data.set(p.data.subarray(o * size, (o + 1) * size), at);
      at += size;
    }
  if (at !== out.data.length) throw new UserError('the shapes of its operands do not go together');
  return out;
}

function gather(node: NodeContext): Tensor {
  const [t, indices] = [node.constant(0), node.constant(1)];
  const axis = node.axis(node.int('axis', 0), t.shape.length);
  const extent = t.shape[axis] ?? 1;
  for (const i of indices.data)
    if (i < -extent || i >= extent) throw new UserError(`index ${i} is outside an axis of ${extent}`);
  const shape = [...t.shape.slice(0, axis), ...indices.shape, ...t.shape.slice(axis + 1)];
  const [step, inner] = [strides(t.shape), strides(indices.shape)];
  const rank = indices.shape.length;
  bounded(shape, t, indices);
  return gathered({ ...t }, shape, (at) => {
    const chosen = indices.data[inner.reduce((sum, s, i) => sum + s * at[axis + i]!, 0)]!;
    const index = chosen < 0 ? chosen + extent : chosen;
    return step.reduce(
      (sum, s, i) => sum + s * (i < axis ? at[i]! : i === axis ? index : at[i - 1 + rank]!),
      0,
    );
  });
}

function slice(node: NodeContext): Tensor {
  const t = node.constant(0);
  const { begin, end, axes, strides: steps } = sliceOf(node);
  const shape = [...t.shape];
  const from = t.shape.map(() => 0);
  const by = t.shape.map(() => 1);
  axes.forEach((axis, i) => {
    const extent = t.shape[axis]!;
    const step = steps[i] ?? 1;
    if (!Number.isInteger(step) || step === 0) throw new UserError(`its step is ${step}`);
    const inside = (v: number) =>
      Math.min(Math.max(v < 0 ? v + extent : v, step < 0 ? -1 : 0), step < 0 ? extent - 1 : extent);
    from[axis] = inside(begin[i]!);
    by[axis] = step;
    shape[axis] = Math.max(0, Math.ceil((inside(end[i] ?? 0) - from[axis]!) / step));
  });
  const step = strides(t.shape);
  return gathered(t, shape, (at) => at.reduce((sum, a, i) => sum + (from[i]! + a * by[i]!) * step[i]!, 0));
}

function transpose(node: NodeContext): Tensor {
  const t = node.constant(0);
  const axes = permutation(node);
  const step = strides(t.shape);
  return gathered(
    t,
    axes.map((a) => t.shape[a]!),
    (at) => at.reduce((sum, a, i) => sum + a * step[axes[i]!]!, 0),
  );
}

function cast(node: NodeContext): Tensor {
  const t = node.constant(0);
  const dtype = castType(node);
  const out = tensor(t.shape, dtype);
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = store(dtype === 'float32' || dtype === 'bool' ? t.data[i]! : Math.trunc(t.data[i]!), dtype);
  return out;
}

function constantOfShape(node: NodeContext): Tensor {
  const shape = node.constantInts(0) ?? [];
  const value = node.tensor('value') ?? tensor([1], 'float32');
  return tensor(bounded(shape), value.dtype, new Array<number>(elementCount(shape)).fill(value.data[0] ?? 0));
}

const same = (node: NodeContext): Tensor => node.constant(0);

const FOLDS: Readonly<Record<string, (node: NodeContext) => Tensor>> = {
  Identity: same,
  Dropout: same,
  Reshape: (node) => reshaped(node.constant(0), reshapeTo(node)),
  Flatten: (node) => reshaped(node.constant(0), flattened(node)),
  Squeeze: (node) => reshaped(node.constant(0), squeezed(node)),
  Unsqueeze: (node) => reshaped(node.constant(0), unsqueezed(node)),
  Transpose: transpose,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Cast: cast,
  ConstantOfShape: constantOfShape,
  Add: (node) => binary(node, (a, b) => a + b),
  Sub: (node) => binary(node, (a, b) => a - b),
  Mul: (node) => binary(node, (a, b, dtype) => (dtype === 'int32' ? Math.imul(a, b) : a * b)),
  Div: (node) => binary(node, divide),
};
