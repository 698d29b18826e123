import type { CommandModule } from 'yargs';
import {
  type CompileArguments,
  compileOptions,
  type ModelArguments,
  modelOptions,
  shardOption,
} from '../options.js';

interface Arguments extends CompileArguments, ModelArguments {
  readonly models: readonly string[];
  readonly output: string;
  readonly shard: string | undefined;
}

/** `baseline MODEL...`: records what must not change. */
export const baselineCommand: CommandModule<object, Arguments> = {
  command: 'baseline <models..>',
  describe: 'record outputs, cycles and memories of models for compare',
  builder: (y) =>
    y
      .positional('models', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'names, suites or files',
      })
      .options({ ...modelOptions, ...compileOptions, ...shardOption })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder of baselines' }),
  handler: async (args) => {
    const { baseline } = await import('../actions/baseline.js');
    await baseline(args);
  },
};
