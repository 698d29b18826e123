import { LimitError } from '../base/errors.js';
import { elementCount } from '../base/tensor.js';
import { type CompileOptions, compile } from '../compile.js';
import { expandModels, suiteModels, suiteNames } from '../models/registry.js';

const thousands = (n: number): string => n.toLocaleString('en-US');

/** What the table lists when nothing is named. */
const DEFAULT_SUITE = 'all';

/**
 * One line a built-in model: MACs, parameters, peak L2, what it is and why it does not fit where it does not; then the suites. `names`: of models and
 * suites. Throws a UserError with the nearest names for an unknown one.
 */
export async function modelTable(
  names: readonly string[],
  options: CompileOptions,
  seed: string,
): Promise<string> {
  const rows = expandModels(names.length > 0 ? names : [DEFAULT_SUITE]).map((entry) => {
    const model = entry.build(seed);
    const parameters = [...model.params.values()].reduce((n, t) => n + elementCount(t.shape), 0);
    try {
      const { layers, memory } = compile(model, options).manifest;
      const macs = layers.reduce((n, l) => n + l.usefulMacs, 0);
      return [entry.name, thousands(macs), thousands(parameters), thousands(memory.l2), entry.description];
    } catch (e) {
      if (!(e instanceof LimitError)) throw e;
      const { subject, value } = e.limit;
      const why = `does not fit: ${subject} is ${value}`;
      return [entry.name, '', thousands(parameters), '', `${entry.description}; ${why}`];
    }
  });
  const header = ['model', 'MACs', 'parameters', 'peak L2', ''];
  const all = [header, ...rows];
  const width = (i: number) => Math.max(...all.map((r) => r[i]!.length));
  const lines = all.map((r) =>
    r
      .map((c, i) => (i === 0 || i === 4 ? c.padEnd(width(i)) : c.padStart(width(i))))
      .join('  ')
      .trimEnd(),
  );
  const suites = suiteNames().map((s) => `${s}: ${suiteModels(s).length} models`);
  return `${lines.join('\n')}\n\nsuites: ${suites.join('; ')}\n`;
}
