import { integerRange, isFloat } from '../../base/dtype.js';
import { C_TYPES, literal } from '../c/types.js';
import { axisAttr, numberAttr } from './attributes.js';
import type { ElementCode } from './kernel-context.js';
import { Position } from './position.js';
import { reducedPlaces } from './sums.js';

/** take: the index along the axis is read, and limited to the axis. */
export const take: ElementCode = (op, at, k) => {
  const [x, indices] = [k.typeOf(op.args[0]!), k.typeOf(op.args[1]!)];
  const axis = axisAttr(numberAttr(op, 'axis'), x.shape.length);
  const rank = indices.shape.length;
  const index = Position.ofAxes(indices.shape, at.axes.slice(axis, axis + rank));
  const place = k.fresh('place');
  const value = k.value(op.args[1]!, index);
  k.out.line(`const int32_t ${place} = host_clip(${value}, 0, ${x.shape[axis]! - 1});`);
  const axes = [...at.axes.slice(0, axis), place, ...at.axes.slice(axis + rank)];
  return k.value(op.args[0]!, Position.ofAxes(x.shape, axes));
};

/** where: both values are there already or cost little; only one is chosen. */
export const where: ElementCode = (op, at, k) => {
  const [condition, x, y] = op.args.map((arg) => {
    const { shape, dtype } = k.typeOf(arg);
    const name = k.fresh('choice');
    k.out.line(`const ${C_TYPES[dtype]} ${name} = ${k.value(arg, at.broadcast(shape))};`);
    return name;
  });
  return `${condition} ? ${x} : ${y}`;
};

/** argmax: from the first element on, a larger one (with select_last_index: one as large) takes its place. */
export const argmax: ElementCode = (op, at, k) => {
  const x = k.typeOf(op.args[0]!);
  const axis = axisAttr(numberAttr(op, 'axis'), x.shape.length);
  const [best, largest, i] = [k.fresh('best'), k.fresh('largest'), k.fresh('i')];
  const kept = [...at.axes];
  const axes = x.shape.map((_, a) => {
    if (a !== axis) return kept.shift()!;
    if (op.attrs.keepdims === true) kept.shift();
    return i;
  });
  const lowest = isFloat(x.dtype) ? '(-1.0f / 0.0f)' : literal(integerRange(x.dtype as 'int8')[0], x.dtype);
  const better = op.attrs.select_last_index === true ? '>=' : '>';
  k.out.line(`int32_t ${best} = 0;`);
  k.out.line(`${C_TYPES[x.dtype]} ${largest} = ${lowest};`);
  k.out.loop(i, x.shape[axis]!, () => {
    const v = k.fresh('value');
    k.out.line(`const ${C_TYPES[x.dtype]} ${v} = ${k.value(op.args[0]!, Position.ofAxes(x.shape, axes))};`);
    k.out.block(`if (${v} ${better} ${largest})`, () => {
      k.out.line(`${largest} = ${v};`);
      k.out.line(`${best} = ${i};`);
    });
  });
  return best;
};

/** max, min over the reduced axes. */
export const extremum: ElementCode = (op, at, k) => {
  const { dtype } = k.typeOf(op.args[0]!);
  const max = op.op === 'max';
  const found = k.fresh(op.op);
  const range = isFloat(dtype) ? undefined : integerRange(dtype as 'int8');
  const start =
    range === undefined ? `(${max ? '-' : ''}1.0f / 0.0f)` : literal(max ? range[0] : range[1], dtype);
  k.out.line(`${C_TYPES[dtype]} ${found} = ${start};`);
  reducedPlaces(op, at, k, (place) => {
    const v = k.fresh('value');
    k.out.line(`const ${C_TYPES[dtype]} ${v} = ${k.value(op.args[0]!, place)};`);
    k.out.line(
      isFloat(dtype)
        ? `${found} = host_${op.op}f(${found}, ${v});`
        : `if (${v} ${max ? '>' : '<'} ${found}) ${found} = ${v};`,
    );
  });
  return found;
};
