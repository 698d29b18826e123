import { LimitError } from '../base/errors.js';
import { elementCount } from '../base/tensor.js';
import { type CompileOptions, compile } from '../compile.js';
import { modelEntry, modelNames, suiteModels, suiteNames } from '../models/registry.js';

const thousands = (n: number): string => n.toLocaleString('en-US');

/** One line a built-in model: MACs, parameters, peak L2 (or by how much it does not fit), what it is; then the suites. */
export async function modelTable(options: CompileOptions, seed: string): Promise<string> {
  const rows = modelNames().map((name) => {
    const entry = modelEntry(name);
    const model = entry.build(seed);
    const parameters = [...model.params.values()].reduce((n, t) => n + elementCount(t.shape), 0);
    try {
      const { layers, memory } = compile(model, options).manifest;
      const macs = layers.reduce((n, l) => n + l.usefulMacs, 0);
      return [name, thousands(macs), thousands(parameters), thousands(memory.l2), entry.description];
    } catch (e) {
      if (!(e instanceof LimitError)) throw e;
      return [
        name,
        '',
        thousands(parameters),
        `does not fit: ${e.limit.subject} is ${e.limit.value}`,
        entry.description,
      ];
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
