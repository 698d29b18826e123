import type { Expr } from '../ir/expr.js';
import { opDef } from '../ir/registry.js';

/** "conv1" of "conv1.weights", "conv1_weight", "dense/kernel"; undefined where the name has no such end. */
const layerOfWeights = (name: string): string | undefined =>
  /^(.+?)[._/](?:weights?|kernel|w)$/i.exec(name)?.[1];

/**
 * The layer that an operator belongs to, where the text tells: the name of its weights, or, for what follows a layer element
 * by element (bias, shift, clip, cast), the layer of its one operand. A cast to int32 begins something else (a sum).
 */
export function layerOf(
  op: string,
  args: readonly Expr[],
  attrs: Readonly<Record<string, unknown>>,
): string | undefined {
  const { pattern } = opDef(op);
  const weights = args[1];
  if (pattern === 'anchor')
    return weights !== undefined &&
      (weights.kind === 'var' || weights.kind === 'constant') &&
      weights.name !== undefined
      ? layerOfWeights(weights.name)
      : undefined;
  if ((pattern !== 'elementwise' && pattern !== 'broadcast') || (op === 'cast' && attrs.dtype === 'int32'))
    return undefined;
  const operands = args.filter((a) => a.kind !== 'var' && a.kind !== 'constant');
  const only = operands.length === 1 ? operands[0]! : undefined;
  return only !== undefined && 'label' in only ? only.label.layer : undefined;
}
