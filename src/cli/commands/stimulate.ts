import type { CommandModule } from 'yargs';
import {
  CONFIGURED,
  type CompileArguments,
  compileOptions,
  type ModelArguments,
  modelOptions,
} from '../options.js';
import { strengthOptions } from '../strength-options.js';
import { configured } from '../team-config.js';

interface Arguments extends CompileArguments, ModelArguments {
  readonly model: string;
  readonly output: string;
  readonly tries?: number | undefined;
  readonly vectors?: number | undefined;
  readonly strength?: number | undefined;
  readonly 'min-strength'?: string | undefined;
}

/** `stimulate MODEL -o DIR`: inputs that notice more planted faults, with golden outputs. */
export const stimulateCommand: CommandModule<object, Arguments> = {
  command: 'stimulate <model>',
  describe: 'search inputs for which verify notices more faults, and write them with golden outputs',
  builder: (y) =>
    y
      .positional('model', { type: 'string', demandOption: true, describe: 'name or file' })
      .options({ ...modelOptions, ...compileOptions })
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        describe: 'folder for the vectors, as verify --golden and compile --emit c --golden take it',
      })
      .option('tries', { type: 'number', describe: 'inputs to look at for a vector (64)' })
      .option('vectors', {
        type: 'number',
        describe: 'vectors to find, each for what those before it miss (1); several get a folder each',
      })
      .options(strengthOptions)
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const { stimulateModel } = await import('../actions/stimulate.js');
    process.exitCode = await stimulateModel(args);
  },
};
