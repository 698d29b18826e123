import type { CommandModule } from 'yargs';

interface Arguments {
  readonly results: readonly string[];
  readonly output: string;
}

/** `merge RESULT.json...`: joins what the shards of one command wrote. */
export const mergeCommand: CommandModule<object, Arguments> = {
  command: 'merge <results..>',
  describe: 'join the results of shards into one; exit 1 where one of them differs',
  builder: (y) =>
    y
      .positional('results', { type: 'string', array: true, demandOption: true, describe: 'result files' })
      .option('output', {
        alias: 'o',
        type: 'string',
        demandOption: true,
        describe: 'file for the joined result',
      }),
  handler: async (args) => {
    const { merge } = await import('../actions/report.js');
    process.exitCode = await merge(args.results, args.output);
  },
};
