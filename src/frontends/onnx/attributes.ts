import { UserError } from '../../base/errors.js';
import { type Tensor, tensor } from '../../base/tensor.js';
import type { NodeContext } from './context.js';
import type { OnnxNode } from './proto.js';

/** The values of Constant's other attributes. */
export function scalarAttribute(node: NodeContext): Tensor | undefined {
  if (node.has('value_int')) return tensor([], 'int64', [node.int('value_int', 0)]);
  if (node.has('value_float')) return tensor([], 'float32', [node.float('value_float', 0)]);
  const ints = node.ints('value_ints');
  if (ints !== undefined) return tensor([ints.length], 'int64', ints);
  const floats = node.floats('value_floats');
  return floats === undefined ? undefined : tensor([floats.length], 'float32', floats);
}

/** What QuantLab writes of precisions beside its nodes (DORY reads it); the values themselves say it as well. */
const PRECISIONS = ['weight_bits', 'bias_bits', 'mult_bits', 'add_bits', 'out_bits'];

/** Refuses attributes that an operator does not know. */
export function checkAttributes(node: OnnxNode, known: readonly string[]): void {
  for (const a of node.attributes)
    if ((!known.includes(a.name) && !PRECISIONS.includes(a.name)) || a.other)
      throw new UserError(
        `attribute ${a.name} is not supported; supported are ${known.length === 0 ? 'none' : known.join(', ')}`,
      );
}
