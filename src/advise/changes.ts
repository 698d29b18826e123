import { tensor } from '../base/tensor.js';
import { addLayer } from '../builder/layers.js';
import { pad, stridedSlice } from '../builder/operators.js';
import { intAttr, intsAttr } from '../ir/attrs.js';
import { call, constant } from '../ir/build.js';
import { type Call, type Expr, type Func, tensorTypeOf } from '../ir/expr.js';
import { postOrder, usersOf } from '../ir/visit.js';
import type { Change } from './change.js';
import { over, replaced, tailOf } from './graph.js';
import { widthChanges } from './widths.js';

type Finder = (e: Call, main: Func, users: ReadonlyMap<Expr, readonly Expr[]>) => Change | undefined;

const SAME = 'the same';
const isConv = ({ op }: Call): boolean => op === 'qnn.conv2d' || op === 'nn.conv2d';
const shapeOf = (e: Expr): readonly number[] => tensorTypeOf(e).shape;
const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Input elements that are no multiple of 4: rows or columns of zeros at the end, where SAME padding would read zeros anyway. */
const padInput: Finder = (conv, main) => {
  if (!isConv(conv) || count(shapeOf(conv.args[0]!)) % 4 === 0) return undefined;
  const [n, c, h, w] = shapeOf(conv.args[0]!) as [number, number, number, number];
  const options = [0, 1, 2, 3].flatMap((rows) => [0, 1, 2, 3].map((columns) => ({ rows, columns })));
  const fits = ({ rows, columns }: (typeof options)[number]): boolean => {
    if ((n * c * (h + rows) * (w + columns)) % 4 !== 0) return false;
    const wider = over(conv, [padded(rows, columns), ...conv.args.slice(1)]);
    return String(shapeOf(wider)) === String(shapeOf(conv));
  };
  const padded = (rows: number, columns: number): Call =>
    pad(conv.args[0]!, [
      [0, 0],
      [0, 0],
      [0, rows],
      [0, columns],
    ]);
  const [best] = options
    .filter(fits)
    .sort((a, b) => (h + a.rows) * (w + a.columns) - (h + b.rows) * (w + b.columns));
  if (best === undefined) return undefined;
  const [rows, columns] = [h + best.rows, w + best.columns];
  return {
    layer: conv.label.layer,
    what: `${n * c * h * w} input elements are no multiple of 4: pad the input from ${h}x${w} to ${rows}x${columns} with zeros at the end (${n * c * rows * columns} elements)`,
    outputs: SAME,
    keeps: true,
    apply: () => replaced(main, conv, over(conv, [padded(best.rows, best.columns), ...conv.args.slice(1)])),
  };
};

/** Strides that the core does not have: stride 1 on the core, then every n-th row and column. */
const sliceStrides: Finder = (conv, main, users) => {
  if (!isConv(conv)) return undefined;
  const [sy, sx] = intsAttr(conv.attrs, 'strides') as [number, number];
  if (sy === sx && sy <= 2) return undefined;
  const tail = tailOf(conv, users);
  const end = tail.at(-1) ?? conv;
  const apply = (): Func => {
    const full: Call = call(conv.op, conv.args, { ...conv.attrs, strides: [1, 1] }, conv.label);
    const requantized = tail.reduce(
      ({ before, now }, c) => ({
        before: c,
        now: over(
          c,
          c.args.map((a) => (a === before ? now : a)),
        ),
      }),
      { before: conv, now: full },
    ).now;
    const slice = { begin: [0, 0], end: [...shapeOf(requantized).slice(2)], strides: [sy, sx], axes: [2, 3] };
    return replaced(main, end, stridedSlice(requantized, slice, end.label));
  };
  return {
    layer: conv.label.layer,
    what: `strides [${sy}, ${sx}] are not the core's: compute with strides [1, 1] on the core and keep every ${sy === 1 ? '' : `${sy}th row`}${sy > 1 && sx > 1 ? ' and ' : ''}${sx === 1 ? '' : `${sx}th column`} on the host`
      .replaceAll('2th', '2nd')
      .replaceAll('3th', '3rd'),
    outputs: SAME,
    keeps: true,
    apply,
  };
};

/** A depthwise conv uses 1 of the array's 16 channels: with weights of 0 between channels it is a full conv. */
const fullConv: Finder = (conv, main) => {
  const weights = conv.args[1];
  if (!isConv(conv) || weights?.kind !== 'constant' || intAttr(conv.attrs, 'groups') === 1) return undefined;
  const [k, per, fy, fx] = weights.type.shape as [number, number, number, number];
  const channels = shapeOf(conv.args[0]!)[1]!;
  if (per !== 1 || k !== channels || intAttr(conv.attrs, 'groups') !== channels) return undefined;
  const apply = (): Func => {
    const dense = tensor([k, k, fy, fx], weights.value.dtype);
    for (let i = 0; i < k; i++)
      for (let tap = 0; tap < fy * fx; tap++)
        dense.data[(i * k + i) * fy * fx + tap] = weights.value.data[i * fy * fx + tap]!;
    const args = [conv.args[0]!, constant(dense, weights.name), ...conv.args.slice(2)];
    return replaced(main, conv, call(conv.op, args, { ...conv.attrs, groups: 1 }, conv.label));
  };
  return {
    layer: conv.label.layer,
    what: `write the depthwise conv of ${k} channels as a full one, with weights of 0 between channels: all 16 channels of the array work instead of 1`,
    outputs: SAME,
    keeps: true,
    apply,
  };
};

/** An int8 sum that wraps: the core's sum saturates. */
const saturatingSum: Finder = (add, main) => {
  const [a, b] = add.args;
  if (add.op !== 'add' || a === undefined || b === undefined) return undefined;
  if ([a, b].some((e) => e.kind === 'constant' || tensorTypeOf(e).dtype !== 'int8')) return undefined;
  return {
    layer: add.label.layer,
    what: 'add in int32 and requantize (cast both to int32, add, right_shift, clip, cast): the core takes that sum',
    outputs: 'differ where the sum leaves -128..127: it saturates, where it wraps now',
    keeps: false,
    apply: () => replaced(main, add, addLayer(a, b, { shift: 0 }, add.label)),
  };
};

/** A softmax at the end: its input has the same order of classes. */
const leaveOutSoftmax: Finder = (softmax, main) => {
  if (softmax.op !== 'nn.softmax' || main.body !== softmax) return undefined;
  const [input] = softmax.args;
  const logits = input?.kind === 'call' && input.op === 'cast' ? input.args[0]! : input!;
  return {
    layer: softmax.label.layer,
    what: 'leave out the softmax at the end',
    outputs: 'become the values before it: the same order of classes, no probabilities',
    keeps: false,
    apply: () => ({ ...main, body: logits }),
  };
};

const FINDERS: readonly Finder[] = [padInput, sliceStrides, fullConv, saturatingSum, leaveOutSoftmax];

/**
 * Every change of a graph (parameters bound to constants) that might cost less; whether it does, a compile must say. `lanes` are the output
 * channels that the array computes side by side.
 */
export function changesOf(main: Func, lanes?: number): Change[] {
  const users = usersOf(main.body);
  const single = postOrder(main.body).flatMap((e) =>
    e.kind === 'call' ? FINDERS.map((find) => find(e, main, users)).filter((c) => c !== undefined) : [],
  );
  return [...single, ...widthChanges(main, users, lanes)];
}
