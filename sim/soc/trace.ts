import { hex } from '../../src/base/units.js';
import { disassemble, registerName } from '../rv32/disassemble.js';
import { memoryTouch, peekBytes } from './access.js';
import type { Debugger, Stop } from './debugger.js';

/**
 * Runs one instruction and tells it in a line: cycle, address, word, disassembly, registers written, memory touched.
 * "      12 1c008084 <_start+0x4>  00000297 auipc t0, 0x0  t0=0x1c008084".
 */
export function traceStep(debug: Debugger): { readonly line: string; readonly stop: Stop | undefined } {
  const { soc } = debug;
  const { core, symbols } = soc;
  const pc = core.pc;
  const cycle = core.now();
  const before = Int32Array.from(core.x);
  const known = core.cache.contains(pc) && soc.bus.executable(pc);
  const d = known ? core.cache.at(pc) : undefined;
  const touch = memoryTouch(soc, pc);
  const stop = debug.step();
  const text =
    d === undefined
      ? '(no code)'
      : `${d.word
          .toString(16)
          .padStart(d.bytes * 2, '0')
          .padEnd(8)} ${disassemble(d, pc, (a) => symbols.name(a))}`;
  const effects: string[] = [];
  for (let r = 1; r < 32; r++)
    if (core.x[r] !== before[r]) effects.push(`${registerName(r)}=${hex(core.x[r]!)}`);
  if (touch !== undefined) {
    const data = touch.kind === 'write' ? peekBytes(soc, touch.address, touch.bytes) : undefined;
    const value =
      data === undefined
        ? ''
        : `=${[...data]
            .reverse()
            .map((b) => b.toString(16).padStart(2, '0'))
            .join('')}`;
    effects.push(`${touch.kind} ${touch.bytes} at ${symbols.describe(touch.address)}${value}`);
  }
  const place = `${pc.toString(16).padStart(8, '0')}${symbols.name(pc) === undefined ? '' : ` <${symbols.name(pc)}>`}`;
  const line = `${String(cycle).padStart(9)} ${place}  ${text}${effects.length > 0 ? `  ${effects.join(', ')}` : ''}`;
  return { line, stop };
}
