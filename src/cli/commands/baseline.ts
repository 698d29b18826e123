import type { CommandModule } from 'yargs';
import { modelWords } from '../model-argument.js';
import { type JobsArguments, jobsOption } from '../model-workers.js';
import {
  CONFIGURED,
  type CompileArguments,
  compileOptions,
  type ModelArguments,
  modelOptions,
  shardOption,
} from '../options.js';
import { strengthOptions } from '../strength-options.js';
import { configured } from '../team-config.js';

interface Arguments extends CompileArguments, ModelArguments, JobsArguments {
  readonly models?: readonly string[] | undefined;
  readonly output: string;
  readonly shard: string | undefined;
  readonly strength?: number | undefined;
}

/** `baseline MODEL...`: records what must not change. */
export const baselineCommand: CommandModule<object, Arguments> = {
  command: 'baseline [models..]',
  describe: 'record outputs, cycles and memories of models for compare',
  builder: (y) =>
    y
      .positional('models', {
        type: 'string',
        array: true,
        describe: 'names, suites or files; by default the models of diana.config.json',
      })
      .options({
        ...modelOptions,
        ...compileOptions,
        ...shardOption,
        ...jobsOption,
        strength: strengthOptions.strength,
      })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder of baselines' })
      .config(configured([...CONFIGURED, 'output'])),
  handler: async (args) => {
    const { baseline } = await import('../actions/baseline.js');
    await baseline({ ...args, models: modelWords(args.models) });
  },
};
