import { REGISTER_NAMES } from '../../../sim/rv32/disassemble.js';

/** What GDB is told of the core: 32 registers of 32 bits and the pc, by their ABI names. */
export const TARGET_XML = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
  '<target version="1.0">',
  '<architecture>riscv:rv32</architecture>',
  '<feature name="org.gnu.gdb.riscv.cpu">',
  ...REGISTER_NAMES.map(
    (name, n) =>
      `<reg name="${name === 's0' ? 'fp' : name}" bitsize="32" regnum="${n}" type="${pointer(name)}"/>`,
  ),
  '<reg name="pc" bitsize="32" type="code_ptr"/>',
  '</feature>',
  '</target>',
].join('');

function pointer(name: string): string {
  if (name === 'ra') return 'code_ptr';
  return name === 'sp' || name === 'gp' || name === 'tp' || name === 's0' ? 'data_ptr' : 'int';
}
