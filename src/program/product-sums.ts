import type { DType } from '../base/dtype.js';
import { elementCount, type Shape } from '../base/tensor.js';
import type { HostOp, HostStep, Operand } from './types.js';

/** Type and role of an operand, as the kernel's generator and its cost need them. */
export interface OperandType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A convolution or dense layer on int8 that the generated C computes in blocks, and the operators that it takes along. */
export interface ProductSum {
  /**
   * "dense": whole vectors; "gather": windows of two pixels at a time; "direct": windows of few channels, read in padded rows;
   * "rows": planes one by one (depthwise).
   */
  readonly kind: 'dense' | 'gather' | 'direct' | 'rows';
  /** Images or vectors, groups of channels, output channels and input channels of a group, taps of a channel. */
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly inputs: number;
  readonly kernel: readonly [rows: number, columns: number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly before: readonly [top: number, left: number];
  readonly input: readonly [rows: number, columns: number];
  readonly output: readonly [rows: number, columns: number];
  /** A constant that is added to every sum of a channel. */
  readonly bias: Operand | null;
  /** The last operator whose result is the sum: the product sum itself, or the bias. */
  readonly summed: number;
  /** Set where the whole kernel ends in int8 by a shift and limits. `shift` is the operand with the bits, null for none. */
  readonly requantized: {
    readonly shift: Operand | null;
    readonly low: number;
    readonly high: number;
  } | null;
}

/** Bytes of scratch that a blocked kernel may take; larger ones are computed element by element. [ours] */
export const SCRATCH_LIMIT = 12 * 1024;
/** Bytes that a band of padded rows may take where one output row needs less. [ours] */
const BAND_BYTES = 4096;
/** Input channels of a group up to which windows are cheaper to read in padded rows than to gather: measured. [ours] */
const FEW_CHANNELS = 16;

type Geometry = Omit<ProductSum, 'bias' | 'summed' | 'requantized'>;
type TypeOf = (o: Operand) => OperandType;
type Quad = readonly [number, number, number, number];

const pair = (v: unknown): readonly [number, number] => {
  const list = Array.isArray(v) ? (v as readonly number[]) : [Number(v)];
  return [list[0]!, list[1] ?? list[0]!];
};

const SUMS: readonly string[] = ['nn.conv2d', 'qnn.conv2d', 'nn.dense'];

const roundUp4 = (n: number): number => 4 * Math.ceil(n / 4);

/** Bytes between two gathered windows. */
export const columnBytes = (s: ProductSum): number => roundUp4(s.inputs * s.kernel[0] * s.kernel[1]);

/** Bytes of a padded row of one channel, as host_bands.h lays it out. */
function bandPitch(s: ProductSum): number {
  const visited = (s.output[1] - 1) * s.stride[1] + (s.kernel[1] - 1) * s.dilation[1] + 1 - s.before[1];
  return roundUp4(s.before[1]) + roundUp4(Math.max(visited, s.input[1]) + 1);
}

/** Rows of the data that rows of the output need. */
export const inputRows = (s: ProductSum, rows: number): number =>
  (rows - 1) * s.stride[0] + (s.kernel[0] - 1) * s.dilation[0] + 1;

/** Whether windows are 3x3 and move by one or two rows and columns. */
export const smallWindows = (s: Geometry): boolean =>
  s.kernel.every((n) => n === 3) &&
  s.dilation.every((n) => n === 1) &&
  s.stride[0] <= 2 &&
  s.stride[1] === s.stride[0];

/** How far the windows reach beyond the last row or column of the data. */
const beyond = (s: ProductSum, axis: 0 | 1): number =>
  (s.output[axis] - 1) * s.stride[axis] +
  (s.kernel[axis] - 1) * s.dilation[axis] +
  1 -
  s.before[axis] -
  s.input[axis];

/** Whether planes are read where they lie, without padded copies: 3x3 windows that reach one row and column outside at most. */
export function readInPlace(s: ProductSum): boolean {
  return (
    s.kind === 'rows' &&
    smallWindows(s) &&
    Math.max(...s.before, beyond(s, 0), beyond(s, 1)) <= 1 &&
    s.input[1] >= 3 &&
    s.output[1] >= 2
  );
}

/** Whether they need no scratch either: rows of a word at least, as the code for Xpulp loads them. */
const withoutBand = (s: ProductSum): boolean => readInPlace(s) && s.input[1] >= 4;

/** Bytes of a padded row of all channels. */
const rowBytes = (s: ProductSum): number => bandPitch(s) * (s.kind === 'direct' ? s.inputs : 1);

/** Output rows of a plane that are computed at once: as many as the padded rows of BAND_BYTES serve, at least one. */
export function bandRows(s: ProductSum): number {
  if (withoutBand(s) && s.requantized !== null) return s.output[0];
  const fitting = Math.floor(BAND_BYTES / rowBytes(s)) - inputRows(s, 1);
  return Math.min(s.output[0], 1 + Math.max(0, Math.floor(fitting / s.stride[0])));
}

/** Bytes of a band of padded rows. */
export const bandBytes = (s: ProductSum): number =>
  withoutBand(s) ? 0 : inputRows(s, bandRows(s)) * rowBytes(s);

/** Bytes of the words of weights that a direct convolution with Xpulp makes for four channels of output. */
const packedBytes = (s: ProductSum): number => 4 * 4 * 3 * s.inputs;

/** Words of sums that wait for the rest of the kernel: channels of two pixels, a band of a plane, or all outputs of a vector. */
export function waitingSums(s: ProductSum): number {
  if (s.requantized !== null) return 0;
  if (s.kind === 'rows') return bandRows(s) * s.output[1];
  return s.kind === 'gather' ? 2 * s.channels : s.channels;
}

/** Bytes of scratch in all. */
export function scratchBytes(s: ProductSum): number {
  const own = {
    dense: () => 0,
    gather: () => 2 * columnBytes(s),
    direct: () => bandBytes(s) + packedBytes(s),
    rows: () => bandBytes(s),
  };
  return own[s.kind]() + 4 * waitingSums(s);
}

/** Whether a convolution that would gather its windows reads them in padded rows instead. */
const isDirect = (s: ProductSum): boolean =>
  s.kind === 'gather' &&
  s.requantized !== null &&
  smallWindows(s) &&
  s.inputs <= FEW_CHANNELS &&
  s.channels >= 4 &&
  s.output[1] >= 2 &&
  scratchBytes({ ...s, kind: 'direct' }) <= SCRATCH_LIMIT;

function geometry(op: HostOp, typeOf: TypeOf): Geometry | null {
  if (!SUMS.includes(op.op)) return null;
  const [data, weight] = [typeOf(op.args[0]!), typeOf(op.args[1]!)];
  const out = op.results[0]!;
  if (data.dtype !== 'int8' || weight.dtype !== 'int8' || out.dtype !== 'int32') return null;
  if (op.op === 'nn.dense') {
    const [batch, inputs] = data.shape as readonly [number, number];
    const one = [1, 1] as const;
    const plane = {
      kernel: one,
      stride: one,
      dilation: one,
      before: [0, 0] as const,
      input: one,
      output: one,
    };
    return { kind: 'dense', batch, groups: 1, channels: weight.shape[0]!, inputs, ...plane };
  }
  const [rows, inputs, kh, kw] = weight.shape as Quad;
  const [batch, , h, w] = data.shape as Quad;
  const groups = Number(op.attrs.groups);
  const [top, left] = pair(op.attrs.padding);
  const [, , oh, ow] = out.shape as Quad;
  const kind = inputs === 1 && (groups > 1 || rows < 4) ? 'rows' : 'gather';
  return {
    kind,
    batch,
    groups,
    channels: rows / groups,
    inputs,
    kernel: [kh, kw],
    stride: pair(op.attrs.strides),
    dilation: pair(op.attrs.dilation),
    before: [top, left],
    input: [h, w],
    output: [oh, ow],
  };
}

/** Whether operator `i` of a kernel is a bias for the sums of operator 0: one value a channel. */
function biasOf(ops: readonly HostOp[], typeOf: TypeOf, isConstant: (o: Operand) => boolean): Operand | null {
  const op = ops[1];
  if (op?.op !== 'nn.bias_add' || ops.length < 2) return null;
  const [sum, bias] = op.args as readonly [Operand, Operand];
  const axis = Number(op.attrs.axis);
  const rank = op.results[0]!.shape.length;
  const fits =
    'result' in sum &&
    sum.result === 0 &&
    'buffer' in bias &&
    isConstant(bias) &&
    typeOf(bias).dtype === 'int32';
  return fits && (axis < 0 ? axis + rank : axis) === 1 ? bias : null;
}

const limits = (v: number, [low, high]: readonly [number, number]): number =>
  Math.min(Math.max(v, low), high);

/** The shift and limits that the operators from `first` on come to, where they are only that and end in int8; null otherwise. */
function requantization(
  ops: readonly HostOp[],
  first: number,
  typeOf: TypeOf,
  isConstant: (o: Operand) => boolean,
): ProductSum['requantized'] {
  let shift: Operand | null = null;
  let range: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1];
  let narrow = false;
  for (let i = first; i < ops.length; i++) {
    const op = ops[i]!;
    const [x, other] = op.args as readonly [Operand, Operand?];
    if (!('result' in x) || x.result !== i - 1) return null;
    if (op.op === 'right_shift' && i === first && other !== undefined) {
      if (!isConstant(other) || elementCount(typeOf(other).shape) !== 1) return null;
      shift = other;
    } else if (op.op === 'clip' || op.op === 'nn.relu') {
      const [low, high] =
        op.op === 'clip' ? [Number(op.attrs.a_min), Number(op.attrs.a_max)].map(Math.trunc) : [0, range[1]];
      const to = [low!, Math.max(high!, low!)] as const;
      range = [limits(range[0], to), limits(range[1], to)];
    } else if (op.op === 'cast' && !narrow && op.results[0]!.dtype === 'int8') {
      if (range[0] < -128 || range[1] > 127) return null;
      narrow = true;
    } else return null;
  }
  return narrow ? { shift, low: range[0], high: range[1] } : null;
}

/**
 * How the generated C computes a host kernel that begins with a product sum of int8 tensors; null for other kernels, and for those
 * that would need more scratch than SCRATCH_LIMIT. The simulator's costs and the generator both follow it.
 */
export function productSum(
  step: Pick<HostStep, 'ops' | 'stores'>,
  typeOf: TypeOf,
  isConstant: (o: Operand) => boolean,
): ProductSum | null {
  const { ops, stores } = step;
  const of = ops[0] === undefined ? null : geometry(ops[0], typeOf);
  if (of === null || ops[0]!.args.slice(0, 2).some((a) => !('buffer' in a))) return null;
  const uses = new Array<number>(ops.length).fill(0);
  for (const { args } of ops) for (const a of args) if ('result' in a) uses[a.result]!++;
  const bias = uses[0] === 1 ? biasOf(ops, typeOf, isConstant) : null;
  const summed = bias === null ? 0 : 1;
  const from = stores[0]?.from;
  const ends =
    stores.length === 1 && from !== undefined && 'result' in from && from.result === ops.length - 1;
  const chain = ends && uses.slice(0, -1).every((n) => n === 1);
  const requantized = chain ? requantization(ops, summed + 1, typeOf, isConstant) : null;
  const gathered: ProductSum = { ...of, bias, summed, requantized };
  const sum: ProductSum = isDirect(gathered) ? { ...gathered, kind: 'direct' } : gathered;
  return scratchBytes(sum) <= SCRATCH_LIMIT ? sum : null;
}
