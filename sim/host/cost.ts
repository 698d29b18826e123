import { bytesPerElement, type DType, isFloat } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { entryOf, type HostOperator } from '../../src/base/operators.js';
import { elementCount, type Shape } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import type { HostCycleParameters } from '../isa/parameters.js';
import { intsOf } from './kernel.js';

type TypeOf = { readonly shape: Shape; readonly dtype: DType };

/** What a cost formula may depend on. */
interface Figures {
  readonly op: HostOp;
  readonly args: readonly TypeOf[];
  /** Elements and bytes of all results. */
  readonly out: number;
  readonly outBytes: number;
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

/** One simple step an output element; in float32, `steps` of float32 arithmetic. */
const perElement = (steps = 1): HostCost => ({
  formula: `out * element; float32: out * ${steps === 1 ? '' : `${steps} * `}floatOp`,
  cycles: ({ out, float, p }) => out * (float ? steps * p.floatOp : p.element),
});

const floatDivision: HostCost = {
  formula: 'out * element; float32: out * floatDivide',
  cycles: ({ out, float, p }) => out * (float ? p.floatDivide : p.element),
};

const rounding: HostCost = {
  formula: 'out * move; float32: out * floatOp',
  cycles: ({ out, float, p }) => out * (float ? p.floatOp : p.move),
};

const moving: HostCost = { formula: 'out * move', cycles: ({ out, p }) => out * p.move };

/** A product sum: `taps` multiply-accumulates an output element. */
const productSum = (name: string, taps: (weight: Shape) => number): HostCost => ({
  formula: `out * ${name} * mac; float32: out * ${name} * 2 * floatOp`,
  cycles: ({ out, args, float, p }) => out * taps(args[1]?.shape ?? []) * (float ? 2 * p.floatOp : p.mac),
});
const conv = productSum('I*FY*FX', (weight) => elementCount(weight.slice(1)));
const dense = productSum('C', (weight) => weight[1] ?? 0);

/** A reduction of `name` elements in all, and one division an output element where it is a mean. */
const reducing = (name: string, reduced: (f: Figures) => number, mean: boolean): HostCost => ({
  formula: mean
    ? `${name} * window + out * element; float32: ${name} * floatOp + out * floatDivide`
    : `${name} * window; float32: ${name} * floatOp`,
  cycles: (f) => {
    const { out, float, p } = f;
    const division = mean ? out * (float ? p.floatDivide : p.element) : 0;
    return reduced(f) * (float ? p.floatOp : p.window) + division;
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

/** An integer operator of `steps` simple steps an output element. */
const integerSteps = (steps: number): HostCost => ({
  formula: `out * ${steps} * element`,
  cycles: ({ out, p }) => out * steps * p.element,
});

/** Cycles of every host operator. All formulas are [ours]; the parameters are fitted to runs on the SoC model. */
const COSTS: Readonly<Record<HostOperator, HostCost>> = {
  'nn.conv2d': conv,
  'qnn.conv2d': conv,
  'nn.dense': dense,
  'nn.bias_add': perElement(),
  add: perElement(),
  subtract: perElement(),
  multiply: perElement(),
  maximum: perElement(),
  minimum: perElement(),
  right_shift: perElement(),
  left_shift: perElement(),
  clip: perElement(),
  cast: perElement(),
  negative: perElement(),
  abs: perElement(),
  'nn.relu': perElement(),
  'nn.leaky_relu': perElement(2),
  divide: floatDivision,
  floor: rounding,
  round: rounding,
  'onnx.round': rounding,
  exp: float('floatExp', (p) => p.floatExp),
  sqrt: float('floatDivide', (p) => p.floatDivide),
  // The series of a logarithm costs what that of an exponential does.
  log: float('floatExp + floatDivide', (p) => p.floatExp + p.floatDivide),
  tanh: float('floatExp + 2*floatOp + floatDivide', (p) => p.floatExp + 2 * p.floatOp + p.floatDivide),
  sigmoid: float('floatExp + floatOp + floatDivide', (p) => p.floatExp + p.floatOp + p.floatDivide),
  'nn.softmax': float(
    '3*floatOp + floatExp + floatDivide',
    (p) => 3 * p.floatOp + p.floatExp + p.floatDivide,
  ),
  'nn.avg_pool2d': reducing('out*PH*PW', windowed, true),
  'nn.max_pool2d': reducing('out*PH*PW', windowed, false),
  'nn.global_avg_pool2d': reducing('in', (f) => f.in, true),
  'nn.global_max_pool2d': reducing('in', (f) => f.in, false),
  'nn.adaptive_avg_pool2d': reducing('out*ceil(H/OH)*ceil(W/OW)', adaptive, true),
  sum: reducing('in', (f) => f.in, false),
  mean: reducing('in', (f) => f.in, true),
  max: reducing('in', (f) => f.in, false),
  min: reducing('in', (f) => f.in, false),
  argmax: reducing('in', (f) => f.in, false),
  // A reshape copies when it stands alone and only recomputes indices in a fused kernel; both are charged alike.
  reshape: moving,
  'nn.batch_flatten': moving,
  squeeze: moving,
  expand_dims: moving,
  transpose: moving,
  reverse: moving,
  concatenate: moving,
  split: moving,
  strided_slice: moving,
  'nn.pad': moving,
  take: moving,
  where: moving,
  // A 32 x 32 -> 64 bit product, two roundings, two limits; a softmax element takes about 15 such products.
  'tflite.requantize': integerSteps(4),
  'tflite.softmax': integerSteps(60),
  // One load more than a move.
  'tflite.lookup': integerSteps(1),
  'tflite.avg_pool2d': reducing('out*PH*PW', windowed, true),
  layout_transform: { formula: 'bytes * transform', cycles: ({ outBytes, p }) => outBytes * p.transform },
};

/** The cost formula of the host operator `name`. Throws a UserError when there is none. */
export function hostCost(name: string): HostCost {
  const cost = entryOf(COSTS, name);
  if (cost === undefined) throw new UserError(`host operator ${name} is not known to this simulator.`);
  return cost;
}

/**
 * Cycles that one host operator adds to its kernel; the kernel's call (`params.call`) is charged once by the caller. In the
 * formulas `out` and `in` are elements of the results and of the first argument; the other names are
 * HostCycleParameters. Operators of a fused kernel are charged one by one. Rounded up to whole cycles.
 */
export function hostOpCycles(op: HostOp, args: readonly TypeOf[], params: HostCycleParameters): number {
  const sum = (of: (r: TypeOf) => number): number => op.results.reduce((n, r) => n + of(r), 0);
  const out = sum((r) => elementCount(r.shape));
  const outBytes = sum((r) => elementCount(r.shape) * bytesPerElement(r.dtype));
  // The scales of qnn.conv2d, its arguments 4 and 5, are float32 but take no part in the sums.
  const float = [...args.slice(0, 2), ...op.results].some((t) => isFloat(t.dtype));
  const figures = { op, args, out, outBytes, in: elementCount(args[0]?.shape ?? []), float, p: params };
  return Math.ceil(hostCost(op.op).cycles(figures));
}
