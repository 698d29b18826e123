import type { CommandModule } from 'yargs';
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

const STAGES = ['input', 'partitioned', 'memory'] as const;
type Stage = (typeof STAGES)[number];

interface Arguments extends CompileArguments, ModelArguments {
  readonly model: string;
  readonly stage: Stage;
}

/** `show MODEL --stage S`: Relay text before and after partitioning, or the memory plan. */
export const showCommand: CommandModule<object, Arguments> = {
  command: 'show <model>',
  describe: 'print a model as Relay text, or its memory plan',
  builder: (y) =>
    y
      .positional('model', { type: 'string', demandOption: true, describe: 'name or file' })
      .options({ ...modelOptions, ...compileOptions })
      .option('stage', { choices: STAGES, default: 'input' as Stage, describe: 'what to print' })
      .config(configured(CONFIGURED)),
  handler: async (args) => {
    // The memory plan compiles; a text is shown with or without its constants' values.
    const model = await oneModel(args.model, args, { standInConstants: args.stage !== 'memory' });
    if (args.stage === 'input') {
      const { printModule } = await import('../../relay/print.js');
      process.stdout.write(printModule(model.main, { types: false }));
      return;
    }
    const options = await readCompileOptions(args);
    const { compile, partitionModel } = await import('../../compile.js');
    if (args.stage === 'partitioned') {
      const { printModule } = await import('../../relay/print.js');
      const { laidOut, warnings } = partitionModel(model, options);
      printWarnings(warnings, 'the report of verify lists each');
      process.stdout.write(printModule(laidOut.main, { types: true }));
      return;
    }
    const { renderMemoryPlan } = await import('../../program/memory-plan.js');
    process.stdout.write(renderMemoryPlan(compile(model, options).manifest));
  },
};
