import fc from 'fast-check';
import { random, randomUniform } from '../../src/base/random.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import type { AttributeValue, ModelSpec, NodeSpec } from './onnx-writer.js';

/** What the generators of ONNX models of one operator have in common. */

/** TensorProto.DataType of what the models use. */
export const TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
type Type = keyof typeof TYPES;

export interface Operator {
  readonly op: string;
  readonly domain?: string;
  /** Shape of the input `x`. */
  readonly shape: readonly number[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Constants before `x`, where it is not the first input. */
  readonly before?: readonly Tensor[];
  /** Constants after `x`; undefined leaves an input out. */
  readonly constants?: readonly (Tensor | undefined)[];
  readonly input?: Type;
  readonly output?: Type;
  /** Types of outputs behind the first. */
  readonly more?: readonly Type[];
}

export const i = (v: number | boolean): AttributeValue => ({ i: Number(v) });
export const f = (v: number): AttributeValue => ({ f: Math.fround(v) });
export const s = (v: string): AttributeValue => ({ s: v });
export const ints = (...v: number[]): AttributeValue => ({ ints: v });

export const floats = (seed: number, ...shape: number[]): Tensor =>
  randomUniform(random('weights', seed), shape, -1, 1, 'float32');
export const one = (v: number): Tensor => tensor([], 'float32', [v]);

export const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
export const opsetFrom = (least: number) => fc.integer({ min: least, max: 22 });
export type Made = fc.Arbitrary<{ readonly opset: number; readonly made: Operator }>;

/** The attributes of a window over `axes` axes. */
export const windowOf = (
  axes: number,
  k: number[],
  p: number[],
  st: number[],
  d: number[],
  auto: string,
) => ({
  kernel_shape: ints(...k.slice(0, axes)),
  // Beside SAME, with a kernel smaller than the stride, onnxruntime pads by a negative number or refuses; ONNX's reference pads by 0.
  strides: ints(...st.slice(0, axes).map((v, a) => (auto.startsWith('SAME') ? Math.min(v, k[a]!) : v))),
  // onnxruntime has no dilation beside SAME.
  dilations: ints(...d.slice(0, axes).map((v) => (auto.startsWith('SAME') ? 1 : v))),
  // ONNX allows no pads beside auto_pad.
  ...(auto === 'NOTSET'
    ? { pads: ints(...p.slice(0, axes), ...p.slice(2, 2 + axes)) }
    : { auto_pad: s(auto) }),
});

export const geometry = fc.record({
  size: fc.tuple(upTo(9, 3), upTo(9, 3)),
  k: fc.tuple(upTo(4, 1), upTo(4, 1)),
  p: fc.tuple(upTo(2), upTo(2), upTo(2), upTo(2)),
  st: fc.tuple(upTo(3, 1), upTo(3, 1)),
  d: fc.tuple(upTo(2, 1), upTo(2, 1)),
  auto: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  axes: fc.constantFrom(2, 2, 2, 1),
  seed: upTo(1e6),
});

/** The file of such a model. */
export function modelOf({ opset, made }: { readonly opset: number; readonly made: Operator }): ModelSpec {
  const names = (made.constants ?? []).map((t, at) => (t === undefined ? '' : `k${at}`));
  while (names.at(-1) === '') names.pop();
  const { before = [], more = [] } = made;
  const initializers = Object.fromEntries([
    ...before.map((t, at) => [`b${at}`, t] as const),
    ...(made.constants ?? []).flatMap((t, at) => (t === undefined ? [] : [[`k${at}`, t] as const])),
  ]);
  const outputTypes = {
    y: TYPES[made.output ?? 'float32'],
    ...Object.fromEntries(more.map((t, at) => [`y${at + 1}`, TYPES[t]])),
  };
  const node: NodeSpec = {
    op: made.op,
    inputs: [...before.map((_, at) => `b${at}`), 'x', ...names],
    outputs: Object.keys(outputTypes),
    attributes: made.attributes,
    ...(made.domain === undefined ? {} : { domain: made.domain }),
  };
  return {
    opset,
    nodes: [node],
    initializers,
    inputs: { x: made.shape },
    inputType: TYPES[made.input ?? 'float32'],
    outputs: Object.keys(outputTypes),
    outputTypes,
  };
}
