import type { CommandModule } from 'yargs';

interface Arguments {
  readonly files: readonly string[] | undefined;
  readonly port: number;
  readonly open: boolean;
}

/** `ui [FILES...]`: the site on 127.0.0.1, opened on a network or a result. */
export const uiCommand: CommandModule<object, Arguments> = {
  command: 'ui [files..]',
  describe:
    'open the browser on a network or a result: graph, layers, run, what if (serves on 127.0.0.1 alone)',
  builder: (y) =>
    y
      .positional('files', {
        type: 'string',
        array: true,
        describe:
          "a built-in network's name, or files: a network with what belongs to it, a Program's folder, a result.json",
      })
      .option('port', { type: 'number', default: 0, describe: 'port to serve on; 0: a free one' })
      .option('open', {
        type: 'boolean',
        default: true,
        describe: 'start the browser; --no-open prints the address alone',
      }),
  handler: async (args) => {
    const { ui } = await import('../actions/ui.js');
    await ui(args.files ?? [], args);
  },
};
