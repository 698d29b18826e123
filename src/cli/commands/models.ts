import type { CommandModule } from 'yargs';
import { CONFIGURED, type CompileArguments, compileOptions, readCompileOptions } from '../options.js';
import { configured } from '../team-config.js';

/** A list of what there is says nothing of where its layers would go. */
const { map: _, ...listOptions } = compileOptions;

interface Arguments extends CompileArguments {
  readonly models: string[] | undefined;
  readonly seed: string;
}

/** `models`: what can be named, with size figures. */
export const modelsCommand: CommandModule<object, Arguments> = {
  command: 'models [models..]',
  describe: 'list the built-in models with MACs, parameters and peak L2',
  builder: (y) =>
    y
      .positional('models', { type: 'string', array: true, describe: 'built-in models or suites' })
      .options(listOptions)
      .option('seed', { type: 'string', default: '0', describe: 'seed of the weights' })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const { modelTable } = await import('../../library/model-table.js');
    process.stdout.write(await modelTable(args.models ?? [], await readCompileOptions(args), args.seed));
  },
};
