import type { Tensor } from '../../src/base/tensor.js';
import { tensor } from '../../src/base/tensor.js';
import { intAttr, intsAttr } from '../../src/ir/attrs.js';
import { type Call, type Expr, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';

/**
 * Every tensor of a built-in model on the given inputs, by the expression that makes it: plain loops over the operators
 * that built-in models use, an opinion of its own beside the simulator and the tfjs reference.
 */
export function evaluate(model: Model, inputs: ReadonlyMap<string, Tensor>): Map<Expr, Tensor> {
  const values = new Map<Expr, Tensor>();
  for (const e of postOrder(model.main.body)) {
    if (e.kind === 'var') values.set(e, (inputs.get(e.name) ?? model.params.get(e.name))!);
    else if (e.kind === 'constant') values.set(e, e.value);
    else if (e.kind === 'call')
      values.set(
        e,
        evaluateCall(
          e,
          e.args.map((a) => values.get(a)!),
        ),
      );
    else throw new Error(`evaluate: a ${e.kind} in a built-in model`);
  }
  return values;
}

function evaluateCall(e: Call, args: readonly Tensor[]): Tensor {
  const type = tensorTypeOf(e);
  const out = tensor(type.shape, type.dtype);
  const [a, b] = args as [Tensor, Tensor];
  const each = (f: (v: number, i: number) => number) => {
    for (let i = 0; i < out.data.length; i++) out.data[i] = f(a.data[i]!, i);
  };
  switch (e.op) {
    case 'qnn.conv2d':
      conv(e, a, b, out);
      break;
    case 'nn.dense':
      dense(a, b, out);
      break;
    case 'nn.bias_add': {
      const plane = out.shape.slice(2).reduce((n, d) => n * d, 1);
      each((v, i) => v + b.data[Math.floor(i / plane) % b.data.length]!);
      break;
    }
    case 'add':
      each((v, i) => v + b.data[i]!);
      break;
    case 'right_shift':
      each((v) => v >> b.data[0]!);
      break;
    case 'clip':
      each((v) => Math.min(e.attrs.a_max as number, Math.max(e.attrs.a_min as number, v)));
      break;
    case 'cast':
    case 'reshape':
      out.data.set(a.data);
      break;
    case 'nn.avg_pool2d':
      globalAverage(a, out);
      break;
    case 'nn.softmax': {
      const max = Math.max(...a.data);
      const total = Array.from(a.data).reduce((sum, v) => sum + Math.exp(v - max), 0);
      each((v) => Math.exp(v - max) / total);
      break;
    }
    default:
      throw new Error(`evaluate: no case for ${e.op}`);
  }
  return out;
}

/** One filter tap at a time over whole planes: fast enough for tens of millions of products. */
function conv(e: Call, data: Tensor, weights: Tensor, out: Tensor): void {
  const [, channels, height, width] = data.shape as [number, number, number, number];
  const [filters, perGroup, fy, fx] = weights.shape as [number, number, number, number];
  const [, , oh, ow] = out.shape as [number, number, number, number];
  const [sy, sx] = intsAttr(e.attrs, 'strides') as [number, number];
  const [top, left] = intsAttr(e.attrs, 'padding') as [number, number];
  const groupOf = (k: number) => Math.floor(k / (filters / intAttr(e.attrs, 'groups')));
  const x = data.data;
  const acc = out.data;
  if (perGroup * intAttr(e.attrs, 'groups') !== channels) throw new Error('evaluate: groups do not fit');
  for (let k = 0; k < filters; k++)
    for (let c = 0; c < perGroup; c++)
      for (let r = 0; r < fy; r++)
        for (let s = 0; s < fx; s++) {
          const w = weights.data[((k * perGroup + c) * fy + r) * fx + s]!;
          const plane = (groupOf(k) * perGroup + c) * height * width;
          for (let y = 0; y < oh; y++) {
            const row = y * sy + r - top;
            if (row < 0 || row >= height) continue;
            const from = Math.max(0, Math.ceil((left - s) / sx));
            const to = Math.min(ow, Math.floor((width - 1 + left - s) / sx) + 1);
            const source = plane + row * width + s - left;
            const target = (k * oh + y) * ow;
            for (let col = from; col < to; col++) acc[target + col]! += w * x[source + col * sx]!;
          }
        }
}

function dense(data: Tensor, weights: Tensor, out: Tensor): void {
  const inputs = data.shape[1]!;
  for (let k = 0; k < out.data.length; k++)
    for (let c = 0; c < inputs; c++) out.data[k]! += data.data[c]! * weights.data[k * inputs + c]!;
}

/** The windows of built-in models cover the whole plane. Integer division truncates toward zero. */
function globalAverage(data: Tensor, out: Tensor): void {
  const plane = data.data.length / out.data.length;
  for (let k = 0; k < out.data.length; k++) {
    let sum = 0;
    for (let i = 0; i < plane; i++) sum += data.data[k * plane + i]!;
    out.data[k] = Math.trunc(sum / plane);
  }
}
