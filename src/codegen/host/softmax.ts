import type { Shape } from '../../base/tensor.js';
import type { HostOp } from '../../program/types.js';
import { axisAttr, numberAttr } from './attributes.js';
import type { KernelContext, RowCode } from './kernel-context.js';
import { Position } from './position.js';

/** Runs over the row that `at` lies in; `body` gets the row's element. */
function overRow(
  op: HostOp,
  at: Position,
  axis: number,
  k: KernelContext,
  body: (element: string, place: Position) => void,
): void {
  const { shape } = k.typeOf(op.args[0]!);
  const i = k.fresh('i');
  k.out.loop(i, shape[axis]!, () => {
    const place = Position.ofAxes(shape, at.axes.with(axis, i));
    body(k.value(op.args[0]!, place), place);
  });
}

const elementAt = (op: HostOp, at: Position, k: KernelContext): string =>
  k.value(op.args[0]!, Position.ofAxes(k.typeOf(op.args[0]!).shape, at.axes));

/** A row of whole numbers from -128 to 127: the exponentials of the 256 differences come from a table. */
function ofIntegers(
  op: HostOp,
  at: Position,
  axis: number,
  k: KernelContext,
  output: string,
): (at: Position) => string {
  const [max, sum] = [k.fresh('max'), k.fresh('sum')];
  k.out.line(`int32_t ${max} = -128;`);
  overRow(op, at, axis, k, (x) => {
    const v = k.fresh('value');
    k.out.line(`const int32_t ${v} = (int32_t)${x};`);
    k.out.line(`if (${v} > ${max}) ${max} = ${v};`);
  });
  k.out.line(`float ${sum} = 0;`);
  overRow(op, at, axis, k, (x, place) => {
    k.out.line(`${output}[${place.flat}] = host_exp_of_minus(${max} - (int32_t)${x});`);
    k.out.line(`${sum} += ${output}[${place.flat}];`);
  });
  return (here) => `${output}[${here.flat}] / ${sum}`;
}

/** nn.softmax: exp(x - max) / sum of them; every step is rounded to float, the sum runs in ascending order. */
export const softmax: RowCode = {
  axis: (op, shape) => axisAttr(numberAttr(op, 'axis'), shape.length),
  begin: (op, at, k) => {
    const axis = axisAttr(numberAttr(op, 'axis'), at.shape.length);
    const [max, sum] = [k.fresh('max'), k.fresh('sum')];
    if (op.attrs.integers === true && k.ownOutput !== undefined)
      return ofIntegers(op, at, axis, k, k.ownOutput);
    k.out.line(`float ${max} = (-1.0f / 0.0f);`);
    overRow(op, at, axis, k, (x) => k.out.line(`${max} = host_maxf(${max}, ${x});`));
    k.out.line(`float ${sum} = 0;`);
    const output = k.ownOutput;
    if (output !== undefined) {
      // The exponentials wait in the result: each is computed once.
      overRow(op, at, axis, k, (x, place) => {
        k.out.line(`${output}[${place.flat}] = host_expf(${x} - ${max});`);
        k.out.line(`${sum} += ${output}[${place.flat}];`);
      });
      return (here) => `${output}[${here.flat}] / ${sum}`;
    }
    overRow(op, at, axis, k, (x) => k.out.line(`${sum} += host_expf(${x} - ${max});`));
    return (here) => `host_expf(${elementAt(op, here, k)} - ${max}) / ${sum}`;
  },
};

/** tflite.softmax: int8 over the last axis in fixed point, as src/ir/ops/tflite.ts defines it. */
export const tfliteSoftmax: RowCode = {
  axis: (_, shape: Shape) => shape.length - 1,
  begin: (op, at, k) => {
    const axis = at.shape.length - 1;
    const [max, sum, scale, least] = [k.fresh('max'), k.fresh('sum'), k.fresh('scale'), k.fresh('least')];
    k.out.line(`int32_t ${max} = -128;`);
    overRow(op, at, axis, k, (x) => k.out.line(`if (${x} > ${max}) ${max} = ${x};`));
    k.out.line(`const int32_t ${least} = ${numberAttr(op, 'diff_min')};`);
    const exp = (x: string): string =>
      `host_exp_of_difference(${x} - ${max}, ${least}, ${numberAttr(op, 'left_shift')}, ${numberAttr(op, 'multiplier')})`;
    k.out.line(`int32_t ${sum} = 0;`);
    overRow(op, at, axis, k, (x) =>
      k.out.line(`${sum} = host_add(${sum}, host_rounding_shift(${exp(x)}, HOST_SUM_BITS));`),
    );
    k.out.line(`const host_reciprocal ${scale} = host_reciprocal_of_sum(${sum});`);
    return (here) => `host_share(${exp(elementAt(op, here, k))}, ${scale})`;
  },
};
