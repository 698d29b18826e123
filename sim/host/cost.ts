import { type DType, isFloat } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { entryOf, type HostOperator } from '../../src/base/operators.js';
import { elementCount, type Shape } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import type { HostCycleParameters } from '../isa/parameters.js';
import { transformCycles } from '../isa/transform-cycles.js';
import { intsOf } from './kernel.js';

type TypeOf = { readonly shape: Shape; readonly dtype: DType };

/** What a cost formula may depend on. */
interface Figures {
  readonly op: HostOp;
  readonly args: readonly TypeOf[];
  /** Elements of all results. */
  readonly out: number;
  /** Elements of the first argument. */
  readonly in: number;
  /** Whether one of the first two arguments or a result is float32: the core has no FPU. */
  readonly float: boolean;
  readonly p: HostCycleParameters;
}

/** One formula twice: for people (docs/operators.md) and for the simulator. */
export interface HostCost {
  readonly formula: string;
  readonly cycles: (f: Figures) => number;
}

/** `steps` of integer arithmetic an output element; in float32, one of float32 arithmetic, or as many as given. */
const perElement = (steps = 1, floatSteps = 1): HostCost => ({
  formula: `out * ${steps === 1 ? '' : `${steps} * `}element; float32: out * ${floatSteps === 1 ? '' : `${floatSteps} * `}floatOp`,
  cycles: ({ out, float, p }) => out * (float ? floatSteps * p.floatOp : steps * p.element),
});

/** Steps of integer operators: two comparisons, a shift by a constant, a product, a division. */
const [LIMITED, SHIFTED, MULTIPLIED, DIVIDED] = [2.2, 0.3, 0.5, 4];

/** Sign of floats, negation and absolute value of integers. */
const signs: HostCost = {
  formula: 'out * element; float32: out * 0.2 * convert',
  cycles: ({ out, float, p }) => out * (float ? 0.2 * p.convert : p.element),
};

/** Between integers the load or store does it. */
const casting: HostCost = {
  formula: '0; from or to float32: out * convert',
  cycles: ({ out, float, p }) => (float ? out * p.convert : 0),
};

const floatDivision: HostCost = {
  formula: `out * ${DIVIDED} * element; float32: out * floatDivide`,
  cycles: ({ out, float, p }) => out * (float ? p.floatDivide : DIVIDED * p.element),
};

const rounding: HostCost = {
  formula: '0; float32: out * floatOp',
  cycles: ({ out, float, p }) => (float ? out * p.floatOp : 0),
};

/** The same elements in the same order: only the kernel's own loop, or nothing where others work on them. */
const free: HostCost = { formula: '0', cycles: () => 0 };

const moving = (places: number): HostCost => ({
  formula: `out * ${places} * place`,
  cycles: ({ out, p }) => out * places * p.place,
});

/** A product sum: `taps` multiply-accumulates an output element, one by one. */
const productSum = (name: string, taps: (weight: Shape) => number): HostCost => ({
  formula: `int8: in blocks; else out * ${name} * tap; float32: out * ${name} * 2.6 * floatOp`,
  cycles: ({ out, args, float, p }) => out * taps(args[1]?.shape ?? []) * (float ? 2.6 * p.floatOp : p.tap),
});
const conv = productSum('I*FY*FX', (weight) => elementCount(weight.slice(1)));
const dense = productSum('C', (weight) => weight[1] ?? 0);

const isPowerOfTwo = (n: number): boolean => n > 0 && Number.isInteger(Math.log2(n));

/** How much longer than a sum over whole rows an element of an integer window takes. */
type Share = (f: Figures) => number;

/** Windows that reach into padding compute their bounds; those of up to four columns are written out. */
const windowShare =
  (maximum: boolean): Share =>
  ({ op }) => {
    if (intsOf(op, 'padding').some((n) => n > 0)) return 1.7;
    if (intsOf(op, 'pool_size', 2)[1]! <= 4) return maximum ? 0.9 : 0.45;
    return maximum ? 1.7 : 1;
  };

/**
 * A reduction of `name` elements in all. A mean of integers is divided by a shift where a window has 2^n elements.
 */
const reducing = (
  name: string,
  reduced: (f: Figures) => number,
  kind: 'mean' | 'sum' | 'maximum',
  share: Share = () => (kind === 'maximum' ? 1.7 : 1),
): HostCost => ({
  formula:
    kind === 'mean'
      ? `${name} * window + out * place, 4 places where no shift divides; float32: ${name} * floatOp + out * floatDivide`
      : kind === 'sum'
        ? `${name} * window + out * place; float32: ${name} * floatOp`
        : `1.7 * ${name} * window + out * place; float32: 1.5 * ${name} * floatOp`,
  cycles: (f) => {
    const { out, float, p } = f;
    const n = reduced(f);
    if (float)
      return n * (kind === 'maximum' ? 1.5 : 1) * p.floatOp + (kind === 'mean' ? out * p.floatDivide : 0);
    const division = kind === 'mean' && !isPowerOfTwo(n / out) ? 4 : 1;
    return share(f) * n * p.window + out * division * p.place;
  },
});

// Padding is visited like data; a row or column that two adaptive windows share counts twice.
const windowed = ({ op, out }: Figures): number => out * elementCount(intsOf(op, 'pool_size', 2));
const adaptive = ({ op, args, out }: Figures): number => {
  const [, , oh = 1, ow = 1] = op.results[0]?.shape ?? [];
  const [, , h = 1, w = 1] = args[0]?.shape ?? [];
  return out * Math.ceil(h / oh) * Math.ceil(w / ow);
};

const float = (formula: string, cycles: (p: HostCycleParameters) => number): HostCost => ({
  formula: `out * (${formula})`,
  cycles: ({ out, p }) => out * cycles(p),
});

/** Whole numbers of int8's range take their exponentials from a table. */
const softmax: HostCost = {
  formula: 'out * (2.5*floatOp + floatExp + floatDivide); of int8 values: out * (floatOp + floatDivide)',
  cycles: ({ op, out, p }) =>
    out *
    (op.attrs.integers === true ? p.floatOp + p.floatDivide : 2.5 * p.floatOp + p.floatExp + p.floatDivide),
};

/** An integer operator of `steps` simple steps an output element. */
const integerSteps = (steps: number): HostCost => ({
  formula: `out * ${steps} * element`,
  cycles: ({ out, p }) => out * steps * p.element,
});

/** A transform between rows that are whole words copies words; others go byte by byte, and fill up the core's rows. */
const transform: HostCost = {
  formula:
    'bytes * transform + (2 of several words + rows/2) * place; rows of no whole words: bytes * 1.3 * place + padding * 0.8 * place; pixels of the analog core: (0.4 * bytes in whole words of channels and columns + 0.3 * words filled up) * place; from planes that begin on no words 0.6, to such 0.48 * bytes',
  cycles: ({ op, p }) =>
    transformCycles(
      op.results[0]!.shape,
      { from: String(op.attrs.src_layout), to: String(op.attrs.dst_layout) },
      p,
    ),
};

/** Cycles of every host operator. All formulas are [ours]; the parameters are fitted to runs on the SoC model. */
const COSTS: Readonly<Record<HostOperator, HostCost>> = {
  'nn.conv2d': conv,
  'qnn.conv2d': conv,
  'nn.dense': dense,
  'nn.bias_add': perElement(LIMITED),
  add: perElement(),
  subtract: perElement(),
  multiply: perElement(MULTIPLIED, 1.6),
  maximum: perElement(LIMITED, 1.5),
  minimum: perElement(LIMITED, 1.5),
  right_shift: perElement(SHIFTED),
  left_shift: perElement(SHIFTED),
  clip: perElement(LIMITED, 1.5),
  cast: casting,
  negative: signs,
  abs: signs,
  'nn.relu': perElement(LIMITED, 1.5),
  'nn.leaky_relu': perElement(1, 2),
  divide: floatDivision,
  floor: rounding,
  round: rounding,
  'onnx.round': rounding,
  exp: float('floatExp', (p) => p.floatExp),
  sqrt: float('4.6 * floatDivide', (p) => 4.6 * p.floatDivide),
  // The series of a logarithm costs what that of an exponential does.
  log: float('floatExp + floatDivide', (p) => p.floatExp + p.floatDivide),
  tanh: float(
    'floatExp + 4*floatOp + 2.3*floatDivide',
    (p) => p.floatExp + 4 * p.floatOp + 2.3 * p.floatDivide,
  ),
  sigmoid: float('floatExp + floatOp + floatDivide', (p) => p.floatExp + p.floatOp + p.floatDivide),
  'nn.softmax': softmax,
  'nn.avg_pool2d': reducing('out*PH*PW', windowed, 'mean', windowShare(false)),
  'nn.max_pool2d': reducing('out*PH*PW', windowed, 'maximum', windowShare(true)),
  'nn.global_avg_pool2d': reducing('in', (f) => f.in, 'mean'),
  'nn.global_max_pool2d': reducing('in', (f) => f.in, 'maximum'),
  'nn.adaptive_avg_pool2d': reducing('out*ceil(H/OH)*ceil(W/OW)', adaptive, 'mean'),
  sum: reducing('in', (f) => f.in, 'sum'),
  mean: reducing('in', (f) => f.in, 'mean'),
  max: reducing('in', (f) => f.in, 'maximum'),
  min: reducing('in', (f) => f.in, 'maximum'),
  argmax: reducing('in', (f) => f.in, 'maximum'),
  reshape: free,
  'nn.batch_flatten': free,
  squeeze: free,
  expand_dims: free,
  transpose: moving(0.5),
  reverse: moving(0.5),
  concatenate: moving(0.5),
  split: moving(0.5),
  strided_slice: moving(0.5),
  'nn.pad': moving(1.2),
  take: moving(1),
  where: moving(1),
  // A 32 x 32 -> 64 bit product, two roundings, two limits; a softmax element takes about 15 such products.
  'tflite.requantize': integerSteps(12),
  'tflite.softmax': integerSteps(180),
  // One load more than a move.
  'tflite.lookup': integerSteps(1),
  'tflite.avg_pool2d': reducing('out*PH*PW', windowed, 'mean', () => 1.7),
  layout_transform: transform,
};

/** The cost formula of the host operator `name`. Throws a UserError when there is none. */
export function hostCost(name: string): HostCost {
  const cost = entryOf(COSTS, name);
  if (cost === undefined) throw new UserError(`host operator ${name} is not known to this simulator.`);
  return cost;
}

/**
 * Cycles that one host operator adds to its kernel, which hostKernelCycles charges `call` and a `move` for each element stored. In
 * the formulas `out` and `in` are elements of the results and of the first argument; the other names are HostCycleParameters.
 */
export function hostOpCycles(op: HostOp, args: readonly TypeOf[], params: HostCycleParameters): number {
  const sum = (of: (r: TypeOf) => number): number => op.results.reduce((n, r) => n + of(r), 0);
  const out = sum((r) => elementCount(r.shape));
  // The scales of qnn.conv2d, its arguments 4 and 5, are float32 but take no part in the sums.
  const float = [...args.slice(0, 2), ...op.results].some((t) => isFloat(t.dtype));
  const figures = { op, args, out, in: elementCount(args[0]?.shape ?? []), float, p: params };
  return hostCost(op.op).cycles(figures);
}
