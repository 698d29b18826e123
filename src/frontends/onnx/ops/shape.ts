import { UserError } from '../../../base/errors.js';
import { elementCount, showShape } from '../../../base/tensor.js';
import { scalar, tuple, tupleGetItem } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';
import { dtypeOf } from '../tensors.js';
import { GATHER_OPS } from './gather.js';

const same: Handler = { attributes: [], run: (node) => [node.input(0)] };

/** Dropout at inference. In training mode it draws random numbers and scales. */
const dropout: Handler = {
  attributes: ['ratio', 'seed'],
  run: (node) => {
    const ratio = node.optional(1) === undefined ? 0.5 : node.constant(1).data[0];
    if (node.optionalConstant(2)?.data[0] === 1 && ratio !== 0)
      throw new UserError('training_mode is 1; only inference is supported');
    return [node.input(0)];
  },
};

/** The shape that Reshape asks for, its 0 and -1 resolved. */
export function reshapeTo(node: NodeContext): readonly number[] {
  const { shape } = node.type(0);
  const allowzero = node.int('allowzero', 0) === 1;
  const asked = node.constantInts(1) ?? node.ints('shape');
  if (asked === undefined) throw new UserError('the new shape is missing');
  const copied = asked.map((d, i) => (d === 0 && !allowzero ? (shape[i] ?? 0) : d));
  const rest = elementCount(shape) / elementCount(copied.filter((d) => d !== -1));
  return copied.map((d) => (d === -1 ? rest : d));
}

/** Axes as an attribute before opset 13, an input since. */
export const axesOf = (node: NodeContext): readonly number[] | undefined =>
  node.constantInts(1) ?? node.ints('axes');

export function squeezed(node: NodeContext): readonly number[] {
  const { shape } = node.type(0);
  const axes = axesOf(node)?.map((a) => node.axis(a, shape.length));
  for (const a of axes ?? [])
    if (shape[a] !== 1)
      throw new UserError(`axis ${a} of ${showShape(shape)} is not 1 and cannot be squeezed`);
  return shape.filter((d, i) => (axes === undefined ? d !== 1 : !axes.includes(i)));
}

export function unsqueezed(node: NodeContext): readonly number[] {
  const { shape } = node.type(0);
  const axes = axesOf(node);
  if (axes === undefined) throw new UserError('axes are missing');
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((a) => node.axis(a, rank)));
  if (added.size !== axes.length) throw new UserError(`axes [${axes.join(', ')}] repeat`);
  const rest = [...shape];
  return Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : rest.shift()!));
}

export function flattened(node: NodeContext): readonly number[] {
  const { shape } = node.type(0);
  const asked = node.int('axis', 1);
  const axis = asked === shape.length ? asked : node.axis(asked, shape.length);
  return [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
}

const reshaping = (
  attributes: readonly string[],
  target: (node: NodeContext) => readonly number[],
): Handler => ({
  attributes,
  run: (node) => {
    const newshape = target(node);
    // Relay reads 0 as "copy"; a tensor without elements is of no use here.
    if (newshape.some((d) => !Number.isInteger(d) || d < 1))
      throw new UserError(`the new shape of ${showShape(node.type(0).shape)} is ${showShape(newshape)}`);
    return [node.call('reshape', [node.input(0)], { newshape })];
  },
});

export function permutation(node: NodeContext): readonly number[] {
  const rank = node.type(0).shape.length;
  const axes = node.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if ([...axes].sort((a, b) => a - b).some((a, i) => a !== i) || axes.length !== rank)
    throw new UserError(`perm is [${axes.join(', ')}]; must name each of the ${rank} axes once`);
  return axes;
}

/** Begin, end, axes and steps of a Slice: attributes before opset 10, inputs since. */
export function sliceOf(node: NodeContext) {
  const rank = node.type(0).shape.length;
  const begin = node.constantInts(1) ?? node.ints('starts');
  const end = node.constantInts(2) ?? node.ints('ends');
  if (begin === undefined || end === undefined) throw new UserError('starts or ends are missing');
  const axes = (node.constantInts(3) ?? node.ints('axes') ?? begin.map((_, i) => i)).map((a) =>
    node.axis(a, rank),
  );
  const strides = node.constantInts(4) ?? begin.map(() => 1);
  // "To the end" is written as an int32 or int64 maximum; Relay's attributes are int32.
  const limit = (v: number) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, v));
  return { begin: begin.map(limit), end: end.map(limit), axes, strides };
}

function split(node: NodeContext): Expr[] {
  const { shape } = node.type(0);
  const axis = node.axis(node.int('axis', 0), shape.length);
  const parts = node.node.outputs.length;
  const sizes =
    node.constantInts(1) ?? node.ints('split') ?? evenParts(shape[axis]!, node.int('num_outputs', parts));
  if (sizes.length !== parts || sizes.reduce((a, b) => a + b, 0) !== shape[axis])
    throw new UserError(`split [${sizes.join(', ')}] does not make ${parts} parts of ${shape[axis]}`);
  if (parts === 1) return [node.input(0)];
  let at = 0;
  const indices_or_sections = sizes.slice(0, -1).map((s) => {
    at += s;
    return at;
  });
  const all = node.call('split', [node.input(0)], { indices_or_sections, axis });
  return sizes.map((_, i) => tupleGetItem(all, i, node.label));
}

/** ONNX: equal parts, the last one smaller where the extent does not divide. */
function evenParts(extent: number, parts: number): number[] {
  const size = Math.ceil(extent / parts);
  return Array.from({ length: parts }, (_, i) => Math.min(size, extent - i * size));
}

/** pads [begin..., end...] as pairs, and the value; attributes before opset 11, inputs since. */
export function padOf(node: NodeContext) {
  const mode = node.string('mode', 'constant');
  if (mode !== 'constant') throw new UserError(`mode is ${mode}; only constant is supported`);
  const rank = node.type(0).shape.length;
  const pads = node.constantInts(1) ?? node.ints('pads') ?? [];
  const axes = (node.constantInts(3) ?? Array.from({ length: rank }, (_, i) => i)).map((a) =>
    node.axis(a, rank),
  );
  if (pads.length !== 2 * axes.length)
    throw new UserError(`pads has ${pads.length} values; must be ${2 * axes.length}`);
  const pad_width = Array.from({ length: rank }, (_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [pads[at]!, pads[axes.length + at]!];
  });
  return { pad_width, value: node.optionalConstant(2)?.data[0] ?? node.float('value', 0) };
}

/** Blocks of b x b pixels as channels and back; DepthToSpace has the block before (DCR) or behind (CRD) the channels. */
function depthToSpace(node: NodeContext): Expr[] {
  const [n, c, h, w] = node.image(0);
  const b = blockSize(node);
  const depth = c / b ** 2;
  if (!Number.isInteger(depth)) throw new UserError(`${c} channels do not divide by blocksize ${b} squared`);
  const mode = node.string('mode', 'DCR');
  if (mode !== 'DCR' && mode !== 'CRD') throw new UserError(`mode is ${mode}; must be DCR or CRD`);
  const dcr = mode === 'DCR';
  const apart = dcr ? [n, b, b, depth, h, w] : [n, depth, b, b, h, w];
  return [regrouped(node, apart, dcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3], [n, depth, h * b, w * b])];
}

/** SpaceToDepth, also with the mode of opset 27 on. */
function spaceToDepth(node: NodeContext): Expr[] {
  const [n, c, h, w] = node.image(0);
  const b = blockSize(node);
  if (h % b !== 0 || w % b !== 0) throw new UserError(`${h} x ${w} does not divide by blocksize ${b}`);
  const mode = node.string('mode', 'DCR');
  if (mode !== 'DCR' && mode !== 'CRD') throw new UserError(`mode is ${mode}; must be DCR or CRD`);
  const axes = mode === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  return [regrouped(node, [n, c, h / b, b, w / b, b], axes, [n, c * b * b, h / b, w / b])];
}

function blockSize(node: NodeContext): number {
  const b = node.int('blocksize', 0);
  if (b < 1) throw new UserError(`blocksize is ${b}; must be at least 1`);
  return b;
}

function regrouped(
  node: NodeContext,
  apart: readonly number[],
  axes: readonly number[],
  newshape: readonly number[],
): Expr {
  const blocks = node.call('reshape', [node.input(0)], { newshape: [...apart] });
  const moved = node.call('transpose', [blocks], { axes: [...axes] });
  return node.call('reshape', [moved], { newshape: [...newshape] });
}

/** Operators that move values and do not change them. */
export const SHAPE_OPS: Readonly<Record<string, Handler>> = {
  Identity: same,
  Dropout: dropout,
  Reshape: reshaping(['allowzero', 'shape'], reshapeTo),
  Flatten: reshaping(['axis'], flattened),
  Squeeze: reshaping(['axes'], squeezed),
  Unsqueeze: reshaping(['axes'], unsqueezed),
  Transpose: {
    attributes: ['perm'],
    run: (node) => [node.call('transpose', [node.input(0)], { axes: permutation(node) })],
  },
  Concat: {
    attributes: ['axis'],
    run: (node) => {
      const fields = node.inputs.map((_, i) => node.input(i));
      return [
        node.call('concatenate', [tuple(fields)], {
          axis: node.axis(node.int('axis', 1), node.type(0).shape.length),
        }),
      ];
    },
  },
  Split: { attributes: ['axis', 'split', 'num_outputs'], run: split },
  Slice: {
    attributes: ['starts', 'ends', 'axes'],
    run: (node) => [node.call('strided_slice', [node.input(0)], sliceOf(node))],
  },
  Pad: {
    attributes: ['mode', 'pads', 'value'],
    run: (node) => {
      const { pad_width, value } = padOf(node);
      return [node.call('nn.pad', [node.input(0), scalar(value, node.type(0).dtype)], { pad_width })];
    },
  },
  ...GATHER_OPS,
  DepthToSpace: { attributes: ['blocksize', 'mode'], run: depthToSpace },
  SpaceToDepth: { attributes: ['blocksize', 'mode'], run: spaceToDepth },
};

const FLOAT16 = 10;

/**
 * What a Cast makes. float16 would have to round to 11 bits, and all that follows too: it is refused, where float16 constants and inputs
 * are read as the float32 numbers that they are.
 */
export function castType(node: NodeContext) {
  const to = node.int('to', 0);
  if (to === FLOAT16)
    throw new UserError(
      'a cast to float16 is not supported: tensors are held as float32; convert the file to float32',
    );
  return dtypeOf(to, 'the cast');
}

/** Conversions; float to integer truncates toward zero. */
export const CAST_OPS: Readonly<Record<string, Handler>> = {
  Cast: {
    attributes: ['to', 'saturate'],
    run: (node) => {
      const dtype = castType(node);
      return [node.type(0).dtype === dtype ? node.input(0) : node.call('cast', [node.input(0)], { dtype })];
    },
  },
};

/** Operators that move the elements of one tensor and compute nothing. */
const MOVING = [
  'Identity',
  'Dropout',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Split',
  'Slice',
  'Gather',
] as const;

/** For each operator that only moves elements, what `adapt` makes of its plain handler. */
export const movingOps = <H>(adapt: (handler: Handler) => H): Readonly<Record<string, H>> =>
  Object.fromEntries(MOVING.map((op) => [op, adapt(SHAPE_OPS[op]!)]));
