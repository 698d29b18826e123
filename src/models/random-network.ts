import { integerRange } from '../base/dtype.js';
import { type Random, random, randomInts, type Seed } from '../base/random.js';
import type { Shape, Tensor } from '../base/tensor.js';
import { ModelBuilder } from '../builder/model-builder.js';
import { avgPool2d, cast, reshape, softmax } from '../builder/operators.js';
import { type Expr, type Model, tensorTypeOf } from '../ir/expr.js';

/**
 * How a layer's random parameters are drawn: biases evenly from -bias to bias ('full': any int32), and the shift that brings
 * the accumulator into int8. Elementwise sums have a shift alone.
 */
export interface LayerRange {
  readonly shift: number;
  readonly bias?: number | 'full';
}
/** By layer name. */
export type Ranges = Readonly<Record<string, LayerRange>>;
/** The range of a layer. Throws when the network has none for it. */
export type RangeOf = (layer: string) => LayerRange;

export interface ConvShape {
  readonly channels: number;
  readonly kernel: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly relu?: boolean;
}

/** A network with random parameters: full-range int8 weights, biases and shifts as `rangeOf` says for each layer. */
export class RandomNetwork {
  readonly #builder: ModelBuilder;
  readonly #name: string;
  readonly #seed: Seed;
  readonly #rangeOf: RangeOf;

  constructor(name: string, seed: Seed, rangeOf: RangeOf) {
    this.#builder = new ModelBuilder(name);
    this.#name = name;
    this.#seed = seed;
    this.#rangeOf = rangeOf;
  }

  input(shape: Shape, name = 'input'): Expr {
    return this.#builder.input(name, shape, 'int8');
  }

  conv(data: Expr, layer: string, shape: ConvShape): Expr {
    return this.#conv(data, layer, shape, 1);
  }

  /** One filter a channel. */
  depthwise(data: Expr, layer: string, shape: Omit<ConvShape, 'channels'>): Expr {
    const channels = this.#channels(data);
    return this.#conv(data, layer, { ...shape, channels }, channels);
  }

  dense(data: Expr, layer: string, units: number, relu = false): Expr {
    const { shift } = this.#rangeOf(layer);
    const weights = this.#weights(layer, [units, this.#channels(data)]);
    return this.#builder.dense(data, layer, weights, this.#bias(layer, units), { shift, relu });
  }

  add(lhs: Expr, rhs: Expr, layer: string): Expr {
    return this.#builder.add(lhs, rhs, layer, { shift: this.#rangeOf(layer).shift });
  }

  /** Average over all positions, a dense layer named "dense", softmax over float32: how the MLPerf Tiny networks end. */
  classifier(data: Expr, classes: number): Expr {
    const [n, c, ...poolSize] = tensorTypeOf(data).shape;
    const pooled = reshape(avgPool2d(data, { poolSize }, { layer: 'pool' }), [n!, c!], { layer: 'pool' });
    const scores = cast(this.dense(pooled, 'dense', classes), 'float32', { layer: 'softmax' });
    return softmax(scores, undefined, { layer: 'softmax' });
  }

  build(body: Expr): Model {
    return this.#builder.build(body);
  }

  #conv(data: Expr, layer: string, shape: ConvShape, groups: number): Expr {
    const weights = this.#weights(layer, [shape.channels, this.#channels(data) / groups, ...shape.kernel]);
    return this.#builder.conv2d(data, layer, weights, this.#bias(layer, shape.channels), {
      shift: this.#rangeOf(layer).shift,
      relu: shape.relu ?? false,
      strides: shape.strides ?? [1, 1],
      groups,
    });
  }

  #channels(data: Expr): number {
    return tensorTypeOf(data).shape[1]!;
  }

  #stream(parameter: string): Random {
    return random(this.#seed, this.#name, parameter);
  }

  #weights(layer: string, shape: Shape): Tensor {
    return randomInts(this.#stream(`${layer}.weights`), shape, -128, 127, 'int8');
  }

  #bias(layer: string, channels: number): Tensor {
    const limit = this.#rangeOf(layer).bias ?? 0;
    const [low, high] = limit === 'full' ? integerRange('int32') : [-limit, limit];
    return randomInts(this.#stream(`${layer}.bias`), [channels], low, high, 'int32');
  }
}

/** A network by name: `body` adds its layers and gives the result. */
export interface Network {
  readonly name: string;
  readonly description: string;
  readonly body: (net: RandomNetwork) => Expr;
  /** All biases are 0: the tuning leaves them out. */
  readonly zeroBias?: true;
}

/** The network with the parameters that `seed` and `rangeOf` give. */
export function buildNetwork(network: Network, seed: Seed, rangeOf: RangeOf): Model {
  const net = new RandomNetwork(network.name, seed, rangeOf);
  return net.build(network.body(net));
}
