import yargs, { type CommandModule } from 'yargs';
import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { GENERATOR } from '../generator.js';
import { adviseCommand } from './commands/advise.js';
import { baselineCommand } from './commands/baseline.js';
import { compareCommand } from './commands/compare.js';
import { compileCommand } from './commands/compile.js';
import { disasmCommand } from './commands/disasm.js';
import { execCommand } from './commands/exec.js';
import { exploreCommand } from './commands/explore.js';
import { historyCommand } from './commands/history.js';
import { mergeCommand } from './commands/merge.js';
import { modelsCommand } from './commands/models.js';
import { quantizeCommand } from './commands/quantize.js';
import { reportCommand } from './commands/report.js';
import { showCommand } from './commands/show.js';
import { simulateCommand } from './commands/simulate.js';
import { stimulateCommand } from './commands/stimulate.js';
import { uiCommand } from './commands/ui.js';
import { verifyCommand } from './commands/verify.js';
import { withDefaultStrength } from './strength-options.js';
import { prepareTeamConfig } from './team-config.js';

/** One line for whoever caused it, the stack for whoever can mend it; returns the exit status. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof UserError) {
    process.stderr.write(`diana-sim: ${error.message.replaceAll('\n', ' ')}\n`);
    return error.exitCode;
  }
  const { sourceStack } = await import('./source-stack.js');
  const stack = error instanceof Error ? sourceStack(error.stack ?? error.message) : String(error);
  process.stderr.write(`diana-sim: this is a bug: ${stack}\n`);
  return 70;
}

// Each command has arguments of its own; yargs checks them by the command's builder.
const COMMANDS = [
  showCommand,
  compileCommand,
  simulateCommand,
  verifyCommand,
  stimulateCommand,
  reportCommand,
  baselineCommand,
  compareCommand,
  mergeCommand,
  disasmCommand,
  execCommand,
  modelsCommand,
  quantizeCommand,
  exploreCommand,
  adviseCommand,
  uiCommand,
  historyCommand,
] as unknown as CommandModule[];

/** The command that yargs brings: it prints the shell's script. */
const COMPLETION = 'completion';
/** What that script calls to ask for completions; yargs then must not check the half-written line. */
const COMPLETING = '--get-yargs-completions';

/** Refuses a command that does not exist with the nearest ones; yargs would call it an unknown argument. */
function checkCommand(words: readonly string[]): void {
  const names = [...COMMANDS.map((c) => String(c.command).split(' ')[0]!), COMPLETION];
  const [first] = words;
  if (first !== undefined && !first.startsWith('-') && !names.includes(first))
    throw new UserError(`command ${first} is not known; nearest: ${nearest(first, names).join(', ')}.`);
}

/** Arguments that may be several words. */
const LISTS = ['_', 'models', 'files', 'results', 'input', 'dimensions', 'break', 'watch', 'vary'];

/** What yargs lets pass: an option given twice, which it makes a list, and one without its value. */
function refuseTwiceOrEmpty(args: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(args)) {
    if (Array.isArray(value) && !LISTS.includes(name))
      throw new UserError(`--${name} is given ${value.length} times (${value.join(', ')}); give it once.`);
    if (value === undefined || value === '') throw new UserError(`--${name} needs a value.`);
  }
}

/** What may follow: yargs's commands and options, and the built-in models where a command takes one. */
function completions(
  current: string,
  argv: Readonly<Record<string, unknown>>,
  defaults: (done: (error: Error | null, words?: string[]) => void) => void,
  done: (words: string[]) => void,
): void {
  const command = Array.isArray(argv._) ? String(argv._[1] ?? '') : '';
  const takesModel = COMMANDS.some(
    (c) => /^(\w+) [<[](?:models?|files)/.exec(String(c.command))?.[1] === command,
  );
  defaults(async (_, words = []) => {
    if (!takesModel || current.startsWith('-')) return done(words);
    const { modelNames, suiteNames } = await import('../models/registry.js');
    done([...words, ...modelNames(), ...suiteNames()].filter((w) => w.startsWith(current)));
  });
}

/** `--check` alone is `--check=all`: its value is never the next word, which is a file. */
const withCheckValue = (word: string): string => (word === '--check' ? '--check=all' : word);

/** Parses one command line and runs its command. */
async function dispatch(given: readonly string[]): Promise<void> {
  const words = given.map(withCheckValue);
  checkCommand(words);
  await prepareTeamConfig();
  await yargs([...words])
    .scriptName('diana-sim')
    .usage('$0 <command>: compile, simulate and verify networks for the digital core of DIANA')
    .command(COMMANDS)
    .middleware(refuseTwiceOrEmpty)
    .demandCommand(1, 'Name a command; `diana-sim --help` lists them.')
    .strict(words[0] !== COMPLETING)
    .version(GENERATOR)
    // With completions printed, yargs must end the process, or it would go on to run the half-written line.
    .exitProcess(words[0] === COMPLETING)
    .help()
    .completion(
      COMPLETION,
      'print a script for bash or zsh that completes commands, options and models: add it to ~/.bashrc or ~/.zshrc',
      completions,
    )
    // yargs would break lines inside words
    .wrap(null)
    .fail((message, error) => {
      throw error ?? new UserError(message);
    })
    .parseAsync();
}

/**
 * Runs one command line (the words behind the program's name) to its end: prints on the process's stdout and stderr, reads and
 * writes files from its working folder. Ends the process only where the shell asks for completions; resolves to the exit status: 0 ok, 1 a difference or regression,
 * 2 bad input, 70 a bug, or what the program that `exec` ran returned.
 */
export async function runCli(words: readonly string[]): Promise<number> {
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await dispatch(withDefaultStrength(words));
    // Where a command leaves a status other than 0.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return await explain(error);
  } finally {
    process.exitCode = before;
  }
}
