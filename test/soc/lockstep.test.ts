import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../sim/rv32/disassemble.js';
import { Soc } from '../../sim/soc/soc.js';
import { CODE, linuxElf, randomProgram } from './random-program.js';
import { inFolder } from './toolchain.js';

const QEMU = 'qemu-riscv32';
const present = spawnSync(QEMU, ['--version']).status === 0;
if (!present) console.warn(`${QEMU} is not installed: random programs are not compared with it`);

interface State {
  readonly pc: number;
  readonly x: Int32Array;
}

/** The registers before every instruction, as qemu logs them. */
function qemuStates(elf: Uint8Array, end: number): State[] {
  return inFolder((folder) => {
    const [program, log] = [join(folder, 'program.elf'), join(folder, 'log')];
    writeFileSync(program, elf, { mode: 0o755 });
    const ran = spawnSync(QEMU, ['-singlestep', '-d', 'cpu,nochain', '-D', log, program], {
      timeout: 20_000,
    });
    expect([ran.status, ran.signal]).toEqual([0, null]);
    const states: State[] = [];
    for (const block of readFileSync(log, 'utf8').split(/^ pc /m).slice(1)) {
      const pc = Number.parseInt(block, 16);
      const x = new Int32Array(32);
      for (const [, n, value] of block.matchAll(/x(\d+)\/\w+\s+([0-9a-f]{8})/g))
        x[Number(n)] = Number.parseInt(value!, 16);
      states.push({ pc, x });
      if (pc === end) break;
    }
    return states;
  });
}

/** Program and initial registers; qemu starts with a stack pointer of its own. */
function start(elf: Uint8Array, first: State): Soc {
  const soc = new Soc(elf, { oddJumps: 'clear' });
  soc.core.x.set(first.x);
  return soc;
}

describe.skipIf(!present)('random RV32IMC programs in lockstep with qemu', () => {
  let total = 0;
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))('seed %i', (seed) => {
    const { code, end } = randomProgram(seed, 120);
    const elf = linuxElf(code);
    const states = qemuStates(elf, end);
    expect(states.at(-1)?.pc).toBe(end);
    const soc = start(elf, states[0]!);
    for (const [i, state] of states.entries()) {
      const { core } = soc;
      if (core.pc !== state.pc || core.x.some((v, r) => v !== state.x[r])) {
        const before = states[i - 1]!;
        const line = disassemble(core.cache.at(before.pc), before.pc);
        expect({ after: line, pc: core.pc, x: [...core.x] }).toEqual({
          after: line,
          pc: state.pc,
          x: [...state.x],
        });
      }
      if (state.pc !== end) core.step();
    }
    total += states.length;
    translatedRun(elf, states, end);
  });

  it('covered ten thousand instructions', () => expect(total).toBeGreaterThan(10_000));
});

/** The same program at full speed: after the same number of cycles the same registers and memory. */
function translatedRun(elf: Uint8Array, states: readonly State[], end: number): void {
  const stepped = start(elf, states[0]!);
  for (let i = 1; i < states.length; i++) stepped.core.step();
  const cycles = stepped.core.now();
  const fast = start(elf, states[0]!);
  fast.core.run(cycles);
  expect({ pc: fast.core.pc, x: [...fast.core.x] }).toEqual({ pc: end, x: [...states.at(-1)!.x] });
  expect(fast.core.now()).toBe(cycles);
  const bytes = (soc: Soc) => Buffer.from(soc.l2.peek(CODE, 0x8000, 'test')).toString('base64');
  expect(bytes(fast)).toBe(bytes(stepped));
}
