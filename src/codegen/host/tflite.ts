import type { Operand } from '../../program/types.js';
import { axisAttr, intsAttr, numberAttr } from './attributes.js';
import type { ElementCode } from './kernel-context.js';
import { Position, plus } from './position.js';
import { overAxis, slidingAxis } from './windows.js';

/** tflite.requantize: see src/ir/ops/tflite.ts. */
export const requantize: ElementCode = (op, at, k) => {
  const axis = at.shape.length === 0 ? 0 : axisAttr(numberAttr(op, 'axis'), at.shape.length);
  const [x, multiplier, shift] = op.args.map((arg, i) => {
    if (i === 0) return k.value(arg, at);
    const { shape } = k.typeOf(arg);
    return k.value(
      arg,
      shape.length === 0 ? Position.ofElement(shape, '0') : Position.ofAxes(shape, [at.axes[axis]!]),
    );
  });
  const narrow = op.results[0]!.dtype === 'int8';
  const zero = numberAttr(op, 'zero_point');
  if ((op.attrs.rounding ?? 'double') !== 'double') {
    const away = op.attrs.rounding === 'tonearest' ? 1 : 0;
    const limits = narrow ? '-128, 127' : 'INT32_MIN, INT32_MAX';
    const once = `host_clip64(host_scale_once(${x}, ${multiplier}, ${shift}, ${away}) + ${zero}, ${limits})`;
    return `(${narrow ? 'int8_t' : 'int32_t'})${once}`;
  }
  const scaled = `host_requantize${narrow ? '8' : ''}(${x}, ${multiplier}, ${shift}, ${zero})`;
  return narrow ? `(int8_t)${scaled}` : scaled;
};

/** tflite.avg_pool2d: the mean of the elements inside the data, rounded to nearest, halves away from zero. */
export const avgPool2d: ElementCode = (op, at, k) => {
  const { shape } = k.typeOf(op.args[0]!);
  const [size, stride, padding] = ['pool_size', 'strides', 'padding'].map((name) => intsAttr(op, name)) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const axes = ([0, 1] as const).map((i) =>
    slidingAxis(
      k,
      {
        output: at.axes[2 + i]!,
        outputs: op.results[0]!.shape[2 + i]!,
        extent: shape[2 + i]!,
        taps: size[i]!,
        stride: stride[i]!,
        dilation: 1,
        before: padding[i]!,
      },
      i === 0 ? 'fy' : 'fx',
      i === 0 ? 'iy' : 'ix',
    ),
  );
  const [sum, count] = [k.fresh('sum'), k.fresh('count')];
  k.out.line(`int32_t ${sum} = 0, ${count} = 0;`);
  overAxis(k, axes[0]!, (y) =>
    overAxis(k, axes[1]!, (x) => {
      const [n, c] = at.axes as readonly [string, string];
      k.out.line(`${sum} = ${plus(sum, k.value(op.args[0]!, Position.ofAxes(shape, [n, c, y, x])))};`);
      k.out.line(`++${count};`);
    }),
  );
  return `(int8_t)host_rounded_mean(${sum}, ${count})`;
};

/** tflite.lookup: the table begins with the least value of the data's dtype. */
export const lookup: ElementCode = (op, at, k) => {
  const [data, table] = op.args as readonly [Operand, Operand];
  const x = k.value(data, at);
  const index = k.typeOf(data).dtype === 'int8' ? `(${x} + 128)` : `(${x})`;
  return k.value(table, Position.ofElement(k.typeOf(table).shape, index));
};
