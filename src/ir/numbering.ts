import { childrenOf, type Expr } from './expr.js';
import { postOrder } from './visit.js';

/**
 * The expressions below `root` that Relay's text gives a number ("%0", "%1", ...), in that order: an expression gets its
 * number when the text of its first user is written, arguments from left to right. Parameters and constants are written in
 * place, and so is `root` itself.
 */
export function numberedExpressions(root: Expr): Expr[] {
  const numbered = new Set<Expr>();
  for (const user of postOrder(root))
    for (const e of childrenOf(user)) if (e.kind !== 'var' && e.kind !== 'constant') numbered.add(e);
  return [...numbered];
}
