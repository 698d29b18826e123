import type { CommandModule } from 'yargs';
import type { ExecArguments } from '../actions/exec.js';
import { checkOptions } from '../check-options.js';

/** `exec APP.elf`: runs a cross-compiled program on the whole SoC. */
export const execCommand: CommandModule<object, ExecArguments> = {
  command: 'exec <elf>',
  describe: 'run a cross-compiled program on the SoC, instruction by instruction',
  builder: (y) =>
    y
      .positional('elf', { type: 'string', demandOption: true, describe: 'statically linked RV32 ELF file' })
      .option('max-cycles', {
        type: 'number',
        describe: 'stop a program that runs longer (default 10,000,000,000)',
      })
      .option('stats', {
        type: 'boolean',
        default: false,
        describe: 'cycles, instructions and jobs on stderr',
      })
      .option('profile', {
        type: 'string',
        describe: 'write PREFIX.callgrind and PREFIX.folded, and the flat profile on stderr',
      })
      .option('trace', { type: 'string', describe: 'write every instruction to a file; - is stderr' })
      .option('break', {
        type: 'string',
        array: true,
        describe: 'stop at a symbol or address, show registers and calls',
      })
      .option('watch', {
        type: 'string',
        array: true,
        describe: 'tell every write to the word at a symbol or address',
      })
      .option('gdb', { type: 'number', describe: 'wait for a debugger on this port of the loopback' })
      .option('check-initialised', {
        type: 'boolean',
        default: false,
        describe: 'reading memory that nothing wrote is an error (slower)',
      })
      .options(checkOptions)
      .option('json', { type: 'string', describe: 'file for what --check found, as JSON' })
      .option('report', { type: 'string', describe: 'folder for the same as a page and as JSON' })
      .option('hw', {
        type: 'string',
        describe: 'JSON file that overrides parameters of chip and cycle model',
      })
      .conflicts('gdb', ['trace', 'profile', 'break', 'watch'])
      .conflicts('profile', ['trace', 'break', 'watch']),
  handler: async (args) => {
    const { execProgram } = await import('../actions/exec.js');
    process.exitCode = await execProgram(args);
  },
};
