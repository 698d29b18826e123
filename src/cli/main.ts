#!/usr/bin/env node
import yargs, { type CommandModule } from 'yargs';
import { hideBin } from 'yargs/helpers';
import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { GENERATOR } from '../generator.js';
import { baselineCommand } from './commands/baseline.js';
import { compareCommand } from './commands/compare.js';
import { compileCommand } from './commands/compile.js';
import { disasmCommand } from './commands/disasm.js';
import { execCommand } from './commands/exec.js';
import { mergeCommand } from './commands/merge.js';
import { modelsCommand } from './commands/models.js';
import { quantizeCommand } from './commands/quantize.js';
import { reportCommand } from './commands/report.js';
import { showCommand } from './commands/show.js';
import { simulateCommand } from './commands/simulate.js';
import { verifyCommand } from './commands/verify.js';

/** One line for whoever caused it, the stack for whoever can mend it. */
function fail(error: unknown): never {
  if (error instanceof UserError) {
    process.stderr.write(`diana-sim: ${error.message.replaceAll('\n', ' ')}\n`);
    process.exit(error.exitCode);
  }
  process.stderr.write(`diana-sim: this is a bug: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(70);
}

// Each command has arguments of its own; yargs checks them by the command's builder.
const COMMANDS = [
  showCommand,
  compileCommand,
  simulateCommand,
  verifyCommand,
  reportCommand,
  baselineCommand,
  compareCommand,
  mergeCommand,
  disasmCommand,
  execCommand,
  modelsCommand,
  quantizeCommand,
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
const LISTS = ['_', 'models', 'results', 'input', 'dimensions', 'break', 'watch'];

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
  const takesModel = COMMANDS.some((c) => /^(\w+) [<[]models?/.exec(String(c.command))?.[1] === command);
  defaults(async (_, words = []) => {
    if (!takesModel || current.startsWith('-')) return done(words);
    const { modelNames, suiteNames } = await import('../models/registry.js');
    done([...words, ...modelNames(), ...suiteNames()].filter((w) => w.startsWith(current)));
  });
}

// A reader that has seen enough (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Files are written whole or not at all, so stopping between two of them leaves no part behind.
process.on('SIGINT', () => process.exit(130));

try {
  const words = hideBin(process.argv);
  checkCommand(words);
  await yargs(words)
    .scriptName('diana-sim')
    .usage('$0 <command>: compile, simulate and verify networks for the digital core of DIANA')
    .command(COMMANDS)
    .middleware(refuseTwiceOrEmpty)
    .demandCommand(1, 'Name a command; `diana-sim --help` lists them.')
    .strict(words[0] !== COMPLETING)
    .version(GENERATOR)
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
} catch (error) {
  fail(error);
}
