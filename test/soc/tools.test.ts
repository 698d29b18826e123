import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MachineFault } from '../../sim/rv32/faults.js';
import { memoryTouch, peekBytes, pokeBytes } from '../../sim/soc/access.js';
import { Debugger } from '../../sim/soc/debugger.js';
import { explainFault } from '../../sim/soc/explain.js';
import { flatProfile, runStatistics } from '../../sim/soc/report.js';
import { profileElf, runElf } from '../../sim/soc/run-elf.js';
import { Soc } from '../../sim/soc/soc.js';
import { traceStep } from '../../sim/soc/trace.js';
import { compileC, gccPresent } from './toolchain.js';

const demo = readFileSync(new URL('../data/soc/demo.elf', import.meta.url));

describe('trace', () => {
  const debug = new Debugger(new Soc(demo));
  const lines: string[] = [];
  let ended = false;
  while (!ended) {
    const { line, stop } = traceStep(debug);
    lines.push(line);
    ended = stop?.kind === 'exit';
  }
  it('starts at the entry and ends at the store that ends the program', () => {
    expect(lines[0]).toMatch(/^ {8}0 1c008080 <_start> {2}ffff8117 auipc sp, 0x\w+ {2}sp=0x1c0\w+$/);
    expect(lines.at(-1)).toMatch(/<exit\+0x\w+> {2}0aa32023 sw a0, 160\(t1\) {2}write 4 at 0x1a1040a0$/);
  });
  it('has a line for every instruction, with cycles that only grow', () => {
    const result = runElf(demo);
    expect(lines).toHaveLength(result.instructions);
    const cycles = lines.map((l) => Number(l.slice(0, 9)));
    expect(cycles.every((c, i) => i === 0 || c > cycles[i - 1]!)).toBe(true);
    expect(debug.soc.core.now()).toBe(result.cycles);
  });
  it('tells what was written where', () =>
    expect(lines.some((l) => /write 4 at 0x1c01\w+ <table\+0x4>=\w{8}$/.test(l))).toBe(true));
});

describe('debugger', () => {
  it('stops at breakpoints as often as they are reached', () => {
    const debug = new Debugger(new Soc(demo));
    debug.breakpoints.add(debug.soc.symbols.address('print_unsigned')!);
    let hits = 0;
    while (debug.run(1e9).kind === 'break') hits++;
    expect(hits).toBe(23);
  });
  it('knows what an instruction is about to touch', () => {
    const soc = new Soc(demo);
    const debug = new Debugger(soc);
    let touch = memoryTouch(soc, soc.core.pc);
    while (touch === undefined) {
      debug.step();
      touch = memoryTouch(soc, soc.core.pc);
    }
    // The first access of the program clears the first word of .bss.
    expect(touch).toEqual({ kind: 'write', address: soc.symbols.address('bss_start'), bytes: 4 });
  });
  it('patches code that is already translated', () => {
    const soc = new Soc(demo);
    const fib = soc.symbols.address('fibonacci')!;
    soc.core.run(20_000);
    expect(pokeBytes(soc, fib, Uint8Array.of(0x82, 0x80))).toBe(true); // c.jr ra
    expect([...peekBytes(soc, fib, 2)!]).toEqual([0x82, 0x80]);
    expect(soc.core.cache.at(fib).word).toBe(0x8082);
    expect(pokeBytes(soc, 0x1a100000, Uint8Array.of(0))).toBe(false);
  });
});

describe('reports', () => {
  it('tell cycles, jobs and the exit status', () => {
    const { profile, result } = profileElf(demo);
    expect(runStatistics(result)).toMatch(/^cycles +\d+\ninstructions +\d+ +0\.\d\d a cycle\n/);
    expect(runStatistics(result)).toMatch(/jobs +2\nexit status +42$/);
    expect(flatProfile(profile, result)).toMatch(
      / fibonacci\n[\s\S]*copyIn 64 bytes\n +1 +\d+ +74 {2}copyOut 64 bytes$/,
    );
  });
});

describe.skipIf(!gccPresent)('the report of a fault', () => {
  const source = `#include "soc.h"
__attribute__((noinline)) static int inner(volatile int *p) { return *p + 1; }
__attribute__((noinline)) static int outer(int n) { int s = 0; for (int i = 0; i < n; i++) s += inner((volatile int *)0x1c010000); return s + inner((volatile int *)0x60000004) + 1; }
int main(void) { return outer(100000) + 1; }`;
  it('shows the last instructions, the registers and the calls', () => {
    const elf = compileC(source, ['-O1']);
    let machine: Soc | undefined;
    let fault: unknown;
    try {
      runElf(elf, {
        prepare: (soc) => {
          machine = soc;
        },
      });
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(MachineFault);
    expect((fault as MachineFault).message).toMatch(
      /^read of 4 bytes at 0x60000004: nothing is there \(pc 0x1c00\w+ <inner>\)/,
    );
    const report = explainFault(elf, {}, machine!.core.now());
    const inner = /last instructions, newest at the end:\n(?: {2}.*\n)+/.exec(report)?.[0] ?? '';
    expect(inner.trimEnd().split('\n').at(-1)).toMatch(/<inner>: (c\.)?lw a0, 0\(a0\)$/);
    expect(report).toMatch(/registers:\n {4}pc 0x1c00\w+\n/);
    expect(report).toMatch(/ a0 0x60000004/);
    const calls = report.slice(report.indexOf('call stack')).split('\n').slice(1);
    expect(calls.map((l) => /<(\w+)/.exec(l)?.[1])).toEqual(['inner', 'outer', 'main', '_start']);
  });
});
