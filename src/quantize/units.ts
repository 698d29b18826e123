import { elementCount, type Tensor } from '../base/tensor.js';
import { type Call, type Constant, type Expr, tensorTypeOf } from '../ir/expr.js';
import { postOrder, useCounts } from '../ir/visit.js';
import { isConstant, isProduct } from './prepare/affine.js';

/** max(0, min(x, hi)) behind a layer or a sum; undefined: none. */
export interface Activation {
  readonly hi: number;
}

/** A convolution or dense layer with its bias and ReLU. */
export interface LayerUnit {
  readonly kind: 'layer';
  readonly root: Call;
  readonly product: Call;
  readonly data: Expr;
  readonly weights: Constant;
  readonly bias: Tensor | undefined;
  readonly activation: Activation | undefined;
}

/** A sum of two tensors, one of which may be constant, with its ReLU. */
export interface SumUnit {
  readonly kind: 'sum';
  readonly root: Call;
  readonly sum: Call;
  readonly activation: Activation | undefined;
}

export type Unit = LayerUnit | SumUnit;

/** What a ReLU is over: nn.relu, or a clip that begins at 0. */
function activationOf(e: Call): Activation | undefined {
  if (e.op === 'nn.relu') return { hi: Infinity };
  if (e.op === 'clip' && e.attrs.a_min === 0) return { hi: Number(e.attrs.a_max) };
  return undefined;
}

interface Matched {
  readonly unit: Unit;
  /** The expressions inside it that are not its root. */
  readonly inner: readonly Expr[];
}

function matchUnit(root: Call, uses: ReadonlyMap<Expr, number>): Matched | undefined {
  const only = (e: Expr): e is Call => e.kind === 'call' && uses.get(e) === 1;
  const activation = activationOf(root);
  const sum = activation === undefined ? root : root.args[0]!;
  if (sum.kind !== 'call' || (sum !== root && !only(sum))) return undefined;
  const [first, second] = sum.args;
  const biased = sum.op === 'nn.bias_add' && sum.attrs.axis === 1 && isConstant(second);
  const product = biased ? first! : sum;
  const inner = [sum, product].filter((e) => e !== root);
  if (isProduct(product) && (product === sum || only(product)) && isConstant(product.args[1])) {
    const [data, weights] = product.args as [Expr, Constant];
    const bias = biased ? (second as Constant).value : undefined;
    return { unit: { kind: 'layer', root, product, data, weights, bias, activation }, inner };
  }
  if (sum.op !== 'add' || !isSum(sum)) return undefined;
  return { unit: { kind: 'sum', root, sum, activation }, inner: [sum].filter((e) => e !== root) };
}

/** A sum whose result is as large as one of its float operands, not both constant. */
function isSum(sum: Call): boolean {
  if (sum.args.every(isConstant) || sum.type.kind !== 'tensor' || sum.type.dtype !== 'float32') return false;
  const size = elementCount(sum.type.shape);
  return sum.args.some((a) => !isConstant(a) && elementCount(tensorTypeOf(a).shape) === size);
}

/** The layers and sums of a float graph. */
export interface Units {
  /** By the expression that each ends in. */
  readonly byRoot: ReadonlyMap<Expr, Unit>;
  /** The expressions inside units that are no unit's end. */
  readonly inside: ReadonlySet<Expr>;
}

/** Finds all units. Users claim before what they use. */
export function findUnits(body: Expr): Units {
  const uses = useCounts(body);
  const byRoot = new Map<Expr, Unit>();
  const inside = new Set<Expr>();
  for (const e of postOrder(body).reverse()) {
    if (e.kind !== 'call' || inside.has(e)) continue;
    const matched = matchUnit(e, uses);
    if (matched === undefined) continue;
    byRoot.set(e, matched.unit);
    for (const part of matched.inner) inside.add(part);
  }
  return { byRoot, inside };
}
