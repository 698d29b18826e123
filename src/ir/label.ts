import type { Expr, Func } from './expr.js';
import { numberedExpressions } from './numbering.js';
import { rewriteGraph } from './visit.js';

/**
 * Names every intermediate tensor of a model's `main` by the number that Relay's text gives it ("%0", "%1", ...); the
 * result, which the text leaves without a number, is named "output". Every stage, report and comparison uses these names.
 * `known` holds names that stand already, such as the numbers in the file that the model was read from.
 */
export function labelTensors(main: Func, known?: ReadonlyMap<Expr, string>): Func {
  const names = new Map<Expr, string>(numberedExpressions(main.body).map((e, i) => [e, `%${i}`]));
  for (const [e, name] of known ?? []) names.set(e, name);
  names.set(main.body, 'output');
  const label = (e: Expr, original: Expr): Expr => {
    const tensor = names.get(original);
    const labelled = e.kind === 'call' || e.kind === 'function_call' || e.kind === 'tuple_get_item';
    return labelled && tensor !== undefined ? { ...e, label: { ...e.label, tensor } } : e;
  };
  return { ...main, body: rewriteGraph(main.body, label) };
}
