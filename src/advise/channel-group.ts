import { intAttr } from '../ir/attrs.js';
import { type Call, type Expr, type Func, tensorTypeOf } from '../ir/expr.js';

/** Operators that keep a tensor's channels, value by value or window by window. */
const KEEP: readonly string[] = [
  'nn.bias_add',
  'add',
  'subtract',
  'multiply',
  'maximum',
  'minimum',
  'right_shift',
  'clip',
  'cast',
  'nn.relu',
  'nn.avg_pool2d',
  'nn.max_pool2d',
  'nn.global_avg_pool2d',
  'nn.global_max_pool2d',
];
const CONVS: readonly string[] = ['qnn.conv2d', 'nn.conv2d'];

/**
 * Tensors that have one number of channels together, because sums and depthwise layers join them, and the layers at their ends: what has to
 * change for the number to change.
 */
export interface ChannelGroup {
  readonly channels: number;
  /** Elements of axis 1 that a channel has in each tensor: 1, or a whole plane where planes are flattened. */
  readonly tensors: ReadonlyMap<Expr, number>;
  /** Convolutions and dense layers that make the channels: axis 0 of their weights. */
  readonly makers: ReadonlySet<Call>;
  /** Those that read them: axis 1 of their weights. */
  readonly readers: ReadonlySet<Call>;
  /** Whether the network's output is among the tensors. */
  readonly output: boolean;
}

const shapeOf = (e: Expr): readonly number[] => tensorTypeOf(e).shape;
const planeOf = (e: Expr): number =>
  shapeOf(e)
    .slice(2)
    .reduce((n, d) => n * d, 1);

/** Every channel by itself. */
export const isDepthwise = (c: Call): boolean =>
  CONVS.includes(c.op) &&
  intAttr(c.attrs, 'groups') > 1 &&
  shapeOf(c.args[1]!)[0] === shapeOf(c.args[0]!)[1] &&
  shapeOf(c.args[1]!)[1] === 1;

/** A convolution of all channels or a dense layer, its weights a constant. */
export const isFullSum = (c: Call): boolean =>
  c.args[1]?.kind === 'constant' &&
  (c.op === 'nn.dense' || (CONVS.includes(c.op) && intAttr(c.attrs, 'groups') === 1));

/** Planes one after another as a vector, channels slowest. */
export function isFlatten(c: Call): boolean {
  if (c.op !== 'reshape' && c.op !== 'nn.batch_flatten') return false;
  const [from, to] = [shapeOf(c.args[0]!), shapeOf(c)];
  return from.length === 4 && from[0] === 1 && to.length === 2 && to[0] === 1;
}

/** The group of the channels that `start` makes; undefined where something else depends on their number: an input, a concatenation. */
export function channelGroup(
  start: Call,
  main: Func,
  users: ReadonlyMap<Expr, readonly Expr[]>,
): ChannelGroup | undefined {
  const tensors = new Map<Expr, number>();
  const [makers, readers] = [new Set<Call>(), new Set<Call>()];
  const open: [Expr, number][] = [[start, 1]];

  /** Where the channels of `e` come from; false where that cannot change. */
  const backward = (e: Call, per: number): boolean => {
    if (isFullSum(e)) {
      makers.add(e);
      return per === 1;
    }
    if (isDepthwise(e)) open.push([e.args[0]!, 1]);
    else if (isFlatten(e)) open.push([e.args[0]!, per / planeOf(e.args[0]!)]);
    else if (KEEP.includes(e.op))
      for (const a of e.args) {
        if (a.kind === 'constant') continue;
        if (shapeOf(a)[1] !== shapeOf(e)[1] || shapeOf(a).length !== shapeOf(e).length) return false;
        open.push([a, per]);
      }
    else return false;
    return true;
  };
  /** What reads the channels of `e`; false where that cannot follow. */
  const forward = (e: Expr, per: number): boolean =>
    (users.get(e) ?? []).every((u) => {
      if (u.kind !== 'call') return false;
      if (isFullSum(u) && u.args[0] === e) readers.add(u);
      else if (isDepthwise(u) && u.args[0] === e) open.push([u, 1]);
      else if (isFlatten(u)) open.push([u, per * planeOf(e)]);
      else if (KEEP.includes(u.op)) open.push([u, per]);
      else return false;
      return true;
    });

  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [e, per] = next;
    if (tensors.has(e)) continue;
    if (e.kind !== 'call') return undefined;
    tensors.set(e, per);
    if (!backward(e, per) || !forward(e, per)) return undefined;
  }
  return { channels: shapeOf(start)[1]!, tensors, makers, readers, output: tensors.has(main.body) };
}
