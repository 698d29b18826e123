import { type Choices, choose, type Growth, Unsuitable, type Value } from '../growth.js';

/** Layers that the core takes, and the same with an attribute beyond its limits, which the host takes. */

export const KERNELS = [3, 1, 3, 5, 3, 7] as const;
/** Root mean square of weights drawn evenly from -WEIGHT to WEIGHT. */
const WEIGHT = 80;
const WEIGHT_RMS = WEIGHT / Math.sqrt(3);
/** What a layer's outputs should have, so that few of them saturate or are 0. */
const OUTPUT_RMS = 45;
/** Weights of one layer, at most: twelve of them fit L2. */
const MOST_WEIGHTS = 24_000;
/** Multiply-accumulates of one convolution, at most. */
const MOST_MACS = 1_500_000;

export const isImage = (v: Value): boolean => v.dtype === 'int8' && v.shape.length === 4 && v.shape[0] === 1;
const isInt8 = (v: Value): boolean => v.dtype === 'int8' && v.shape.length > 0;

/** The shift that brings a sum of `taps` products to OUTPUT_RMS. */
const shiftFor = (taps: number, rms: number): number =>
  Math.max(0, Math.min(31, Math.round(Math.log2((Math.sqrt(taps) * rms * WEIGHT_RMS) / OUTPUT_RMS))));

/** Channels: every second time a multiple of 16, otherwise any number up to 40. */
export const channelsOf = (n: number): number =>
  n % 2 === 1 ? 16 * (1 + ((n >> 1) % 3)) : 1 + ((n >> 1) % 40);

/**
 * `channels`, or the next number with which channels * rest is a multiple of 4, as the core needs it; one time in eight it
 * stays as it is, and the layer may have to stay on the host.
 */
export function fourfold(channels: number, rest: number, n: number): number {
  let c = channels;
  while (n % 8 !== 7 && (c * rest) % 4 !== 0) c++;
  return c;
}

/** Extent of a SAME-padded convolution's output. */
export const outputOf = (size: number, stride: number): number => Math.ceil(size / stride);

interface ConvShape {
  readonly k: number;
  readonly c: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: readonly number[] | undefined;
  readonly groups: number;
}

const weightsAndBias = (g: Growth, { k, c, kernel, groups }: ConvShape, shift: number) =>
  [
    {
      draw: `${g.next}.weights`,
      shape: [k, c / groups, ...kernel],
      low: -WEIGHT,
      high: WEIGHT,
      dtype: 'int8',
    },
    { draw: `${g.next}.bias`, shape: [k], low: -(16 << shift), high: 16 << shift, dtype: 'int32' },
  ] as const;

function layer(g: Growth, x: Value, s: ConvShape, relu: boolean): Value {
  const [, , h, w] = x.shape as [number, number, number, number];
  const taps = (s.c / s.groups) * s.kernel[0] * s.kernel[1];
  if (h * w * s.k * taps > MOST_MACS * s.strides[0] * s.strides[1] || s.k * taps > MOST_WEIGHTS)
    throw new Unsuitable('too large a layer');
  const shift = shiftFor(taps, x.rms);
  const rms = relu ? OUTPUT_RMS / Math.SQRT2 : OUTPUT_RMS;
  return g.tensor(rms, 'm.conv2d', x, `layer${g.next}`, ...weightsAndBias(g, s, shift), {
    shift,
    relu,
    strides: s.strides,
    ...(s.padding === undefined ? {} : { padding: s.padding }),
    ...(s.groups === 1 ? {} : { groups: s.groups }),
  });
}

/** Strides: one in eight beyond the core's. */
export const stridesOf = (n: number) =>
  choose(
    [
      [1, 1],
      [1, 1],
      [2, 2],
      [1, 1],
      [2, 2],
      [1, 1],
      [1, 2],
      [2, 2],
    ] as const,
    n,
  );

/** A convolution as the core takes it; one in ten has a padding that is not SAME, or a kernel that it does not take. */
export function conv(g: Growth, { pick, a, b, c, d }: Choices): void {
  const x = g.pick(pick, isImage);
  const odd = d % 20;
  const kernel: readonly [number, number] =
    odd === 18 ? [2, 4] : [choose(KERNELS, b), choose(KERNELS, b >> 3)];
  const padding = odd === 18 ? [1, 2, 0, 2] : odd === 19 ? [0, 0, 0, 0] : undefined;
  const strides = stridesOf(c);
  const positions = outputOf(x.shape[2]!, strides[0]) * outputOf(x.shape[3]!, strides[1]);
  const k = fourfold(channelsOf(a), positions, d >> 6);
  const shape = { k, c: x.shape[1]!, kernel, strides, padding, groups: 1 };
  g.offer(layer(g, x, shape, (d >> 5) % 2 === 1));
}

export function depthwise(g: Growth, { pick, b, c, d }: Choices): void {
  const x = g.pick(pick, isImage);
  const channels = x.shape[1]!;
  const kernel = [choose(KERNELS, b), choose(KERNELS, b >> 3)] as const;
  const shape = {
    k: channels,
    c: channels,
    kernel,
    strides: stridesOf(c),
    padding: undefined,
    groups: channels,
  };
  g.offer(layer(g, x, shape, d % 2 === 1));
}

/** Groups that are neither one nor one a channel: on the host. */
export function groupedConv(g: Growth, { pick, a, b, d }: Choices): void {
  const x = g.pick(pick, (v) => isImage(v) && v.shape[1]! % 2 === 0);
  const kernel = [choose(KERNELS, b), choose(KERNELS, b >> 3)] as const;
  const shape = {
    k: 2 * (1 + (a % 10)),
    c: x.shape[1]!,
    kernel,
    strides: [1, 1] as const,
    padding: undefined,
    groups: 2,
  };
  g.offer(layer(g, x, shape, d % 2 === 1));
}

/**
 * The compound convolution in Relay's other words: nn.conv2d, add of a constant, one clip to [0, 127]. Every third time its
 * accumulator is offered too: where something uses that, the layer stays on the host.
 */
export function convByOperators(g: Growth, { pick, a, b, c, d }: Choices): void {
  const x = g.pick(pick, isImage);
  const k = fourfold(channelsOf(a), x.shape[2]! * x.shape[3]!, d >> 6);
  const side = choose(KERNELS, b);
  const taps = x.shape[1]! * side * side;
  if (x.shape[2]! * x.shape[3]! * k * taps > MOST_MACS || k * taps > MOST_WEIGHTS)
    throw new Unsuitable('too large a layer');
  const shift = shiftFor(taps, x.rms);
  const [weights] = weightsAndBias(
    g,
    { k, c: x.shape[1]!, kernel: [side, side], groups: 1, strides: [1, 1], padding: [] },
    0,
  );
  const half = (side - 1) / 2;
  const sum = g.call('op.conv2d', x, g.call('m.parameter', `${g.next}.weights`, weights), {
    strides: stridesOf(c),
    padding: half,
    outDtype: 'int32',
  });
  const bias = {
    draw: `${g.next}.bias`,
    shape: [k, 1, 1],
    low: -(16 << shift),
    high: 16 << shift,
    dtype: 'int32',
  } as const;
  const accumulated = g.tensor(OUTPUT_RMS * 2 ** shift, 'op.add', sum, g.call('constant', bias));
  const clipped = g.call('op.clip', g.call('op.rightShift', accumulated, shift), d % 2 === 0 ? -128 : 0, 127);
  const rms = d % 2 === 0 ? OUTPUT_RMS : OUTPUT_RMS / Math.SQRT2;
  g.offer(g.tensor(rms, 'op.cast', clipped, 'int8'));
  if ((d >> 1) % 3 === 2) g.offer(accumulated);
}

/** A dense layer on a vector; other tensors are flattened first. */
export function dense(g: Growth, { pick, a, d }: Choices): void {
  const from = g.pick(pick, (v) => isInt8(v) && v.shape[0] === 1);
  const x = from.shape.length === 2 ? from : g.tensor(from.rms, 'op.batchFlatten', from);
  const c = x.shape[1]!;
  const k = fourfold(Math.min(1 + (a % 120), Math.max(1, Math.floor(MOST_WEIGHTS / c))), 1, d >> 1);
  const shift = shiftFor(c, x.rms);
  const shape = { k, c, kernel: [], groups: 1 };
  const relu = d % 2 === 1;
  const parameters = [
    { draw: `${g.next}.weights`, shape: [shape.k, shape.c], low: -WEIGHT, high: WEIGHT, dtype: 'int8' },
    { draw: `${g.next}.bias`, shape: [shape.k], low: -(16 << shift), high: 16 << shift, dtype: 'int32' },
  ] as const;
  const rms = relu ? OUTPUT_RMS / Math.SQRT2 : OUTPUT_RMS;
  g.offer(g.tensor(rms, 'm.dense', x, `layer${g.next}`, ...parameters, { shift, relu }));
}

function addLayer(g: Growth, x: Value, y: Value): Value {
  const rms = x.ref === y.ref ? 2 * x.rms : Math.hypot(x.rms, y.rms);
  const shift = Math.max(0, Math.round(Math.log2(rms / OUTPUT_RMS)));
  return g.tensor(rms / 2 ** shift, 'm.add', x, y, `layer${g.next}`, { shift });
}

/** An element-wise sum of two values of one shape; of a value with itself where there is no other. */
export function sum(g: Growth, { pick, a }: Choices): void {
  const x = g.pick(pick, isInt8);
  g.offer(addLayer(g, x, peer(g, x, a)));
}

/** Another value of the same type, itself where there is none. */
export function peer(g: Growth, x: Value, n: number): Value {
  const same = (v: Value) => v.dtype === x.dtype && String(v.shape) === String(x.shape);
  try {
    return g.pick(2 * n + 1, (v) => same(v) && v.ref !== x.ref);
  } catch (e) {
    if (e instanceof Unsuitable) return x;
    throw e;
  }
}

/** A branch and its join: a convolution that keeps the shape, and the sum of its result and its input. */
export function residual(g: Growth, { pick, b, d }: Choices): void {
  const x = g.pick(pick, isImage);
  const c = x.shape[1]!;
  const kernel = [choose(KERNELS, b), choose(KERNELS, b >> 3)] as const;
  const groups = d % 4 === 3 ? c : 1;
  const y = layer(g, x, { k: c, c, kernel, strides: [1, 1], padding: undefined, groups }, d % 2 === 1);
  g.offer(y, addLayer(g, x, y));
}
