import type { Func } from '../ir/expr.js';

/** A change of a graph that may cost less. */
export interface Change {
  /** The layer's name, where the model gives one. */
  readonly layer: string | undefined;
  readonly what: string;
  readonly outputs: string;
  readonly keeps: boolean;
  /** The layers that it changes together, where it is not only `layer`: the advice stands at the dearest. */
  readonly layers?: ReadonlySet<string>;
  /** It gives the network more to work with for (almost) nothing, and need not cost less. */
  readonly room?: boolean;
  readonly apply: () => Func;
}
