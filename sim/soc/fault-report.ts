import { hex } from '../../src/base/units.js';
import { disassemble, registerName } from '../rv32/disassemble.js';
import { MachineFault } from '../rv32/faults.js';
import type { Soc } from './soc.js';

/** The same fault with the symbol beside the pc. */
export const locate = (fault: MachineFault, soc: Soc): MachineFault =>
  new MachineFault(fault.kind, fault.pc, fault.what, fault.fix, soc.symbols.describe(fault.pc));

/** Where the program is and through which calls it came there, innermost first: "0x1c008010 <main+0x10>". */
export function callStack(soc: Soc, pc = soc.core.pc): string[] {
  const { core, symbols } = soc;
  const frames = [symbols.describe(pc)];
  for (const back of core.calls.returnAddresses()) {
    // The call lies before its return address, which may be the first byte of another function.
    const f = symbols.functionAt(back - 1);
    const place = f === undefined ? hex(back) : `${hex(back)} <${f.name}+0x${(back - f.start).toString(16)}>`;
    frames.push(`${place} (return address)`);
  }
  return frames;
}

/** Four registers a line. */
export function registerLines(soc: Soc): string[] {
  const cell = (n: number): string => `${registerName(n).padStart(4)} ${hex(soc.core.x[n]!)}`;
  const lines: string[] = [];
  for (let row = 0; row < 32; row += 4) lines.push([0, 1, 2, 3].map((i) => cell(row + i)).join('  '));
  return lines;
}

/** "0x1c008010 <main+0x10>: c.addi sp, -16". Undefined where no code is. */
export function instructionLine(soc: Soc, pc: number): string | undefined {
  if (!soc.core.cache.contains(pc) || !soc.bus.executable(pc)) return undefined;
  const text = disassemble(soc.core.cache.at(pc), pc, (a) => soc.symbols.name(a));
  return `${soc.symbols.describe(pc)}: ${text}`;
}

/** What a user needs to find a fault: the last instructions, the registers, the way there. `recent` is oldest first. */
export function faultReport(soc: Soc, recent: readonly number[], pc: number): string {
  const ran = recent.map((at) => instructionLine(soc, at)).filter((line) => line !== undefined);
  const part = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((l) => `  ${l}`)];
  return [
    ...part('last instructions, newest at the end', ran),
    ...part('registers', [`  pc ${hex(pc)}`, ...registerLines(soc)]),
    ...part('call stack, innermost first', callStack(soc, pc)),
  ].join('\n');
}
