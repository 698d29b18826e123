import type { Expr, Func } from './expr.js';
import { postOrder } from './visit.js';

/**
 * Names every intermediate tensor of a model's `main` by the number that Relay's text gives it ("%0", "%1", ...); the
 * result, which the text leaves without a number, is named "output". Every stage, report and comparison uses these names.
 */
export function labelTensors(main: Func): Func {
  const out = new Map<Expr, Expr>();
  let next = 0;
  const get = (e: Expr): Expr => out.get(e)!;
  for (const e of postOrder(main.body)) {
    const tensor = e === main.body ? 'output' : `%${next}`;
    switch (e.kind) {
      case 'var':
      case 'constant':
        out.set(e, e);
        continue;
      case 'call':
        out.set(e, { ...e, args: e.args.map(get), label: { ...e.label, tensor } });
        break;
      case 'function_call':
        out.set(e, { ...e, args: e.args.map(get), label: { ...e.label, tensor } });
        break;
      case 'tuple_get_item':
        out.set(e, { ...e, tuple: get(e.tuple), label: { ...e.label, tensor } });
        break;
      case 'tuple':
        out.set(e, { ...e, fields: e.fields.map(get) });
        break;
    }
    next++;
  }
  return { ...main, body: get(main.body) };
}
