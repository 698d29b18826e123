import type { Expr, Var } from '../../ir/expr.js';
import type { Evaluate, InputMap } from '../types.js';
import { foldConstants } from './constants.js';
import { absorbInput } from './input-map.js';
import { foldAffine } from './layers.js';
import { mergePadding } from './padding.js';
import { sliceSplits } from './split.js';

/** A float network in the form that is quantized, over an input that is an affine map of the given one. */
export interface Prepared {
  readonly body: Expr;
  readonly input: Var;
  readonly map: InputMap;
}

/** Brings a float network (parameters bound, one input) into layers, sums and what moves values between them. */
export function prepare(body: Expr, input: Var, evaluate: Evaluate): Prepared {
  const absorbed = absorbInput(sliceSplits(foldConstants(body, evaluate)), input);
  return { ...absorbed, body: mergePadding(foldAffine(absorbed.body)) };
}
