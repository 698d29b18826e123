import { type Tensor, tensor } from '../../base/tensor.js';
import { call, constant } from '../../ir/build.js';
import { type Call, type Constant, type Expr, type Label, tensorTypeOf } from '../../ir/expr.js';
import { postOrder, rewriteGraph, useCounts, usersOf } from '../../ir/visit.js';
import { type Affine, affineOf, composed, isProduct, layerBelow, spread } from './affine.js';

const labelOf = (e: Call): Label => (e.label.layer === undefined ? {} : { layer: e.label.layer });

/** A layer with its output scaled and moved, a channel. */
function scaledLayer(product: Call, bias: Tensor | undefined, { scale, offset }: Affine): Expr {
  const weights = (product.args[1] as Constant).value;
  const channels = weights.shape[0]!;
  const [s, o] = [spread(scale, channels), spread(offset, channels)];
  const inner = weights.data.length / channels;
  const data = Array.from(weights.data, (w, i) => w * s[Math.floor(i / inner)]!);
  const terms = Array.from(o, (v, c) => v + (bias?.data[c] ?? 0) * s[c]!);
  return withParameters(product, tensor(weights.shape, 'float32', data), terms);
}

/** A layer whose input is scaled and moved, a channel: the same layer on the input as it was. */
function absorbedLayer(product: Call, { data, scale, offset }: Affine): Expr | undefined {
  const moved = offset.some((v) => v !== 0);
  const padding = (product.attrs.padding ?? []) as readonly number[];
  // Padded zeros are not moved: only an unpadded layer takes a term of its input into its bias.
  if (moved && padding.some((p) => p !== 0)) return undefined;
  const weights = (product.args[1] as Constant).value;
  const [outputs, perGroup] = weights.shape as readonly [number, number];
  const kernel = weights.data.length / (outputs * perGroup);
  const groups = Number(product.attrs.groups ?? 1);
  const channels = tensorTypeOf(product.args[0]!).shape[1]!;
  const [s, o] = [spread(scale, channels), spread(offset, channels)];
  const terms = new Array<number>(outputs).fill(0);
  const values = Array.from(weights.data, (w, i) => {
    const out = Math.floor(i / (perGroup * kernel));
    const c = Math.floor(out / (outputs / groups)) * perGroup + (Math.floor(i / kernel) % perGroup);
    terms[out]! += w * o[c]!;
    return w * s[c]!;
  });
  const on = { ...product, args: [data, product.args[1]!] };
  const scaled = tensor(weights.shape, 'float32', values);
  return moved ? withParameters(on, scaled, terms) : withWeights(on, scaled);
}

const withWeights = (product: Call, weights: Tensor): Call => ({
  ...product,
  args: [product.args[0]!, constant(weights, (product.args[1] as Constant).name)],
});

const withParameters = (product: Call, weights: Tensor, terms: readonly number[]): Expr =>
  call(
    'nn.bias_add',
    [withWeights(product, weights), constant(tensor([terms.length], 'float32', terms))],
    {},
    labelOf(product),
  );

/** Scale and offset a channel as a layer of its own: a depthwise convolution of 1x1 kernels, which the core computes. */
function ownLayer(e: Call, { data, scale, offset }: Affine): Expr {
  const { shape } = tensorTypeOf(e);
  const channels = shape[1]!;
  const label = labelOf(e);
  const image = shape.length === 4 ? shape : [shape[0]!, channels, 1, 1];
  const reshaped = (x: Expr, newshape: readonly number[]) =>
    shape.length === 4 ? x : call('reshape', [x], { newshape: [...newshape] }, label);
  const kernel = constant(tensor([channels, 1, 1, 1], 'float32', spread(scale, channels)));
  const attrs = { groups: channels, channels, kernel_size: [1, 1], padding: [0, 0, 0, 0] };
  const product = call('nn.conv2d', [reshaped(data, image), kernel], attrs, label);
  const bias = constant(tensor([channels], 'float32', spread(offset, channels)));
  return reshaped(call('nn.bias_add', [product, bias], {}, label), shape);
}

/** The expressions that a convolution or dense layer depends on. */
function leadingToLayers(body: Expr): Set<Expr> {
  const users = usersOf(body);
  const out = new Set<Expr>();
  for (const e of postOrder(body).reverse())
    if ((users.get(e) ?? []).some((u) => isProduct(u) || out.has(u))) out.add(e);
  return out;
}

const alongChannels = (a: Affine): boolean => a.axis === undefined || a.axis === 1;

/**
 * Scales and offsets a channel (batch norms, constant factors) disappear in the layer before them, where that has no other user,
 * or in the layers behind; what is left of them before a layer becomes a depthwise 1x1 convolution. Products are formed in float64
 * and held as float32.
 */
export function foldAffine(body: Expr): Expr {
  const uses = useCounts(body);
  const leading = leadingToLayers(body);
  const affine = new Map<Expr, Affine>();
  return rewriteGraph(body, (e, original) => {
    if (e.kind !== 'call' || original.kind !== 'call') return e;
    if (isProduct(e)) {
      const before = affine.get(e.args[0]!);
      return (
        (before === undefined || e.args[1]?.kind !== 'constant' ? undefined : absorbedLayer(e, before)) ?? e
      );
    }
    const own = affineOf(e);
    if (own === undefined || !alongChannels(own)) return e;
    const { shape } = tensorTypeOf(e);
    const originalData = original.args.find((a) => a.kind !== 'constant')!;
    const once = uses.get(originalData) === 1;
    const below = once ? layerBelow(own.data) : undefined;
    if (below !== undefined) return scaledLayer(below.product, below.bias, own);
    const before = affine.get(own.data);
    const whole = (before !== undefined && once ? composed(own, before) : undefined) ?? own;
    if ((shape.length !== 4 && shape.length !== 2) || !leading.has(original)) return e;
    const made = ownLayer(e, whole);
    affine.set(made, whole);
    return made;
  });
}
