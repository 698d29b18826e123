import type { Func, Model } from './expr.js';
import { labelTensors } from './label.js';
import { postOrder } from './visit.js';

/** A model of a function whose parameters have become constants; inputs that nothing reads any more are dropped. */
export function modelOf(name: string, main: Func): Model {
  const used = new Set(postOrder(main.body));
  const params = main.params.filter((p) => used.has(p));
  return { name, main: labelTensors({ ...main, params }), params: new Map() };
}
