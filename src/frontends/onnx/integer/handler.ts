import type { NodeContext } from '../context.js';
import type { Value } from './value.js';

/** Brings a node with an integer operand into the graph; undefined: not exact on integers, so it is computed in float32. */
export interface IntegerHandler {
  readonly attributes: readonly string[];
  readonly run: (node: NodeContext, values: readonly (Value | undefined)[]) => readonly Value[] | undefined;
}
