import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runElf } from '../../sim/soc/run-elf.js';
import { compileC, dataFile, gccPresent } from './toolchain.js';

const demo = readFileSync(new URL('../data/soc/demo.elf', import.meta.url));
/** Checked against the same arithmetic compiled for the workstation. */
const DEMO_OUTPUT = 'fib 610\nsorted -487 484\nwide -146334136\ncopied 120\nwoken by 10\n';

describe('the prebuilt program', () => {
  it('runs from its first instruction to its exit', () => {
    const characters: number[] = [];
    const result = runElf(demo, { put: (c) => characters.push(c) });
    expect(result.stdout).toBe(DEMO_OUTPUT);
    expect(String.fromCharCode(...characters)).toBe(DEMO_OUTPUT);
    expect(result.exitStatus).toBe(42);
  });

  it('takes the same cycles whether it is translated or interpreted, watched or not', () => {
    const backends = ['webassembly', 'javascript', 'interpreter'] as const;
    const options = [{}, ...backends.map((backend) => ({ backend })), { checkInitialised: true }];
    const observer = { call() {}, return() {}, leave() {}, trap() {}, trapReturn() {} };
    const runs = [...options.map((o) => runElf(demo, o)), runElf(demo, { observer })];
    const counts = runs.map((r) => [r.cycles, r.instructions, r.sleepCycles, r.stdout]);
    for (const c of counts) expect(c).toEqual(counts[0]);
  });

  it('drives the digital core: two copies of 64 bytes', () => {
    const { jobs, symbols, acceleratorCycles, hostCycles, cycles } = runElf(demo);
    const source = symbols.address('source')!;
    expect(jobs.map((j) => j.writes)).toEqual([
      [
        { register: 'MEMCPY_OP', value: 2 },
        { register: 'MEMCPY_ADDR', value: source },
        { register: 'MEMCPY_N', value: 16 },
        { register: 'L1ADDR', value: 5 },
      ],
      [
        { register: 'MEMCPY_OP', value: 1 },
        { register: 'MEMCPY_ADDR', value: symbols.address('target')! },
        { register: 'MEMCPY_N', value: 16 },
        { register: 'L1ADDR', value: 5 },
      ],
    ]);
    // 70 cycles a call and 16 bytes a cycle.
    expect(jobs.map((j) => j.end - j.start)).toEqual([74, 74]);
    expect([acceleratorCycles, hostCycles]).toEqual([148, cycles - 148]);
  });

  it('stops at the limit with a sentence', () =>
    expect(() => runElf(demo, { maxCycles: 1000 })).toThrow(
      /cycles until the program's exit \(it is at 0x1c00\w+ <\w+\+0x\w+>\) is 100\d; must be at most 1000\./,
    ));
});

describe.skipIf(!gccPresent)('compiled here', () => {
  it.each(['-O0', '-O1', '-O2', '-O3', '-Os'])('the demo with %s', (level) => {
    const result = runElf(compileC(dataFile('demo.c'), [level]));
    expect([result.stdout, result.exitStatus]).toEqual([DEMO_OUTPUT, 42]);
  });

  const faults: readonly (readonly [string, string, RegExp])[] = [
    [
      'a write to nothing',
      '*(volatile int *)0x40000000 = 1;',
      /^write of 4 bytes at 0x40000000: nothing is there \(pc 0x1c00\w+ <main\+0x\w+>\)\. /,
    ],
    [
      'a read past L2',
      'return *(volatile int *)0x1c080000;',
      /^read of 4 bytes at 0x1c080000: nothing is there \(L2 ends at 0x1c080000\)/,
    ],
    [
      'an analog job without configuration',
      'REG(0x1A10D000) = 1;',
      /job 0 of the analog core: register CONF_N of the analog core is 0/,
    ],
    [
      'a byte store to a register',
      '*(volatile uint8_t *)0x1A109804 = 1;',
      /registers of the interrupt controller are written as whole words/,
    ],
    ['a register that is not there', 'REG(0x1A10C0F0) = 1;', /the digital core has no such register/],
    [
      'the cascade of the timer',
      'TIMER_CFG_LO = 0x80000001;',
      /write of 0x80000001 at 0x1a10b000: the timer has no such register, or not this value/,
    ],
    [
      'a job of no length',
      'CORE(0xA0) = 2; CORE(0) = 1;',
      /job 0 of the digital core: register MEMCPY_N is 0; must be at least 1 word/,
    ],
    [
      'a trigger while a job runs',
      'CORE(0xA0) = 2; CORE(0xA4) = 0x1c010000; CORE(0xA8) = 4096; CORE(0) = 1; CORE(0) = 1;',
      /TRIGGER written while job 0 runs/,
    ],
    [
      'a jump into data',
      'static int data[4] = {1}; ((void (*)(void))data)();',
      /ran off its code: nothing executable at 0x1c0\w+/,
    ],
    [
      'a jump to an odd address',
      '((void (*)(void))((char *)main + 1))();',
      /a jump to the odd address 0x1c00\w+/,
    ],
    ['a jump to nowhere', '((void (*)(void))0x30000000)();', /nothing executable at 0x30000000/],
    [
      'running over the end of the code',
      '__asm__ volatile("la t0, last_of_code\\n jr t0\\n .section .rodata.zz,\\"a\\"\\n .balign 4\\n last_of_code: nop\\n nop\\n .text");',
      /ran off its code: nothing executable at 0x1c00\w+/,
    ],
    [
      'endless recursion',
      'extern int main(void); volatile char big[64]; big[0] = 1; return main() + big[0];',
      /the stack overflows: sp moves to 0x1\w+, the stack is 0x1c0\w+\.\.0x1c0\w+ \(pc 0x1c00\w+ <main\+?\w*>\)/,
    ],
    [
      'a smashed return address',
      'volatile int a[2]; print_unsigned(1); for (int i = 0; i < 12; i++) a[i] = 0x41414140;',
      /ran off its code: nothing executable at 0x41414140/,
    ],
    ['an endless loop', 'for (;;) {}', /jumps to itself and no interrupt can end it/],
    [
      'a busy endless loop',
      'volatile int i = 0; for (;;) i++;',
      /cycles until the program's exit \(it is at/,
    ],
    ['sleep without an alarm', 'wait_for_interrupt();', /sleeps for ever/],
  ];
  it.each(faults)('%s is one clear error with exit status 2', (_, body, message) => {
    const elf = compileC(`#include "soc.h"\nint main(void) { ${body}\n return 0; }`, [
      '-O1',
      '-fno-optimize-sibling-calls',
      '-Wno-infinite-recursion',
      '-Wno-array-bounds',
    ]);
    const run = () => runElf(elf, { maxCycles: 200_000 });
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(run).not.toThrow(/\n/);
  });

  it('a read of memory that nothing wrote is an error when asked for', () => {
    const elf = compileC('#include "soc.h"\nint main(void) { return REG(0x1C020000) & 0; }');
    expect(runElf(elf).exitStatus).toBe(0);
    expect(() => runElf(elf, { checkInitialised: true })).toThrow(
      /read of 4 bytes at 0x1c020000 that nothing has written/,
    );
  });
});
