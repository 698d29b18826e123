#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { UserError } from '../../base/errors.js';
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

// A reader that has seen enough (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Files are written whole or not at all, so stopping between two of them leaves no part behind.
process.on('SIGINT', () => process.exit(130));

try {
  await yargs(hideBin(process.argv))
    .scriptName('diana-sim')
    .usage('$0 <command>: compile, simulate and verify networks for the digital core of DIANA')
    .command(showCommand)
    .command(compileCommand)
    .command(simulateCommand)
    .command(verifyCommand)
    .command(reportCommand)
    .command(baselineCommand)
    .command(compareCommand)
    .command(mergeCommand)
    .command(disasmCommand)
    .command(execCommand)
    .command(modelsCommand)
    .command(quantizeCommand)
    .demandCommand(1, 'Name a command; `diana-sim --help` lists them.')
    .strict()
    .version(GENERATOR)
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      throw error ?? new UserError(message);
    })
    .parseAsync();
} catch (error) {
  fail(error);
}
