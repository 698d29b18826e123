import type { DType } from '../../src/base/dtype.js';
import { random, randomInts } from '../../src/base/random.js';
import { type Shape, type Tensor, tensor } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { add, biasAdd, cast, clip, rightShift } from '../../src/builder/operators.js';
import { call, constant, scalar } from '../../src/ir/build.js';
import type { Expr, Model } from '../../src/ir/expr.js';

const ints = (name: string, shape: Shape, limit: number, dtype: DType): Tensor =>
  randomInts(random('limits', name), shape, dtype === 'uint8' ? 0 : -limit, limit, dtype);

/** What may vary behind an accumulation. */
export interface TailVariant {
  /** A bias of this shape goes in by `add` instead of nn.bias_add. */
  readonly biasShape?: Shape;
  readonly biasAxis?: number;
  /** 'run time': the bias, or the shift, is an input of the model. */
  readonly bias?: 'constant' | 'run time' | 'none';
  readonly shift?: number | Tensor | 'run time';
  readonly clip?: readonly [number, number];
  readonly cast?: DType;
  /** A further clip behind the cast. */
  readonly last?: readonly [number, number];
  /** What else reads the value of this operator, which then is no intermediate result. */
  readonly usedTwice?: 'accumulator' | 'bias' | 'shift' | 'clip' | 'cast';
}

export interface ConvVariant extends TailVariant {
  readonly op?: 'qnn.conv2d' | 'nn.conv2d';
  readonly input?: Shape;
  readonly channels?: number;
  readonly kernel?: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly dilation?: readonly [number, number];
  readonly groups?: number;
  /** [top, left, bottom, right]; SAME by default. */
  readonly padding?: readonly number[];
  readonly zeroPoints?: readonly [number, number];
  readonly scales?: readonly [number, number];
  readonly inputDtype?: DType;
  readonly weightsDtype?: DType;
  readonly weights?: 'constant' | 'run time';
  readonly outDtype?: DType;
}

const LABEL = { layer: 'layer' };
const SHIFT = 5;

/** The tail, and the value that a second reader gets, if there is one. */
function tail(m: ModelBuilder, sum: Expr, k: number, v: TailVariant): Expr {
  let second: Expr | undefined;
  const step = (name: TailVariant['usedTwice'], e: Expr): Expr => {
    if (name === v.usedTwice) second = e;
    return e;
  };
  let e = step('accumulator', sum);
  const dtype = sum.type.kind === 'tensor' ? sum.type.dtype : 'int32';
  const biasShape = v.biasShape ?? [k];
  const bias =
    v.bias === 'run time'
      ? m.input('bias', biasShape, dtype)
      : m.parameter('bias', ints('bias', biasShape, dtype === 'int32' ? 500 : 10, dtype));
  e = step('bias', v.biasShape === undefined ? biasAdd(e, bias, v.biasAxis, LABEL) : add(e, bias, LABEL));
  const { shift = SHIFT } = v;
  const bits =
    shift === 'run time'
      ? m.input('shift', [], dtype)
      : typeof shift === 'number'
        ? scalar(shift, dtype)
        : constant(shift);
  e = step('shift', rightShift(e, bits, LABEL));
  e = step('clip', clip(e, ...(v.clip ?? [-128, 127]), LABEL));
  e = step('cast', cast(e, v.cast ?? 'int8', LABEL));
  if (v.last !== undefined) e = clip(e, ...v.last, LABEL);
  return second === undefined ? e : add(cast(second, 'int32'), cast(e, 'int32'), { layer: 'second reader' });
}

/** One conv2d layer, 4 to 8 channels of 8x8 with a 3x3 kernel unless the variant says otherwise. */
export function convModel(v: ConvVariant): Model {
  const m = new ModelBuilder('variant');
  const { input = [1, 4, 8, 8], kernel = [3, 3], groups = 1 } = v;
  const channels = v.channels ?? (groups > 1 ? input[1]! : 8);
  const x = m.input('input', input, v.inputDtype ?? 'int8');
  const shape = [channels, input[1]! / groups, ...kernel];
  const weightsDtype = v.weightsDtype ?? 'int8';
  const w =
    v.weights === 'run time'
      ? m.input('weights', shape, weightsDtype)
      : m.parameter('weights', ints('weights', shape, 20, weightsDtype));
  const [fy, fx] = kernel;
  const op = v.op ?? 'qnn.conv2d';
  const [zi, zk] = v.zeroPoints ?? [0, 0];
  const [si, sk] = v.scales ?? [1, 1];
  const quantization = [scalar(zi), scalar(zk), scalar(si, 'float32'), scalar(sk, 'float32')];
  const attrs = {
    strides: v.strides ?? [1, 1],
    padding: v.padding ?? [(fy - 1) >> 1, (fx - 1) >> 1, (fy - 1) >> 1, (fx - 1) >> 1],
    dilation: v.dilation ?? [1, 1],
    groups,
    out_dtype: v.outDtype ?? 'int32',
  };
  const sum = call(op, op === 'qnn.conv2d' ? [x, w, ...quantization] : [x, w], attrs, LABEL);
  return m.build(tail(m, sum, channels, v));
}

export interface DenseVariant extends TailVariant {
  readonly batch?: number;
  readonly inputs?: number;
  readonly units?: number;
  readonly weightsDtype?: DType;
  readonly weights?: 'constant' | 'run time';
  readonly outDtype?: DType;
}

/** One dense layer of 16 inputs and 12 outputs unless the variant says otherwise. */
export function denseModel(v: DenseVariant): Model {
  const m = new ModelBuilder('variant');
  const { batch = 1, inputs = 16, units = 12, weightsDtype = 'int8' } = v;
  const x = m.input('input', [batch, inputs], 'int8');
  const w =
    v.weights === 'run time'
      ? m.input('weights', [units, inputs], weightsDtype)
      : m.parameter('weights', ints('weights', [units, inputs], 20, weightsDtype));
  const sum = call('nn.dense', [x, w], { out_dtype: v.outDtype ?? 'int32' }, LABEL);
  return m.build(tail(m, sum, units, v));
}

export interface SumVariant {
  readonly shapes?: readonly [Shape, Shape];
  readonly dtypes?: readonly [DType, DType];
  /** Casts of the operands before the add; none: the operands are added as they are. */
  readonly casts?: DType | 'none';
  /** The second operand: an input, a constant behind a cast, a constant in the add, or the first operand again. */
  readonly second?: 'input' | 'cast constant' | 'constant' | 'same';
  readonly shift?: number;
  readonly clip?: readonly [number, number];
  readonly last?: readonly [number, number];
}

/** An element-wise sum of two int8 tensors (1, 4, 6, 6) unless the variant says otherwise. */
export function sumModel(v: SumVariant): Model {
  const m = new ModelBuilder('variant');
  const [a, b] = v.shapes ?? [
    [1, 4, 6, 6],
    [1, 4, 6, 6],
  ];
  const [da, db] = v.dtypes ?? ['int8', 'int8'];
  const wide = v.casts ?? 'int32';
  const cast_ = (e: Expr) => (wide === 'none' ? e : cast(e, wide, LABEL));
  const x = m.input('a', a, da);
  const left = cast_(x);
  const right = (): Expr => {
    switch (v.second ?? 'input') {
      case 'input':
        return cast_(m.input('b', b, db));
      case 'cast constant':
        return cast_(m.parameter('b', ints('b', b, 100, db)));
      case 'constant':
        return m.parameter('b', ints('b', b, 100, wide === 'none' ? db : wide));
      case 'same':
        return left;
    }
  };
  const sum = add(left, right(), LABEL);
  const dtype = sum.type.kind === 'tensor' ? sum.type.dtype : 'int32';
  const shifted = rightShift(sum, scalar(v.shift ?? 1, dtype), LABEL);
  const narrow = cast(clip(shifted, ...(v.clip ?? [-128, 127]), LABEL), 'int8', LABEL);
  return m.build(v.last === undefined ? narrow : clip(narrow, ...v.last, LABEL));
}

/** One value for each of `n` channels of a (1, n, y, x) tensor. */
export const perChannel = (n: number, value: (i: number) => number): Tensor =>
  tensor(
    [n, 1, 1],
    'int32',
    Array.from({ length: n }, (_, i) => value(i)),
  );
