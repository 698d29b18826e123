import { random, randomInts, randomUniform, type Seed } from '../base/random.js';
import { type Shape, type Tensor, tensor } from '../base/tensor.js';
import type { ConvLayerOptions } from '../builder/layers.js';
import { convLayer } from '../builder/layers.js';
import { ModelBuilder } from '../builder/model-builder.js';
import { add } from '../builder/operators.js';
import type { Expr, Model } from '../ir/expr.js';

/** The models of HTVM's notebook, with its shapes, names and ranges of values. */

const ones = (n: number): Tensor => tensor([n], 'int32', new Array<number>(n).fill(1));

/** One conv layer as the notebook's helper makes it: full-range weights, biases of one, shift 4. */
function conv(
  m: ModelBuilder,
  seed: Seed,
  x: Expr,
  layer: string,
  shape: Shape,
  options: ConvLayerOptions,
): Expr {
  const weights = randomInts(random(seed, `${layer}.weights`), shape, -128, 127, 'int8');
  return m.conv2d(x, layer, weights, ones(shape[0]!), { shift: 4, ...options });
}

/** One conv of 3 to 5 channels with ReLU and no shift; its parameters are "weights" and "bias". */
export function singleConv(seed: Seed): Model {
  const m = new ModelBuilder('single-conv');
  const x = m.input('input', [1, 3, 32, 32], 'int8');
  const weights = randomUniform(random(seed, 'weights'), [5, 3, 3, 3], -10, 10, 'int8');
  const bias = randomUniform(random(seed, 'bias'), [5], -10, 10, 'int32');
  const w = m.parameter('weights', weights);
  const b = m.parameter('bias', bias);
  return m.build(convLayer(x, w, b, { shift: 0, relu: true }, { layer: 'conv' }));
}

/** Two convs, 3 to 32 to 8 channels. The core takes the second one only with equal strides. */
export function twoConvs(name: string, strides: readonly [number, number], seed: Seed): Model {
  const m = new ModelBuilder(name);
  const x = m.input('input', [1, 3, 32, 32], 'int8');
  const y = conv(m, seed, x, 'conv1', [32, 3, 3, 3], { relu: true });
  return m.build(conv(m, seed, y, 'conv2', [8, 32, 3, 3], { strides }));
}

/** Two convs, 32 to 16 to 32 channels, and the input added in int8, which wraps and stays on the host. */
export function residual(seed: Seed): Model {
  const m = new ModelBuilder('residual');
  const x = m.input('input', [1, 32, 32, 32], 'int8');
  const y = conv(m, seed, x, 'conv1', [16, 32, 3, 3], { relu: true });
  return m.build(add(x, conv(m, seed, y, 'conv2', [32, 16, 3, 3], {}), { layer: 'add' }));
}
