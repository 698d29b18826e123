/*
 * Stage 3, for the user: why a node could not stay exact, and outputs that the file ends before rounding.
 */
import { isFloat } from '../../../base/dtype.js';
import type { Tensor } from '../../../base/tensor.js';
import type { OnnxNode } from '../proto.js';
import { holdsIntegers, LINEAR_OPS } from './detect.js';
import type { IntegerValue, Value } from './value.js';

/** What keeps a node of an integer network from exact integer arithmetic. */
interface Reason {
  readonly attribute: string;
  readonly value: string;
  readonly supported: string;
}

const constantOf = (v: Value | undefined): Tensor | undefined =>
  v?.kind === 'plain' && v.expr.kind === 'constant' ? v.expr.value : undefined;

const isFloatData = (v: Value | undefined): boolean =>
  v?.kind === 'plain' &&
  v.expr.kind !== 'constant' &&
  v.expr.type?.kind === 'tensor' &&
  isFloat(v.expr.type.dtype);

/** The first element of a constant that breaks a rule, as "0.5 (element 3)". */
function firstBreaking(t: Tensor, keeps: (v: number) => boolean): string | undefined {
  const at = t.data.findIndex((v) => !keeps(v));
  return at < 0 ? undefined : `${t.data[at]!}${t.data.length === 1 ? '' : ` (element ${at})`}`;
}

const show = (v: IntegerValue): string =>
  v.factor === 1 ? `1/${v.denominator} of an integer` : `${v.factor}/${v.denominator} of an integer`;

/** Why a constant operand does not fit. */
function ofConstant(node: OnnxNode, index: number, t: Tensor): Reason | undefined {
  const attribute = `input ${index} (${node.inputs[index]})`;
  if (node.op === 'Div' && index === 0)
    return { attribute, value: 'a constant', supported: 'a value computed at run time' };
  if (node.op === 'Div') {
    const value = firstBreaking(t, (v) => Number.isInteger(v) && v >= 1);
    if (value !== undefined) return { attribute, value, supported: 'positive integers' };
    const supported = 'divisors whose least common multiple times the dividend stays below 2^53';
    return t.data.length > 1
      ? {
          attribute,
          value: `[${[...t.data.slice(0, 8)].join(', ')}${t.data.length > 8 ? ', ...' : ''}]`,
          supported,
        }
      : undefined;
  }
  if (node.op === 'Mul' && t.data.length === 1 && t.data[0] === 0)
    return { attribute, value: '0', supported: 'any other integer' };
  if (holdsIntegers(t)) return undefined;
  return { attribute, value: firstBreaking(t, Number.isInteger)!, supported: 'integers' };
}

/** Why an operand that is computed does not fit. */
function ofOperand(node: OnnxNode, index: number, v: Value): Reason | undefined {
  const attribute = `input ${index} (${node.inputs[index]})`;
  if (isFloatData(v)) return { attribute, value: 'float32', supported: 'integers' };
  if (v.kind !== 'integer') return undefined;
  if (v.limits !== undefined)
    return {
      attribute,
      value: 'a fraction that a Clip has limited',
      supported: 'Floor or Cast after the Clip',
    };
  if (v.denominator !== 1)
    return { attribute, value: show(v), supported: 'integers: round with Floor or Cast before' };
  return undefined;
}

/** `known`: whether the operator has an exact integer form at all. */
function reasonOf(node: OnnxNode, values: readonly (Value | undefined)[], known: boolean): Reason {
  const operator = {
    attribute: 'operator',
    value: node.op,
    supported: 'the integer operators of docs/formats-onnx.md',
  };
  if (!known) return operator;
  if (node.op === 'Cast')
    return { ...operator, attribute: 'to', value: 'bool', supported: 'integer and float types' };
  if (node.op.endsWith('AveragePool') && values[0]?.kind === 'integer' && values[0].limits === undefined)
    return {
      attribute: 'pads',
      value: 'a window of padding alone',
      supported: 'windows with an element of the image',
    };
  for (const [i, v] of values.entries()) {
    const t = constantOf(v);
    const found =
      t !== undefined ? ofConstant(node, i, t) : v === undefined ? undefined : ofOperand(node, i, v);
    if (found !== undefined) return found;
  }
  return {
    attribute: 'operands',
    value: node.inputs.join(', '),
    supported: 'an integer and a constant that broadcasts to it',
  };
}

const nameOf = (node: OnnxNode): string => node.name || node.outputs[0] || '(unnamed)';

/**
 * A line on a node of an integer network that is computed in float32: where an integer ends in it, or where it is a layer.
 * Undefined for a node on floats that follow from such a one, or from an input that the network has yet to quantize.
 */
export function inexactness(
  node: OnnxNode,
  values: readonly (Value | undefined)[],
  known: boolean,
): string | undefined {
  const ends = values.some((v) => v?.kind === 'integer');
  if (!ends && !LINEAR_OPS.includes(node.op)) return undefined;
  const { attribute, value, supported } = reasonOf(node, values, known);
  return (
    `node ${nameOf(node)} (${node.op}) is not exact: ${attribute} is ${value}; supported: ${supported}. ` +
    'Its values are float32 from here on.'
  );
}

/** A line on an output that the file ends before it is rounded. */
export const unroundedOutput = (name: string, v: IntegerValue): string =>
  `output ${name} is not rounded: it is ${show(v)}; supported: integers. Its values are float32.`;
