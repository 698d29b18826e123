import type { CommandModule } from 'yargs';
import { CONFIGURED, type CompileArguments, compileOptions, readCompileOptions } from '../options.js';
import { configured } from '../team-config.js';

/** A list of what there is says nothing of where its layers would go. */
const { map: _, ...listOptions } = compileOptions;

interface Arguments extends CompileArguments {
  readonly seed: string;
}

/** `models`: what can be named, with size figures. */
export const modelsCommand: CommandModule<object, Arguments> = {
  command: 'models',
  describe: 'list the built-in models with MACs, parameters and peak L2',
  builder: (y) =>
    y
      .options(listOptions)
      .option('seed', { type: 'string', default: '0', describe: 'seed of the weights' })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const { modelTable } = await import('../../library/model-table.js');
    process.stdout.write(await modelTable(await readCompileOptions(args), args.seed));
  },
};
