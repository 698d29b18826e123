import type { CommandModule } from 'yargs';
import { type CheckArguments, checkOptions } from '../check-options.js';
import { fileOptions, type ModelArguments } from '../model-options.js';
import { adviseOption, explainOption, outputOptions } from '../output.js';

interface Arguments extends Omit<ModelArguments, 'seed'>, CheckArguments {
  readonly program: string;
  readonly input: readonly string[] | undefined;
  readonly output: string | undefined;
  readonly seed: string;
  readonly trace: string | undefined;
  readonly against?: string | undefined;
  readonly explain: boolean;
  readonly advise: boolean;
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** `simulate DIR`: runs a program, without reference or against a model. */
export const simulateCommand: CommandModule<object, Arguments> = {
  command: 'simulate <program>',
  describe: 'run a compiled program on the simulated chip',
  builder: (y) =>
    y
      .positional('program', { type: 'string', demandOption: true, describe: 'folder that compile wrote' })
      .option('input', {
        type: 'string',
        array: true,
        describe: 'F.npy, or NAME=F.npy for each input; built-in inputs otherwise',
      })
      .option('output', { alias: 'o', type: 'string', describe: 'folder for the outputs as .npy' })
      .option('seed', { type: 'string', default: '0', describe: 'seed of the built-in inputs' })
      .option('trace', { type: 'string', describe: 'file for one line a job' })
      .options(fileOptions)
      .option('against', {
        type: 'string',
        describe:
          'the model that the program was made of: compare every tensor with the reference; exit 1 on a difference',
      })
      .option('explain', explainOption)
      .option('advise', { ...adviseOption, describe: `with --against: ${adviseOption.describe}` })
      .options(checkOptions)
      .options(outputOptions),
  handler: async (args) => {
    const { simulate } = await import('../actions/simulate.js');
    const { untilFinding } = await import('../check-run.js');
    process.exitCode = await untilFinding(args, () => simulate(args));
  },
};
