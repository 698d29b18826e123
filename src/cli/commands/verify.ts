import type { CommandModule } from 'yargs';
import { UserError } from '../../base/errors.js';
import { OPTIMIZATIONS } from '../../results/soc.js';
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
import { adviseOption, explainOption, outputOptions } from '../output.js';
import { strengthOptions } from '../strength-options.js';
import { configured } from '../team-config.js';

interface Arguments extends CompileArguments, ModelArguments, JobsArguments {
  readonly models?: readonly string[] | undefined;
  readonly input: readonly string[] | undefined;
  readonly golden?: string | undefined;
  readonly 'golden-order'?: string | undefined;
  readonly runs: number;
  readonly explain: boolean;
  readonly advise: boolean;
  readonly 'reference-backend': string;
  readonly native?: boolean | undefined;
  readonly elf?: string | undefined;
  readonly on: string;
  readonly optimize: string;
  readonly strength?: number | undefined;
  readonly 'min-strength'?: string | undefined;
  readonly json: string | undefined;
  readonly report: string | undefined;
  readonly shard: string | undefined;
}

/** `verify MODEL...`: compile, simulate, compare with the reference, report. */
export const verifyCommand: CommandModule<object, Arguments> = {
  command: 'verify [models..]',
  describe: 'compile, simulate and compare every tensor with the reference; exit 1 on a difference',
  builder: (y) =>
    y
      .positional('models', {
        type: 'string',
        array: true,
        describe: 'names, suites or files; by default the models of diana.config.json',
      })
      .options({ ...modelOptions, ...compileOptions })
      .option('input', {
        type: 'string',
        array: true,
        describe: 'F.npy, or NAME=F.npy for each input; built-in inputs otherwise',
      })
      .option('golden', {
        type: 'string',
        describe: 'folder of recorded vectors (input.txt, out_layerN.txt or .npy) to compare with',
      })
      .option('golden-order', {
        type: 'string',
        default: 'extents',
        describe: 'the order of its text files: hwc, chw, or extents (chw where the extents say so)',
      })
      .option('runs', {
        type: 'number',
        default: 1,
        describe: 'number of runs with different built-in inputs',
      })
      .option('reference-backend', {
        type: 'string',
        default: 'wasm',
        describe: 'tfjs backend: wasm, cpu or node',
      })
      .option('native', {
        type: 'boolean',
        default: false,
        describe: 'with --target c: also build the generated C for this machine and compare every kernel',
      })
      .option('elf', {
        type: 'string',
        describe:
          "a binary that another compiler made of the model: run it on the SoC, compare its kernels' results",
      })
      .option('on', {
        type: 'string',
        default: 'program',
        describe: 'what runs: program; soc = also the cross-compiled C on the whole SoC, with its cycles',
      })
      .option('optimize', {
        type: 'string',
        default: 'O2',
        describe: `with --on soc: ${OPTIMIZATIONS.join(', ')}, as the C compiler has it`,
      })
      .option('explain', explainOption)
      .option('advise', adviseOption)
      .options({ ...strengthOptions, ...shardOption, ...jobsOption, ...outputOptions })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const given = { ...args, models: modelWords(args.models) };
    if (args.elf !== undefined) {
      if (given.strength !== undefined || given['min-strength'] !== undefined)
        throw new UserError('--strength plants faults in a program of this compiler; leave --elf out.');
      const { verifyElf } = await import('../actions/verify-elf.js');
      process.exitCode = await verifyElf({ ...given, elf: args.elf });
      return;
    }
    const { verify } = await import('../actions/verify.js');
    process.exitCode = await verify(given);
  },
};
