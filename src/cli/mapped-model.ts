import type { Model } from '../ir/expr.js';
import type { MappedModel } from '../mapping/map-network.js';
import { MAP_CHOICES } from '../results/mapping.js';
import type { CompileArguments } from './options.js';

/** The model with its layers where `--map` puts them, said on stderr; the model itself without `--map`. */
export async function asMapped(model: Model, args: Partial<CompileArguments>): Promise<Model> {
  const asked = MAP_CHOICES.find((m) => m === args.map);
  if (asked === undefined) return model;
  const [{ mapModel }, { readCompileOptions }, { describeMapping }] = await Promise.all([
    import('../mapping/map-network.js'),
    import('./options.js'),
    import('../../reports/mapping.js'),
  ]);
  const mapped = mapModel(model, asked, await readCompileOptions(args as CompileArguments));
  process.stderr.write(`${model.name}: ${describeMapping(mapped.mapping)}\n`);
  return mapped;
}

/** Prints where the layers of a model went, as a table; nothing without `--map`. */
export async function printMapping(model: Model): Promise<void> {
  const { mapping } = model as Partial<MappedModel>;
  if (mapping === undefined) return;
  const [{ mappingLines }, { style, terminalOptions }] = await Promise.all([
    import('../../reports/terminal/mapping.js'),
    import('../../reports/terminal/style.js'),
  ]);
  const { columns, colour } = terminalOptions(process.stdout, process.env);
  process.stdout.write(`${mappingLines(mapping, columns, style(colour)).join('\n')}\n\n`);
}
