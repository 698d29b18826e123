import type { CommandModule } from 'yargs';
import { namedModels } from '../model-argument.js';
import {
  CONFIGURED,
  type CompileArguments,
  compileOptions,
  type ModelArguments,
  modelOptions,
  readCompileOptions,
} from '../options.js';
import { configured } from '../team-config.js';

interface Arguments extends CompileArguments, ModelArguments {
  readonly model: string;
  readonly json: string | undefined;
}

/** `advise MODEL`: what bounds each layer, and which changes of the network cost less. */
export const adviseCommand: CommandModule<object, Arguments> = {
  command: 'advise <model>',
  describe: 'what bounds each layer, and changes of the network that a compile found to cost less',
  builder: (y) =>
    y
      .positional('model', { type: 'string', demandOption: true, describe: 'name, suite or file' })
      .options({ ...modelOptions, ...compileOptions })
      .option('json', {
        type: 'string',
        describe: 'file for the advice as JSON, a list with an entry a model',
      })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    const options = await readCompileOptions(args);
    const models = await namedModels([args.model], args);
    const [{ advise }, { renderAdvice }, { terminalOptions }, { stableJson }, { writeFileAtomic }] =
      await Promise.all([
        import('../../advise/advise.js'),
        import('../../../reports/terminal/advice.js'),
        import('../../../reports/terminal/style.js'),
        import('../../../reports/json.js'),
        import('../../node/atomic-write.js'),
      ]);
    const all = [];
    for (const [i, m] of models.entries()) {
      const advice = advise(await m.build(), options);
      all.push(advice);
      process.stdout.write(
        `${i === 0 ? '' : '\n'}${renderAdvice(advice, terminalOptions(process.stdout, process.env))}`,
      );
    }
    if (args.json !== undefined) writeFileAtomic(args.json, stableJson(all));
  },
};
