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

/** Right shift behind the batch norm of random analog layers. */
const ANALOG_SHIFT = 3;

/** A gain that spreads the sums of `taps` ternary products of activations over the converter's 6 bits: about three deviations to either end. */
export const analogGain = (taps: number): number => Math.max(1, Math.round(Math.sqrt(taps) * 4));

/** A network with random parameters: full-range int8 weights, biases and shifts as `rangeOf` says for each layer. */
export class RandomNetwork {
  readonly #builder: ModelBuilder;
  readonly #name: string;
  readonly #seed: Seed;
  readonly #rangeOf: RangeOf;
  readonly #isAnalog: (layer: string) => boolean;

  constructor(
    name: string,
    seed: Seed,
    rangeOf: RangeOf,
    isAnalog: (layer: string) => boolean = () => false,
  ) {
    this.#isAnalog = isAnalog;
    this.#builder = new ModelBuilder(name);
    this.#name = name;
    this.#seed = seed;
    this.#rangeOf = rangeOf;
  }

  input(shape: Shape, name = 'input'): Expr {
    return this.#builder.input(name, shape, 'int8');
  }

  conv(data: Expr, layer: string, shape: ConvShape): Expr {
    return this.#isAnalog(layer) ? this.#analog(data, layer, shape) : this.#conv(data, layer, shape, 1);
  }

  /** One filter a channel. */
  depthwise(data: Expr, layer: string, shape: Omit<ConvShape, 'channels'>): Expr {
    const channels = this.#channels(data);
    return this.#conv(data, layer, { ...shape, channels }, channels);
  }

  dense(data: Expr, layer: string, units: number, relu = false): Expr {
    if (this.#isAnalog(layer)) return this.#analogDense(data, layer, units, relu);
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

  /** A ternary layer: gain and batch norm such that outputs spread over int8. */
  #analog(data: Expr, layer: string, shape: ConvShape): Expr {
    const weights = randomInts(
      this.#stream(`${layer}.weights`),
      [shape.channels, this.#channels(data), ...shape.kernel],
      -1,
      1,
      'int8',
    );
    const constants = (what: string, low: number, high: number): Tensor =>
      randomInts(this.#stream(`${layer}.${what}`), [shape.channels], low, high, 'int16');
    const taps = this.#channels(data) * shape.kernel[0] * shape.kernel[1];
    return this.#builder.analogConv2d(
      data,
      layer,
      { weights, factor: constants('bn_mul', 12, 28), offset: constants('bn_add', -96, 96) },
      {
        gain: analogGain(taps),
        shift: ANALOG_SHIFT,
        relu: shape.relu ?? false,
        strides: shape.strides ?? [1, 1],
      },
    );
  }

  /** HTVM's way to a dense layer on the analog core: a 1x1 conv over one position. [htvm] */
  #analogDense(data: Expr, layer: string, units: number, relu: boolean): Expr {
    const at = { layer };
    const inputs = this.#channels(data);
    const shape = [1, inputs, 1, 1];
    // What an analog layer made needs no way to a vector and back.
    const before = data.kind === 'call' && data.op === 'reshape' ? data.args[0]! : data;
    const pixel = String(tensorTypeOf(before).shape) === String(shape) ? before : reshape(data, shape, at);
    const out = this.#analog(pixel, layer, { channels: units, kernel: [1, 1], relu });
    return reshape(out, [1, units], at);
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
  /** Convs and dense layers (by name) with ternary weights, for the analog core; none where left out. */
  readonly isAnalog?: (layer: string) => boolean;
}

/** The network with the parameters that `seed` and `rangeOf` give. */
export function buildNetwork(network: Network, seed: Seed, rangeOf: RangeOf): Model {
  const net = new RandomNetwork(network.name, seed, rangeOf, network.isAnalog);
  return net.build(network.body(net));
}
