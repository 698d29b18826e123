import { elementCount, type Tensor, tensor } from '../base/tensor.js';
import { call, constant } from '../ir/build.js';
import type { Call, Constant, Expr } from '../ir/expr.js';
import { rewriteGraph, useCounts } from '../ir/visit.js';

const isConstant = (e: Expr | undefined): e is Constant => e?.kind === 'constant';

/** A constant factor or term as one value a channel of `e` (axis 1); undefined where it is none. */
function perChannel(t: Tensor, e: Call): Float64Array | undefined {
  if (e.type.kind !== 'tensor') return undefined;
  const { shape } = e.type;
  const channels = shape[1] ?? 0;
  if (elementCount(t.shape) === 1) return new Float64Array(channels).fill(t.data[0]!);
  const axis = shape.length - t.shape.length + t.shape.indexOf(channels);
  return t.data.length === channels && axis === 1 ? Float64Array.from(t.data) : undefined;
}

const isProduct = (e: Call): boolean => e.op === 'nn.conv2d' || e.op === 'nn.dense';

/** The layer below a multiply: bare, or with its bias. */
function layerBelow(e: Expr): { product: Call; bias: Constant | undefined } | undefined {
  if (e.kind !== 'call') return undefined;
  if (isProduct(e)) return { product: e, bias: undefined };
  const [inner, bias] = e.args;
  if (e.op !== 'nn.bias_add' || inner?.kind !== 'call' || !isProduct(inner) || !isConstant(bias))
    return undefined;
  return { product: inner, bias };
}

/**
 * Folds what a batch normalisation leaves behind a layer (a multiply by, then an add of, one constant a channel) into its weights
 * and bias, where the layer has no other user. Products are formed in float64 and held as float32.
 */
export function foldScales(body: Expr): Expr {
  const uses = useCounts(body);
  return rewriteGraph(body, (e, original) => {
    if (e.kind !== 'call' || !isConstant(e.args[1]) || original.kind !== 'call') return e;
    const below = layerBelow(e.args[0]!);
    const values = perChannel(e.args[1].value, e);
    if (below === undefined || values === undefined || uses.get(original.args[0]!) !== 1) return e;
    if (e.op === 'multiply') return scaled(below.product, below.bias, values);
    return e.op === 'add' ? moved(below.product, below.bias, values) : e;
  });
}

function scaled(product: Call, bias: Constant | undefined, factors: Float64Array): Expr {
  const weights = product.args[1];
  if (!isConstant(weights)) return product;
  const inner = weights.value.data.length / factors.length;
  const data = Array.from(weights.value.data, (w, i) => w * factors[Math.floor(i / inner)]!);
  const out = {
    ...product,
    args: [product.args[0]!, constant(tensor(weights.value.shape, 'float32', data), weights.name)],
  };
  if (bias === undefined) return out;
  const terms = Array.from(bias.value.data, (b, c) => b * factors[c]!);
  return call(
    'nn.bias_add',
    [out, constant(tensor([factors.length], 'float32', terms), bias.name)],
    {},
    product.label,
  );
}

function moved(product: Call, bias: Constant | undefined, terms: Float64Array): Expr {
  const sums = Array.from(terms, (t, c) => t + (bias?.value.data[c] ?? 0));
  return call(
    'nn.bias_add',
    [product, constant(tensor([sums.length], 'float32', sums), bias?.name)],
    {},
    product.label,
  );
}
