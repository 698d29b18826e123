import { elementCount } from '../base/tensor.js';
import { type Expr, tensorTypeOf } from '../ir/expr.js';
import { isConstant } from './prepare/affine.js';
import type { Units } from './units.js';

/** Operators that move values and do not change them. */
const MOVERS: ReadonlySet<string> = new Set([
  ...['reshape', 'transpose', 'nn.batch_flatten', 'squeeze', 'expand_dims', 'strided_slice', 'reverse'],
  'nn.max_pool2d',
  'nn.global_max_pool2d',
]);
const MEANS: ReadonlySet<string> = new Set([
  ...['nn.avg_pool2d', 'nn.global_avg_pool2d', 'nn.adaptive_avg_pool2d', 'mean'],
]);

/** Whether `e` moves values, or pads them with zeros. */
export function isMover(e: Expr): boolean {
  if (e.kind !== 'call') return false;
  if (MOVERS.has(e.op)) return true;
  const value = e.args[1];
  return e.op === 'nn.pad' && isConstant(value) && value.value.data[0] === 0;
}

/** Whether `e` limits or bends values of one tensor and leaves their scale: ReLU, clip, leaky ReLU. */
export function isBend(e: Expr): boolean {
  if (e.kind !== 'call' || e.type.kind !== 'tensor' || e.type.dtype !== 'float32') return false;
  if (e.op === 'nn.relu') return true;
  if (e.op === 'clip') return Number(e.attrs.a_min) <= 0 && Number(e.attrs.a_max) > 0;
  return e.op === 'nn.leaky_relu' && Number(e.attrs.alpha) >= 0 && Number(e.attrs.alpha) <= 1;
}

/** Whether `e` keeps its operand's scale. */
export const keepsScale = (e: Expr): boolean => isMover(e) || isBend(e);

/** Whether `e` is a mean over windows of an image: a pool, or `mean` over its last two axes. */
export function isMean(e: Expr): boolean {
  if (e.kind !== 'call' || !MEANS.has(e.op)) return false;
  const { shape } = tensorTypeOf(e.args[0]!);
  if (shape.length !== 4) return false;
  if (e.op !== 'mean') return true;
  const axes = (Array.isArray(e.attrs.axis) ? (e.attrs.axis as readonly number[]) : []).map(
    (a) => (a + 4) % 4,
  );
  return e.attrs.exclude === false && String(axes.sort()) === '2,3';
}

/** The tensors that a concatenation joins; undefined for other expressions. */
export function joinedBy(e: Expr): readonly Expr[] | undefined {
  const from = e.kind === 'call' && e.op === 'concatenate' ? e.args[0]! : undefined;
  return from?.kind === 'tuple' ? from.fields : undefined;
}

/** The expression that gives `e` its scale: the end of a layer or sum, or what no scale passes through. */
export function source(e: Expr, units: Pick<Units, 'byRoot'>): Expr {
  while (e.kind === 'call' && !units.byRoot.has(e) && keepsScale(e)) e = e.args[0]!;
  return e;
}

/**
 * How many elements along axis 1 each channel of the operand becomes, where `e` computes each channel by itself and in proportion;
 * undefined for all other operators.
 */
export function channelRepeat(e: Expr): number | undefined {
  if (e.kind !== 'call') return undefined;
  if (isMean(e)) return 1;
  if (e.type.kind === 'tuple' || e.args[0]?.type.kind !== 'tensor') return undefined;
  const [from, to] = [tensorTypeOf(e.args[0]!).shape, tensorTypeOf(e).shape];
  switch (e.op) {
    case 'nn.max_pool2d':
    case 'nn.global_max_pool2d':
    case 'nn.relu':
      return 1;
    case 'nn.leaky_relu':
      return isBend(e) ? 1 : undefined;
    case 'nn.pad':
      return isMover(e) && from[1] === to[1] ? 1 : undefined;
    case 'reshape':
    case 'nn.batch_flatten': {
      const inner = elementCount(from.slice(2));
      return to[1] === from[1]! * inner && from[0] === to[0] && elementCount(to.slice(2)) === 1
        ? inner
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Expressions that share something, by one of them. */
export class Groups {
  readonly #parent = new Map<Expr, Expr>();

  of(e: Expr): Expr {
    let at = e;
    for (let up = this.#parent.get(at); up !== undefined; up = this.#parent.get(at)) at = up;
    return at;
  }

  join(a: Expr, b: Expr): void {
    const [x, y] = [this.of(a), this.of(b)];
    if (x !== y) this.#parent.set(x, y);
  }
}
