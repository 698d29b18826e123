import { call } from '../ir/build.js';
import type { Call, Expr, Func } from '../ir/expr.js';
import { rewriteGraph } from '../ir/visit.js';

/** `main` with `replacement`, which may use what lies below `target`, in `target`'s place. */
export function replaced(main: Func, target: Expr, replacement: Expr): Func {
  const body = rewriteGraph(main.body, (e, original) => (original === target ? replacement : e));
  return { ...main, body };
}

/** `c` over other arguments, its type inferred anew. */
export const over = (c: Call, args: readonly Expr[]): Call => call(c.op, args, c.attrs, c.label);

const TAIL = ['nn.bias_add', 'add', 'right_shift', 'clip', 'cast', 'nn.relu'];

/** The operators behind `anchor` that requantize it, each the only user of the one before and otherwise over constants. */
export function tailOf(anchor: Call, users: ReadonlyMap<Expr, readonly Expr[]>): readonly Call[] {
  const tail: Call[] = [];
  for (let at: Expr = anchor; ; ) {
    const list: readonly Expr[] = users.get(at) ?? [];
    const [user] = list;
    if (list.length !== 1 || user?.kind !== 'call' || !TAIL.includes(user.op)) return tail;
    if (user.args.some((a) => a !== at && a.kind !== 'constant')) return tail;
    tail.push(user);
    at = user;
  }
}
