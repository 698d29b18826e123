import type { CommandModule } from 'yargs';

/** `disasm DIR`: all jobs of a program with decoded instructions. */
export const disasmCommand: CommandModule<object, { readonly program: string }> = {
  command: 'disasm <program>',
  describe: 'print all jobs of a program with their decoded instructions',
  builder: (y) =>
    y.positional('program', { type: 'string', demandOption: true, describe: 'folder that compile wrote' }),
  handler: async (args) => {
    const [{ readProgram }, { disassemble }] = await Promise.all([
      import('../../node/program-folder.js'),
      import('../../program/disassemble.js'),
    ]);
    const out = disassemble(readProgram(args.program));
    process.stdout.write(out);
  },
};
