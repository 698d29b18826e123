import type { CommandModule } from 'yargs';

interface Arguments {
  readonly result: string;
  readonly format: string;
  readonly output: string | undefined;
}

/** `report RESULT.json`: renders a stored result. */
export const reportCommand: CommandModule<object, Arguments> = {
  command: 'report <result>',
  describe: 'render a result that --json or merge wrote',
  builder: (y) =>
    y
      .positional('result', { type: 'string', demandOption: true, describe: 'result file (.json)' })
      .option('format', {
        alias: 'f',
        type: 'string',
        default: 'table',
        describe: 'table, markdown, csv, json, html, trace, junit, summary, annotations, png or all',
      })
      .option('output', { alias: 'o', type: 'string', describe: 'file, or folder for png and all' }),
  handler: async (args) => {
    const { report } = await import('../actions/report.js');
    report(args);
  },
};
