import { elementCount, strides, type Tensor } from '../../src/base/tensor.js';
import type { AttributeValue, ModelSpec, NodeSpec } from './onnx-writer.js';

/**
 * A literal evaluator of ONNX nodes in float64, for what the tests write: no importer, no graph, no integer types. A value
 * whose element type is an integer one is rounded down by Div, as the quantization libraries mean it.
 */
interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly integer: boolean;
}

const array = (shape: readonly number[], f: (i: number) => number, integer = false): Array64 => ({
  shape,
  data: Float64Array.from({ length: elementCount(shape) }, (_, i) => f(i)),
  integer,
});

function broadcast(a: Array64, b: Array64, f: (x: number, y: number) => number): Array64 {
  const rank = Math.max(a.shape.length, b.shape.length);
  const at = (v: Array64, axis: number) => v.shape[axis - (rank - v.shape.length)] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => Math.max(at(a, i), at(b, i)));
  const steps = strides(shape);
  const pick = (v: Array64, i: number) => {
    const own = strides(v.shape);
    const offset = rank - v.shape.length;
    return v.data[
      v.shape.reduce(
        (sum, d, axis) =>
          sum + (d === 1 ? 0 : (Math.floor(i / steps[axis + offset]!) % shape[axis + offset]!) * own[axis]!),
        0,
      )
    ]!;
  };
  return array(shape, (i) => f(pick(a, i), pick(b, i)), a.integer && b.integer);
}

const intsOf = (a: AttributeValue | undefined, fallback: readonly number[]) =>
  a !== undefined && 'ints' in a ? a.ints : fallback;
const numberOf = (a: AttributeValue | undefined, fallback: number) =>
  a === undefined ? fallback : 'i' in a ? a.i : 'f' in a ? a.f : fallback;

function windows(node: NodeSpec, x: Array64, kernel: readonly number[]) {
  const [sy, sx] = intsOf(node.attributes?.strides, [1, 1]) as [number, number];
  const [top, left, bottom, right] = intsOf(node.attributes?.pads, [0, 0, 0, 0]) as [
    number,
    number,
    number,
    number,
  ];
  const [, , h, w] = x.shape as [number, number, number, number];
  const oh = Math.floor((h + top + bottom - kernel[0]!) / sy) + 1;
  const ow = Math.floor((w + left + right - kernel[1]!) / sx) + 1;
  /** The elements of plane (n, c) that the window of (y, x) sees, with their kernel positions; undefined where padded. */
  const seen = (n: number, c: number, y: number, xx: number) =>
    Array.from({ length: kernel[0]! * kernel[1]! }, (_, k) => {
      const iy = y * sy - top + Math.floor(k / kernel[1]!);
      const ix = xx * sx - left + (k % kernel[1]!);
      const inside = iy >= 0 && iy < h && ix >= 0 && ix < w;
      return inside ? x.data[((n * x.shape[1]! + c) * h + iy) * w + ix]! : undefined;
    });
  return { oh, ow, seen };
}

function conv(node: NodeSpec, x: Array64, w: Array64, b: Array64 | undefined): Array64 {
  const [k, ci, kh, kw] = w.shape as [number, number, number, number];
  const group = numberOf(node.attributes?.group, 1);
  const { oh, ow, seen } = windows(node, x, [kh, kw]);
  return array([x.shape[0]!, k, oh, ow], (i) => {
    const [xx, y, o, n] = [
      i % ow,
      Math.floor(i / ow) % oh,
      Math.floor(i / (ow * oh)) % k,
      Math.floor(i / (ow * oh * k)),
    ];
    const first = Math.floor(o / (k / group)) * ci;
    let sum = b?.data[o] ?? 0;
    for (let c = 0; c < ci; c++)
      seen(n, first + c, y, xx).forEach((v, t) => {
        sum += (v ?? 0) * w.data[(o * ci + c) * kh * kw + t]!;
      });
    return sum;
  });
}

function pool(node: NodeSpec, x: Array64, f: (seen: number[]) => number): Array64 {
  const kernel = intsOf(node.attributes?.kernel_shape, x.shape.slice(2));
  const { oh, ow, seen } = windows(node, x, kernel);
  const c = x.shape[1]!;
  return array([x.shape[0]!, c, oh, ow], (i) =>
    f(
      seen(
        Math.floor(i / (ow * oh * c)),
        Math.floor(i / (ow * oh)) % c,
        Math.floor(i / ow) % oh,
        i % ow,
      ).filter((v): v is number => v !== undefined),
    ),
  );
}

function matmul(x: Array64, w: Array64, transB: boolean, b: Array64 | undefined): Array64 {
  const [n, c] = x.shape as [number, number];
  const k = transB ? w.shape[0]! : w.shape[1]!;
  return array([n, k], (i) => {
    let sum = b?.data[i % k] ?? 0;
    for (let j = 0; j < c; j++)
      sum += x.data[Math.floor(i / k) * c + j]! * w.data[transB ? (i % k) * c + j : j * k + (i % k)]!;
    return sum;
  });
}

const each = (x: Array64, f: (v: number) => number, integer = x.integer): Array64 =>
  array(x.shape, (i) => f(x.data[i]!), integer);
const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length;

function softmax(x: Array64): Array64 {
  const depth = x.shape.at(-1)!;
  const row = (i: number) => x.data.slice(Math.floor(i / depth) * depth, (Math.floor(i / depth) + 1) * depth);
  return array(x.shape, (i) => Math.exp(x.data[i]!) / row(i).reduce((s, v) => s + Math.exp(v), 0));
}

function evaluateNode(node: NodeSpec, get: (i: number) => Array64, has: (i: number) => boolean): Array64 {
  const a = node.attributes ?? {};
  switch (node.op) {
    case 'Constant':
      return fromTensor((a.value as { t: Tensor }).t);
    case 'Conv':
      return conv(node, get(0), get(1), has(2) ? get(2) : undefined);
    case 'MatMul':
      return matmul(get(0), get(1), false, undefined);
    case 'Gemm':
      return matmul(get(0), get(1), numberOf(a.transB, 0) === 1, has(2) ? get(2) : undefined);
    case 'Add':
      return broadcast(get(0), get(1), (x, y) => x + y);
    case 'Mul':
      return broadcast(get(0), get(1), (x, y) => x * y);
    case 'Div': {
      const out = broadcast(get(0), get(1), (x, y) => x / y);
      return out.integer ? each(out, Math.floor) : out;
    }
    case 'Floor':
      return each(get(0), Math.floor);
    case 'Cast':
      return numberOf(a.to, 1) === 1 ? each(get(0), (v) => v, false) : each(get(0), Math.floor, true);
    case 'Clip': {
      const lo = has(1) ? get(1).data[0]! : numberOf(a.min, -Infinity);
      const hi = has(2) ? get(2).data[0]! : numberOf(a.max, Infinity);
      return each(get(0), (v) => Math.min(Math.max(v, lo), hi));
    }
    case 'Relu':
      return each(get(0), (v) => Math.max(v, 0));
    case 'Max':
      return broadcast(get(0), get(1), Math.max);
    case 'Min':
      return broadcast(get(0), get(1), Math.min);
    case 'MaxPool':
      return pool(node, get(0), (v) => Math.max(...v));
    case 'AveragePool':
    case 'GlobalAveragePool':
      return pool(node, get(0), mean);
    case 'Flatten':
      return { ...get(0), shape: [get(0).shape[0]!, elementCount(get(0).shape.slice(1))] };
    case 'Softmax':
      return softmax(get(0));
    case 'Sigmoid':
      return each(get(0), (v) => 1 / (1 + Math.exp(-v)));
    case 'BatchNormalization': {
      const x = get(0);
      const inner = elementCount(x.shape.slice(2));
      const epsilon = numberOf(a.epsilon, 1e-5);
      return array(x.shape, (i) => {
        const c = Math.floor(i / inner) % x.shape[1]!;
        const at = (p: number) => get(p).data[c]!;
        return ((x.data[i]! - at(3)) / Math.sqrt(at(4) + epsilon)) * at(1) + at(2);
      });
    }
    default:
      throw new Error(`the oracle has no ${node.op}`);
  }
}

const fromTensor = (t: Tensor): Array64 => array(t.shape, (i) => t.data[i]!, t.dtype !== 'float32');

/** Every tensor of `spec` by its name in the file. */
export function evaluateOnnx(
  spec: ModelSpec,
  inputs: Readonly<Record<string, Tensor>>,
): Map<string, Array64> {
  const values = new Map<string, Array64>();
  for (const [name, t] of Object.entries(spec.initializers ?? {})) values.set(name, fromTensor(t));
  for (const [name, t] of Object.entries(inputs)) values.set(name, { ...fromTensor(t), integer: false });
  for (const node of spec.nodes) {
    const get = (i: number) => values.get(node.inputs[i]!)!;
    values.set(
      node.outputs[0]!,
      evaluateNode(node, get, (i) => (node.inputs[i] ?? '') !== ''),
    );
  }
  return values;
}
