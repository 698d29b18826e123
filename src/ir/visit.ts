import { childrenOf, type Expr } from './expr.js';

/**
 * Every expression that `root` depends on, each once, arguments before their users, in the order in which Relay prints
 * them. Iterative: a graph may be thousands of operators deep.
 */
export function postOrder(root: Expr): Expr[] {
  const done = new Set<Expr>();
  const order: Expr[] = [];
  const stack: { e: Expr; next: number }[] = [{ e: root, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const child = childrenOf(top.e)[top.next];
    if (child !== undefined) {
      top.next++;
      if (!done.has(child)) stack.push({ e: child, next: 0 });
      continue;
    }
    stack.pop();
    if (!done.has(top.e)) {
      done.add(top.e);
      order.push(top.e);
    }
  }
  return order;
}

/** How often each expression is used as an argument below `root` (the root's own use by its function counts once). */
export function useCounts(root: Expr): Map<Expr, number> {
  const counts = new Map<Expr, number>([[root, 1]]);
  for (const e of postOrder(root)) for (const c of childrenOf(e)) counts.set(c, (counts.get(c) ?? 0) + 1);
  return counts;
}

/** The users of each expression below `root`. */
export function usersOf(root: Expr): Map<Expr, Expr[]> {
  const users = new Map<Expr, Expr[]>();
  for (const e of postOrder(root))
    for (const c of childrenOf(e)) {
      const list = users.get(c);
      if (list === undefined) users.set(c, [e]);
      else if (!list.includes(e)) list.push(e);
    }
  return users;
}

/** `e` over other children (same number, same order); `e` itself when none differs. The type must stay valid. */
export function withChildren(e: Expr, children: readonly Expr[]): Expr {
  if (childrenOf(e).every((c, i) => c === children[i])) return e;
  switch (e.kind) {
    case 'var':
    case 'constant':
      return e;
    case 'call':
    case 'function_call':
      return { ...e, args: children };
    case 'tuple':
      return { ...e, fields: children };
    case 'tuple_get_item':
      return { ...e, tuple: children[0]! };
  }
}

/**
 * Rebuilds the graph bottom-up: `rewrite` sees each expression over its already rewritten children, with the original beside
 * it, and returns what takes its place. Sharing is kept.
 */
export function rewriteGraph(root: Expr, rewrite: (e: Expr, original: Expr) => Expr): Expr {
  const out = new Map<Expr, Expr>();
  for (const e of postOrder(root)) {
    const children = childrenOf(e).map((c) => out.get(c)!);
    out.set(e, rewrite(withChildren(e, children), e));
  }
  return out.get(root)!;
}
