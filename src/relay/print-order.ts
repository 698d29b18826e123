import { childrenOf, type Expr, type Func } from '../ir/expr.js';

/** A function that is written inside another has no global name; its text comes before that of its call's arguments. */
const children = (node: Expr | Func): readonly (Expr | Func)[] => {
  if (!('kind' in node)) return [];
  const args = childrenOf(node);
  return node.kind === 'function_call' && node.callee.name === '' ? [node.callee, ...args] : args;
};

/**
 * Every expression and inner function that `root` depends on, each once, before its users, in the order in which TVM makes
 * their texts. Iterative: a graph may be thousands of operators deep.
 */
export function printOrder(root: Expr): (Expr | Func)[] {
  const done = new Set<Expr | Func>();
  const stack: { node: Expr | Func; next: number }[] = [{ node: root, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = children(top.node)[top.next++];
    if (child === undefined) {
      stack.pop();
      done.add(top.node);
    } else if (!done.has(child)) stack.push({ node: child, next: 0 });
  }
  return [...done];
}
