import { UserError } from '../../../base/errors.js';
import { tensor } from '../../../base/tensor.js';
import { constant } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';
import { taken } from './gather.js';

/** One axis that changes its extent. `scale` is the file's; it may differ from outputs / extent where that was rounded down. */
interface Resized {
  readonly axis: number;
  readonly extent: number;
  readonly outputs: number;
  readonly scale: number;
}

/** Where output `o` of an axis lies in the input (coordinate_transformation_mode of ONNX's Resize). */
type Transform = (o: number, a: Resized) => number;
const TRANSFORMS: Readonly<Record<string, Transform>> = {
  half_pixel: (o, { scale }) => (o + 0.5) / scale - 0.5,
  asymmetric: (o, { scale }) => o / scale,
  align_corners: (o, { extent, outputs }) => (outputs === 1 ? 0 : (o * (extent - 1)) / (outputs - 1)),
  pytorch_half_pixel: (o, { scale, outputs }) => (outputs === 1 ? 0 : (o + 0.5) / scale - 0.5),
  tf_half_pixel_for_nn: (o, { scale }) => (o + 0.5) / scale,
  half_pixel_symmetric: (o, { extent, outputs, scale }) => {
    const adjustment = outputs / (scale * extent);
    return (extent / 2) * (1 - adjustment) + (o + 0.5) / scale - 0.5;
  },
};

const NEAREST: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function entry<T>(table: Readonly<Record<string, T>>, name: string, value: string): T {
  if (!Object.hasOwn(table, value))
    throw new UserError(`${name} is ${value}; supported are ${Object.keys(table).join(', ')}`);
  return table[value]!;
}

/** The axes that change: from `scales` or `sizes`, of all axes or those that `axes` names. */
function resizedAxes(node: NodeContext): Resized[] {
  const { shape } = node.type(0);
  // Resize of opset 10 and Upsample have no roi.
  const at = node.opset < 11 ? 1 : 2;
  const scales = node.optionalConstant(at);
  const sizes = node.opset < 11 ? undefined : node.constantInts(3);
  const axes = (node.ints('axes') ?? shape.map((_, i) => i)).map((a) => node.axis(a, shape.length));
  const given = scales !== undefined && scales.data.length > 0 ? scales.data : undefined;
  const values = given ?? sizes;
  if (values === undefined || values.length !== axes.length)
    throw new UserError(`scales or sizes have ${values?.length ?? 0} values; must be ${axes.length}`);
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  const all = axes.map((axis, i): Resized => {
    const extent = shape[axis]!;
    const v = values[i]!;
    const outputs = given === undefined ? v : Math.floor(extent * v);
    if (!(outputs >= 1)) throw new UserError(`axis ${axis} would have ${outputs} elements`);
    return { axis, extent, outputs, scale: given === undefined ? v / extent : v };
  });
  if (given !== undefined || policy === 'stretch') return all;
  if (policy !== 'not_larger' && policy !== 'not_smaller')
    throw new UserError(
      `keep_aspect_ratio_policy is ${policy}; supported are stretch, not_larger, not_smaller`,
    );
  const scale = Math[policy === 'not_larger' ? 'min' : 'max'](...all.map((a) => a.scale));
  return all.map((a) => ({ ...a, scale, outputs: Math.round(scale * a.extent) }));
}

/** With align_corners and a scale that leaves no whole extent, the specification and onnxruntime place the outputs differently. */
function checkCorners(node: NodeContext, a: Resized): void {
  const corners = node.string('coordinate_transformation_mode', '') === 'align_corners';
  if (corners && Math.abs(a.scale * a.extent - a.outputs) > 1e-4)
    throw new UserError(
      `align_corners with scale ${a.scale} of ${a.extent} elements is not supported; give sizes`,
    );
}

/** The neighbours of each output and their parts in it: interpolation along one axis. */
type Taps = readonly { readonly positions: readonly number[]; readonly parts: readonly number[] }[];

function linearTaps(a: Resized, transform: Transform): Taps {
  const places = Array.from({ length: a.outputs }, (_, o) =>
    Math.min(Math.max(transform(o, a), 0), a.extent - 1),
  );
  const low = places.map((x) => Math.min(Math.floor(x), a.extent - 1));
  return [
    { positions: low, parts: places.map((x, i) => 1 - (x - low[i]!)) },
    { positions: low.map((x) => Math.min(x + 1, a.extent - 1)), parts: places.map((x, i) => x - low[i]!) },
  ];
}

/** Keys' cubic convolution with coefficient `c` over four neighbours; those outside are the border's, or left out. */
function cubicTaps(a: Resized, transform: Transform, c: number, exclude: boolean): Taps {
  const weight = (d: number) => {
    const x = Math.abs(d);
    if (x <= 1) return ((c + 2) * x - (c + 3)) * x * x + 1;
    return x < 2 ? ((c * x - 5 * c) * x + 8 * c) * x - 4 * c : 0;
  };
  const outputs = Array.from({ length: a.outputs }, (_, o) => {
    const x = transform(o, a);
    const positions = [-1, 0, 1, 2].map((k) => Math.floor(x) + k);
    const inside = (p: number) => p >= 0 && p < a.extent;
    const parts = positions.map((p) => (exclude && !inside(p) ? 0 : weight(x - p)));
    const sum = exclude ? parts.reduce((s, p) => s + p, 0) : 1;
    return positions.map((p, k) => ({ at: Math.min(Math.max(p, 0), a.extent - 1), part: parts[k]! / sum }));
  });
  return [0, 1, 2, 3].map((k) => ({
    positions: outputs.map((o) => o[k]!.at),
    parts: outputs.map((o) => o[k]!.part),
  }));
}

/** Sum of the neighbours of each output times their parts. */
function interpolated(node: NodeContext, x: Expr, a: Resized, taps: Taps): Expr {
  const rank = tensorTypeOf(x).shape.length;
  const shape = Array.from({ length: rank - a.axis }, (_, i) => (i === 0 ? a.outputs : 1));
  const terms = taps.map(({ positions, parts }) =>
    node.call('multiply', [
      taken(node, x, positions, [a.outputs], a.axis),
      constant(tensor(shape, 'float32', parts)),
    ]),
  );
  return terms.reduce((sum, t) => node.call('add', [sum, t]));
}

/** Resize as takes of constant positions, axis by axis: one for `nearest`, two or four and their weighted sum otherwise. */
function resize(node: NodeContext): Expr[] {
  if (node.int('antialias', 0) === 1) throw new UserError('antialias is 1; only 0 is supported');
  const mode = node.string('mode', 'nearest');
  const transform = entry(
    TRANSFORMS,
    'coordinate_transformation_mode',
    node.string('coordinate_transformation_mode', node.opset < 11 ? 'asymmetric' : 'half_pixel'),
  );
  const nearest = entry(
    NEAREST,
    'nearest_mode',
    node.string('nearest_mode', node.opset < 11 ? 'floor' : 'round_prefer_floor'),
  );
  const exclude = node.int('exclude_outside', 0) === 1;
  const cubic = node.float('cubic_coeff_a', -0.75);
  let x = node.input(0);
  for (const a of resizedAxes(node)) {
    checkCorners(node, a);
    if (a.outputs === a.extent && a.scale === 1) continue;
    if (mode === 'nearest') {
      const limit = (p: number) => Math.min(Math.max(p, 0), a.extent - 1);
      const positions = Array.from({ length: a.outputs }, (_, o) => limit(nearest(transform(o, a))));
      x = taken(node, x, positions, [a.outputs], a.axis);
    } else if (mode === 'linear' || mode === 'cubic') {
      if (node.type(0).dtype !== 'float32')
        throw new UserError(`mode ${mode} of ${node.type(0).dtype}: must be floats`);
      const taps = mode === 'linear' ? linearTaps(a, transform) : cubicTaps(a, transform, cubic, exclude);
      x = interpolated(node, x, a, taps);
    } else throw new UserError(`mode is ${mode}; supported are nearest, linear, cubic`);
  }
  return [x];
}

export const RESIZE_OPS: Readonly<Record<string, Handler>> = {
  Resize: {
    attributes: [
      'antialias',
      'axes',
      'coordinate_transformation_mode',
      'cubic_coeff_a',
      'exclude_outside',
      'extrapolation_value',
      'keep_aspect_ratio_policy',
      'mode',
      'nearest_mode',
    ],
    run: resize,
  },
};
