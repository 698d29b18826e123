import type { CommandModule } from 'yargs';
import { oneModel } from '../model-argument.js';
import { type CompileArguments, compileOptions, modelOptions, readCompileOptions } from '../options.js';
import { printWarnings } from '../warnings.js';

interface Arguments extends CompileArguments {
  readonly model: string;
  readonly output: string;
  readonly seed: string;
  readonly params?: string | undefined;
}

/** `compile MODEL -o DIR`: writes the Program that `simulate` and `disasm` read. */
export const compileCommand: CommandModule<object, Arguments> = {
  command: 'compile <model>',
  describe: 'compile a model to a program for the simulator',
  builder: (y) =>
    y
      .positional('model', { type: 'string', demandOption: true, describe: 'name or file' })
      .options({ ...modelOptions, ...compileOptions })
      .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'folder to write' }),
  handler: async (args) => {
    const model = await oneModel(args.model, args);
    const options = await readCompileOptions(args);
    const { compile } = await import('../../compile.js');
    const { writeProgram } = await import('../../../program/write.js');
    const program = compile(model, options);
    printWarnings(program.manifest.warnings);
    writeProgram(args.output, program);
    const { layers, steps, memory } = program.manifest;
    const digital = layers.filter((l) => l.target === 'digital').length;
    const jobs = steps.filter((s) => s.kind === 'job').length;
    process.stdout.write(
      `${args.output}: ${model.name}, ${digital} layers on the core, ${layers.length - digital} kernels on the host, ` +
        `${jobs} jobs, ${memory.l2} bytes of L2 (${memory.l2Constants} constant)\n`,
    );
  },
};
