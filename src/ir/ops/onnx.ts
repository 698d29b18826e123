import { type OpDef, requireClass, tensorArgs } from '../op.js';

/**
 * Operators of ours for what ONNX has and Relay has not: their names begin with "onnx.".
 */

/**
 * The nearest integer, halves to the even one (C's rintf in its default mode), as float32: 0.5 -> 0, 1.5 -> 2, -2.5 -> -2; the sign of
 * zero, infinities and NaN stay. float32 only. Source: ONNX's Round and QuantizeLinear.
 */
export const onnxRound: OpDef = {
  name: 'onnx.round',
  args: ['data'],
  attrs: [],
  pattern: 'elementwise',
  infer: (args) => requireClass('onnx.round', tensorArgs('onnx.round', args)[0]!, 'float32'),
};
