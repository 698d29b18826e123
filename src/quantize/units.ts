import type { Tensor } from '../base/tensor.js';
import type { Call, Constant, Expr } from '../ir/expr.js';
import { postOrder, useCounts } from '../ir/visit.js';

/** max(lo, min(x, hi)) behind a layer or a sum; undefined: none. */
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
  /** The value before the activation. */
  readonly sum: Call;
  readonly activation: Activation | undefined;
}

/** A sum of two computed tensors with its ReLU. */
export interface SumUnit {
  readonly kind: 'sum';
  readonly root: Call;
  readonly sum: Call;
  readonly activation: Activation | undefined;
}

export type Unit = LayerUnit | SumUnit;

const isConstant = (e: Expr | undefined): e is Constant => e?.kind === 'constant';

/** What a ReLU is over: nn.relu, or a clip that begins at 0. */
function activationOf(e: Call): Activation | undefined {
  if (e.op === 'nn.relu') return { hi: Infinity };
  if (e.op === 'clip' && e.attrs.a_min === 0) return { hi: Number(e.attrs.a_max) };
  return undefined;
}

/** A bias: a vector over the channels, by nn.bias_add or by add of a constant (C), (C, 1, 1) or (1, C, 1, 1). */
function biasOf(e: Call): { inner: Expr; bias: Tensor } | undefined {
  const value = e.args[1];
  if (!isConstant(value) || e.type.kind !== 'tensor') return undefined;
  const channels = e.type.shape[1];
  if (e.op === 'nn.bias_add' && e.attrs.axis === 1) return { inner: e.args[0]!, bias: value.value };
  if (e.op !== 'add' || value.value.data.length !== channels) return undefined;
  const rank = e.type.shape.length;
  const axis = value.value.shape.indexOf(channels) + rank - value.value.shape.length;
  return axis === 1 ? { inner: e.args[0]!, bias: { ...value.value, shape: [channels] } } : undefined;
}

function matchUnit(root: Call, uses: ReadonlyMap<Expr, number>): Unit | undefined {
  const only = (e: Expr): e is Call => e.kind === 'call' && uses.get(e) === 1;
  const activation = activationOf(root);
  const sum = activation === undefined ? root : root.args[0]!;
  if (sum.kind !== 'call' || (sum !== root && !only(sum))) return undefined;
  const biased = biasOf(sum);
  const product = biased === undefined ? sum : biased.inner;
  if (product.kind === 'call' && (product === sum || only(product))) {
    const [data, weights] = product.args;
    if ((product.op === 'nn.conv2d' || product.op === 'nn.dense') && isConstant(weights))
      return { kind: 'layer', root, product, data: data!, weights, bias: biased?.bias, sum, activation };
  }
  if (sum.op === 'add' && !sum.args.some(isConstant)) {
    const [a, b] = sum.args;
    const same =
      a!.type.kind === 'tensor' &&
      b!.type.kind === 'tensor' &&
      String(a!.type.shape) === String(b!.type.shape);
    if (same) return { kind: 'sum', root, sum, activation };
  }
  return undefined;
}

/** The layers and sums of a float graph by the expression that each ends in. Users claim before what they use. */
export function findUnits(body: Expr): Map<Expr, Unit> {
  const uses = useCounts(body);
  const units = new Map<Expr, Unit>();
  const inside = new Set<Expr>();
  for (const e of postOrder(body).reverse()) {
    if (e.kind !== 'call' || inside.has(e)) continue;
    const unit = matchUnit(e, uses);
    if (unit === undefined) continue;
    units.set(e, unit);
    for (const part of unit.kind === 'layer' ? [unit.sum, unit.product] : [unit.sum])
      if (part !== e) inside.add(part);
  }
  return units;
}
