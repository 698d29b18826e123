import type {
  OperatorSpec,
  OptionValue,
  TensorSpec,
  TfliteSpec,
} from '../../scripts/oracle/tflite-writer.js';
import { randomOf } from './random.js';

/** Builds a small file: tensors get their numbers as they are named. */
class Maker {
  readonly tensors: TensorSpec[] = [];
  readonly operators: OperatorSpec[] = [];
  readonly #random: ReturnType<typeof randomOf>;

  constructor(seed: string) {
    this.#random = randomOf(seed);
  }

  add(t: TensorSpec): number {
    return this.tensors.push(t) - 1;
  }

  int8(name: string, shape: readonly number[], scale: number, zero: number): number {
    return this.add({ name, shape, dtype: 'int8', scales: [scale], zeroPoints: [zero] });
  }

  /** int8 weights with a scale for each of `channels` along `axis`. */
  weights(name: string, shape: readonly number[], axis: number): number {
    const n = shape.reduce((a, b) => a * b, 1);
    const scales = this.#random.reals(0.002, 0.02, shape[axis]!);
    return this.add({ name, shape, dtype: 'int8', data: this.#random.integers(-127, 127, n), scales, axis });
  }

  bias(name: string, n: number, limit: number, scale = 1): number {
    return this.add({
      name,
      shape: [n],
      dtype: 'int32',
      data: this.#random.integers(-limit, limit, n),
      scales: [scale],
    });
  }

  constantInts(name: string, values: readonly number[], shape: readonly number[] = [values.length]): number {
    return this.add({ name, shape, dtype: 'int32', data: values });
  }

  op(
    code: number,
    inputs: readonly number[],
    output: number,
    options?: Readonly<Record<number, OptionValue>>,
  ): number {
    this.operators.push({ code, inputs, outputs: [output], ...(options === undefined ? {} : { options }) });
    return output;
  }
}

const i8 = (v: number): OptionValue => ({ int8: v });
const i32 = (v: number): OptionValue => ({ int32: v });

/** Every int8 operator that is read, on an 9x7 image: odd sides, uneven padding, zero points other than 0. */
export function int8Network(seed = 'tflite'): TfliteSpec {
  const m = new Maker(seed);
  const x = m.int8('image', [1, 9, 7, 3], 0.5, -5);
  const a = m.op(
    3,
    [x, m.weights('net/conv/Conv2D', [8, 3, 3, 3], 0), m.bias('b1', 8, 2000)],
    m.int8('a', [1, 5, 4, 8], 0.4, -128),
    { 0: i8(0), 1: i32(2), 2: i32(2), 3: i8(1) },
  );
  const b = m.op(
    4,
    [a, m.weights('net/dw/depthwise', [1, 3, 3, 8], 3), m.bias('b2', 8, 2000)],
    m.int8('b', [1, 5, 4, 8], 0.3, 12),
    { 0: i8(0), 1: i32(1), 2: i32(1), 3: i32(1), 4: i8(0) },
  );
  const sum = m.op(0, [a, b], m.int8('sum', [1, 5, 4, 8], 0.5, -3), { 0: i8(3) });
  const padded = m.op(
    34,
    [sum, m.constantInts('paddings', [0, 0, 1, 0, 0, 2, 0, 0], [4, 2])],
    m.int8('padded', [1, 6, 6, 8], 0.5, -3),
  );
  const window = { 1: i32(2), 2: i32(2), 3: i32(3), 4: i32(3), 5: i8(0) };
  const pooled = m.op(1, [padded], m.int8('pooled', [1, 3, 3, 8], 0.5, -3), { 0: i8(0), ...window });
  const largest = m.op(17, [pooled], m.int8('largest', [1, 1, 1, 8], 0.5, -3), { 0: i8(1), ...window });
  const mean = m.op(40, [pooled, m.constantInts('axes', [1, 2])], m.int8('mean', [1, 8], 0.31, 4), {
    0: i8(0),
  });
  const flat = m.op(22, [largest, m.constantInts('shape', [1, 8])], m.int8('flat', [1, 8], 0.5, -3));
  const joined = m.op(0, [flat, mean], m.int8('joined', [1, 8], 0.35, 7), { 0: i8(0) });
  const dense = m.op(
    9,
    [
      joined,
      m.add({
        name: 'net/fc/MatMul',
        shape: [5, 8],
        dtype: 'int8',
        data: randomOf(seed).integers(-127, 127, 40),
        scales: [0.004],
      }),
      m.bias('b3', 5, 300, Math.fround(0.35 * 0.004)),
    ],
    m.int8('logits', [1, 5], 0.2, -9),
    { 0: i8(0) },
  );
  const y = m.op(25, [dense], m.int8('probabilities', [1, 5], 1 / 256, -128), { 0: { float32: 1 } });
  return { tensors: m.tensors, operators: m.operators, inputs: [x], outputs: [y] };
}

/** The same paths in float32, with an int8 ("hybrid") weight tensor. */
export function floatNetwork(seed = 'tflite float'): TfliteSpec {
  const m = new Maker(seed);
  const random = randomOf(seed);
  const float = (name: string, shape: readonly number[], data?: readonly number[]) =>
    m.add({ name, shape, dtype: 'float32', ...(data === undefined ? {} : { data }) });
  const x = float('image', [1, 4, 4, 2]);
  const a = m.op(
    3,
    [
      x,
      float('net/conv/Conv2D', [3, 3, 3, 2], random.reals(-0.5, 0.5, 54)),
      float('b', [3], random.reals(-1, 1, 3)),
    ],
    float('a', [1, 2, 2, 3]),
    { 0: i8(0), 1: i32(2), 2: i32(2), 3: i8(1) },
  );
  const mean = m.op(40, [a, m.constantInts('axes', [1, 2])], float('mean', [1, 3]));
  const y = m.op(
    9,
    [
      mean,
      m.add({
        name: 'net/fc/MatMul',
        shape: [2, 3],
        dtype: 'int8',
        data: [1, -2, 3, 4, -5, 6],
        scales: [0.5],
      }),
    ],
    float('y', [1, 2]),
    { 0: i8(0) },
  );
  return { tensors: m.tensors, operators: m.operators, inputs: [x], outputs: [y] };
}
