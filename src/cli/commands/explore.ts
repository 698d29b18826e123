import type { CommandModule } from 'yargs';
import { modelWords } from '../model-argument.js';
import type { JobsArguments } from '../model-workers.js';
import {
  CONFIGURED,
  type CompileArguments,
  compileOptions,
  type ModelArguments,
  modelOptions,
} from '../options.js';
import { configured } from '../team-config.js';

interface Arguments extends CompileArguments, ModelArguments, JobsArguments {
  readonly models: readonly string[] | undefined;
  readonly vary: readonly string[];
  readonly objective: string;
  readonly top: number;
  readonly format: string;
  readonly output: string | undefined;
  readonly shard: string | undefined;
}

/** `explore MODEL... --vary NAME=VALUES`: cycles and energy over a grid of parameters. */
export const exploreCommand: CommandModule<object, Arguments> = {
  command: 'explore [models..]',
  describe: 'what networks would cost with other parameters: a grid of points, its Pareto front and knee',
  builder: (y) =>
    y
      .positional('models', { type: 'string', array: true, describe: 'names, suites or files' })
      .options({ ...modelOptions, ...compileOptions })
      .option('vary', {
        type: 'string',
        array: true,
        nargs: 1,
        demandOption: true,
        describe:
          'NAME=A,B,... or NAME=LOW:HIGH:xN or :+N, once for each parameter: l1, wmem, l2, clock, copy.bytesPerCycle, cost-model or any of --hw',
      })
      .option('objective', {
        type: 'string',
        default: 'cycles',
        describe: 'what orders points: cycles, energy or edp',
      })
      .option('top', { type: 'number', default: 20, describe: 'points in the table' })
      .option('format', {
        alias: 'f',
        type: 'string',
        default: 'table',
        describe: 'table, csv, json or html',
      })
      .option('output', { alias: 'o', type: 'string', describe: 'file to write' })
      .option('shard', {
        type: 'string',
        describe: 'i/n: the i-th of n parts of the points; join JSON files with merge',
      })
      .option('jobs', {
        type: 'number',
        describe: 'threads that share the points; as many as the machine has cores by default',
      })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const { explore } = await import('../actions/explore.js');
    await explore({ ...args, models: modelWords(args.models) });
  },
};
