import type { CommandModule } from 'yargs';

const FILE = {
  type: 'string',
  default: 'diana-history.jsonl',
  describe: 'the history: a file of JSON lines that the team keeps',
} as const;

interface AddArguments {
  readonly results: readonly string[];
  readonly commit: string;
  readonly subject: string | undefined;
  readonly file: string;
  readonly replace: boolean;
}

/** `history add RESULT... --commit SHA`: appends what results or baselines say. */
const addCommand: CommandModule<object, AddArguments> = {
  command: 'add <results..>',
  describe: 'append what results or baselines say of a commit',
  builder: (y) =>
    y
      .positional('results', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'results (verify --json), baselines, or folders of them',
      })
      .option('commit', { type: 'string', demandOption: true, describe: "the commit's hash" })
      .option('subject', { type: 'string', describe: "the commit's first line, shown beside the hash" })
      .option('file', FILE)
      .option('replace', {
        type: 'boolean',
        default: false,
        describe: 'put new figures of a network at the same commit in the place of the old ones',
      }),
  handler: async (args) => {
    const { addToHistory } = await import('../actions/history.js');
    addToHistory(args);
  },
};

interface ShowArguments {
  readonly models: readonly string[] | undefined;
  readonly file: string;
  readonly last: number | undefined;
  readonly format: string;
  readonly output: string | undefined;
}

/** `history show`: cycles, energy, outputs, memories and strength over commits. */
const showCommand: CommandModule<object, ShowArguments> = {
  command: 'show [models..]',
  describe: 'cycles, energy, outputs, memories and strength over commits, and which commits moved them',
  builder: (y) =>
    y
      .positional('models', { type: 'string', array: true, describe: 'networks; all by default' })
      .option('file', FILE)
      .option('last', { type: 'number', describe: 'only the latest commits of each network' })
      .option('format', {
        alias: 'f',
        type: 'string',
        default: 'table',
        describe: 'table, markdown, csv, json or html',
      })
      .option('output', { alias: 'o', type: 'string', describe: 'file to write; the table is printed, too' }),
  handler: async (args) => {
    const { showHistory } = await import('../actions/history.js');
    showHistory(args);
  },
};

/** `history add` and `history show`. */
export const historyCommand: CommandModule = {
  command: 'history',
  describe: 'figures of networks over commits: add to a file of JSON lines, show it as charts',
  builder: (y) =>
    y
      .command(addCommand as unknown as CommandModule)
      .command(showCommand as unknown as CommandModule)
      .demandCommand(1, 'history needs add or show.'),
  handler: () => undefined,
};
