import type { ChipParameters } from '../../sim/isa/parameters.js';
import { convBlockBytes, denseBlockBytes } from '../../sim/isa/weights.js';
import { elementCount, type Shape } from '../base/tensor.js';
import { intAttr, intsAttr } from '../ir/attrs.js';
import { type Call, type Constant, type Expr, tensorTypeOf } from '../ir/expr.js';
import type { Refusal } from './pattern.js';

/** Kernel sides that the compiler may send to the core. [htvm] */
export const KERNEL_SIDES = [1, 3, 5, 7];

const refuse = (attribute: string, value: unknown, supported: string): Refusal => ({
  attribute,
  value: Array.isArray(value) ? `[${value.join(', ')}]` : String(value),
  supported,
});

/** A check of one rule of hardware.md section 6: a refusal, or undefined where it holds. */
type Check = () => Refusal | undefined;
const firstRefusal = (checks: readonly Check[]): Refusal | undefined => {
  for (const check of checks) {
    const refusal = check();
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

const scalarIs = (e: Expr | undefined, value: number): boolean =>
  e?.kind === 'constant' && e.value.data.length === 1 && e.value.data[0] === value;

const shown = (e: Expr | undefined): string =>
  e?.kind === 'constant' && e.value.data.length === 1 ? String(e.value.data[0]) : 'not a scalar constant';

/** Rules that hold for the tensors of every kind of layer. The batch rule is ours: the core's layouts have no batch. */
export function tensorLimits(input: Expr, outputShape: Shape): Refusal | undefined {
  const { shape, dtype } = tensorTypeOf(input);
  return firstRefusal([
    () => (dtype === 'int8' ? undefined : refuse('input dtype', dtype, 'int8')),
    () => (shape[0] === 1 ? undefined : refuse('batch', shape[0], '1')),
    () =>
      elementCount(shape) % 4 === 0
        ? undefined
        : refuse('input elements', elementCount(shape), 'a multiple of 4'),
    () =>
      elementCount(outputShape) % 4 === 0
        ? undefined
        : refuse('output elements', elementCount(outputShape), 'a multiple of 4'),
  ]);
}

function weightsLimit(e: Expr | undefined): Refusal | undefined {
  if (e?.kind !== 'constant') return refuse('weights', 'computed at run time', 'a constant of int8');
  return e.type.dtype === 'int8' ? undefined : refuse('weights dtype', e.type.dtype, 'int8');
}

/** hardware.md section 6 for `nn.conv2d` and `qnn.conv2d`, and the weight memory's limit of section 4. */
export function convLimits(conv: Call, chip: ChipParameters): Refusal | undefined {
  const refusal = convRules(conv, { depthwise: true });
  if (refusal !== undefined) return refusal;
  const [, ci, fy, fx] = (conv.args[1] as Constant).type.shape as [number, number, number, number];
  const blockBytes = convBlockBytes(intAttr(conv.attrs, 'groups') > 1 ? 1 : ci, fy, fx);
  return blockBytes <= chip.weightMemoryBytes
    ? undefined
    : refuse(
        'weights of 16 output channels',
        `${blockBytes} bytes (${ci} channels x ${fy}x${fx})`,
        `at most ${chip.weightMemoryBytes} bytes, the weight memory`,
      );
}

/** What both cores ask of a conv2d [htvm]; only the digital one takes depthwise. */
export function convRules(conv: Call, core: { readonly depthwise: boolean }): Refusal | undefined {
  const weights = weightsLimit(conv.args[1]);
  if (weights !== undefined) return weights;
  const [k, , fy, fx] = (conv.args[1] as Constant).type.shape as [number, number, number, number];
  const channels = tensorTypeOf(conv.args[0]!).shape[1]!;
  const groups = intAttr(conv.attrs, 'groups');
  const depthwise = groups > 1 && groups === channels && groups === k;
  const strides = intsAttr(conv.attrs, 'strides');
  const dilation = intsAttr(conv.attrs, 'dilation');
  const padding = intsAttr(conv.attrs, 'padding');
  const same = [(fy - 1) / 2, (fx - 1) / 2, (fy - 1) / 2, (fx - 1) / 2];
  const zeroPoints = conv.op === 'qnn.conv2d' ? [2, 3] : [];
  const scales = conv.op === 'qnn.conv2d' ? [4, 5] : [];
  return firstRefusal([
    ...zeroPoints.map(
      (i) => () =>
        scalarIs(conv.args[i], 0)
          ? undefined
          : refuse(i === 2 ? 'input_zero_point' : 'kernel_zero_point', shown(conv.args[i]), '0'),
    ),
    ...scales.map(
      (i) => () =>
        scalarIs(conv.args[i], 1)
          ? undefined
          : refuse(i === 4 ? 'input_scale' : 'kernel_scale', shown(conv.args[i]), '1'),
    ),
    () =>
      conv.type.kind === 'tensor' && conv.type.dtype === 'int32'
        ? undefined
        : refuse('out_dtype', conv.attrs.out_dtype, 'int32'),
    () =>
      KERNEL_SIDES.includes(fy) && KERNEL_SIDES.includes(fx)
        ? undefined
        : refuse('kernel_size', [fy, fx], `each side one of ${KERNEL_SIDES.join(', ')}`),
    () =>
      ['1,1', '2,2'].includes(String(strides)) ? undefined : refuse('strides', strides, '[1, 1] or [2, 2]'),
    () => (String(dilation) === '1,1' ? undefined : refuse('dilation', dilation, '[1, 1]')),
    () =>
      groups === 1 || (core.depthwise && depthwise)
        ? undefined
        : refuse(
            'groups',
            groups,
            core.depthwise ? '1, or depthwise (groups = input channels = output channels)' : '1',
          ),
    () =>
      String(padding) === String(same)
        ? undefined
        : refuse('padding', padding, `SAME: [${same.join(', ')}] for a ${fy}x${fx} kernel`),
  ]);
}

/** hardware.md section 6 for `nn.dense`, and the weight memory's limit of section 4. */
export function denseLimits(dense: Call, chip: ChipParameters): Refusal | undefined {
  const weights = weightsLimit(dense.args[1]);
  if (weights !== undefined) return weights;
  const inputs = (dense.args[1] as Constant).type.shape[1]!;
  const blockBytes = denseBlockBytes(inputs);
  return firstRefusal([
    () =>
      dense.type.kind === 'tensor' && dense.type.dtype === 'int32'
        ? undefined
        : refuse('out_dtype', dense.attrs.out_dtype, 'int32'),
    () =>
      blockBytes <= chip.weightMemoryBytes
        ? undefined
        : refuse(
            'weights of 16 outputs',
            `${blockBytes} bytes (${inputs} inputs)`,
            `at most ${chip.weightMemoryBytes} bytes, the weight memory`,
          ),
  ]);
}

/** A sum takes two tensors that the core's layout holds in L2; a constant would need a transform of its own. */
export const CONSTANT_OPERAND = refuse('operand', 'a constant', 'two tensors made at run time');

/** hardware.md section 6 for the element-wise sum of two casts. */
export function sumLimits(a: Expr, b: Expr): Refusal | undefined {
  const [x, y] = [tensorTypeOf(a), tensorTypeOf(b)];
  return firstRefusal([
    () => (a.kind === 'constant' || b.kind === 'constant' ? CONSTANT_OPERAND : undefined),
    () =>
      String(x.shape) === String(y.shape)
        ? undefined
        : refuse('operand shapes', `(${x.shape.join(', ')}) and (${y.shape.join(', ')})`, 'equal shapes'),
    () => (y.dtype === 'int8' ? undefined : refuse('input dtype', y.dtype, 'int8')),
  ]);
}
