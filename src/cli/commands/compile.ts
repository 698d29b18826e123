import type { CommandModule } from 'yargs';
import { UserError } from '../../base/errors.js';
import { printMapping } from '../mapped-model.js';
import { oneModel } from '../model-argument.js';
import {
  CONFIGURED,
  type CompileArguments,
  compileOptions,
  type ModelArguments,
  modelOptions,
  readCompileOptions,
} from '../options.js';
import { configured } from '../team-config.js';
import { printWarnings } from '../warnings.js';

interface Arguments extends CompileArguments, ModelArguments {
  readonly model: string;
  readonly output: string;
  readonly emit: string;
  readonly profile: string | undefined;
  readonly xpulp: boolean;
  readonly golden?: string | undefined;
}

/** `compile MODEL -o DIR`: writes the Program that `simulate` and `disasm` read, or the C project for the chip. */
export const compileCommand: CommandModule<object, Arguments> = {
  command: 'compile <model>',
  describe: 'compile a model to a program for the simulator, or to C for the chip',
  builder: (y) =>
    y
      .positional('model', { type: 'string', demandOption: true, describe: 'name or file' })
      .options({ ...modelOptions, ...compileOptions })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' })
      .option('emit', {
        choices: ['program', 'c'],
        default: 'program',
        describe: 'what to write: the program for the simulator, or a C project with makefiles',
      })
      .option('profile', {
        choices: ['individual', 'global'],
        describe: 'with --emit c: count cycles around each kernel, or around the whole network',
      })
      .option('xpulp', {
        type: 'boolean',
        default: false,
        describe: "with --emit c: host kernels with the core's Xpulp instructions",
      })
      .option('golden', {
        type: 'string',
        describe: 'with --emit c: folder of recorded vectors whose input the C program runs on',
      })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const model = await oneModel(args.model, args);
    const options = await readCompileOptions(args);
    const { compile } = await import('../../compile.js');
    const { writeProgram } = await import('../../node/program-folder.js');
    const program = compile(model, options);
    const listed =
      args.emit === 'c' ? 'the report of verify lists each' : `${args.output}/program.json lists each`;
    printWarnings(program.manifest.warnings, listed);
    await printMapping(model);
    if (args.emit === 'c') {
      const { parseProfile, writeProject } = await import('../actions/c-project.js');
      const { recordedInputs } = await import('../actions/recorded-inputs.js');
      writeProject(args.output, program, {
        ...(args.golden === undefined ? {} : { inputs: recordedInputs(args.golden, model, args.seed) }),
        seed: args.seed,
        profile: parseProfile(args.profile),
        xpulp: args.xpulp,
      });
      return;
    }
    if (args.xpulp) throw new UserError('--xpulp goes with --emit c.');
    if (args.golden !== undefined) throw new UserError('--golden goes with --emit c.');
    if (args.profile !== undefined) throw new UserError('--profile goes with --emit c.');
    writeProgram(args.output, program);
    const { layers, steps, memory } = program.manifest;
    const digital = layers.filter((l) => l.target === 'digital').length;
    const analog = layers.filter((l) => l.target === 'analog').length;
    const jobs = steps.filter((s) => s.kind === 'job').length;
    process.stdout.write(
      `${args.output}: ${model.name}, ${digital} layers on the core, ${analog === 0 ? '' : `${analog} on the analog core, `}${layers.length - digital - analog} kernels on the host, ` +
        `${jobs} jobs, ${memory.l2} bytes of L2 (${memory.l2Constants} constant)\n`,
    );
  },
};
