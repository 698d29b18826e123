import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callgrind, foldedStacks, type Profile, Profiler, SLEEP } from '../../sim/soc/profile.js';
import { profileElf } from '../../sim/soc/run-elf.js';

const demo = readFileSync(new URL('../data/soc/demo.elf', import.meta.url));

/** A machine whose clock the test moves. */
function scripted() {
  const machine = {
    cycles: 0,
    instructions: 0,
    sleepCycles: 0,
    pc: 100,
    now: () => machine.cycles,
    name: (a: number) => `f${Math.floor(a / 100)}`,
  };
  const profiler = new Profiler();
  profiler.attach(machine);
  const passed = (cycles: number): Profiler => {
    machine.cycles += cycles;
    machine.instructions += cycles / 2;
    return profiler;
  };
  return { machine, profiler, passed };
}

const self = (p: Profile): Record<string, number> =>
  Object.fromEntries(p.functions.map((f) => [f.name, f.cycles]));
const edges = (p: Profile): Record<string, string> =>
  Object.fromEntries(p.edges.map((e) => [`${e.caller}>${e.callee}`, `${e.calls}x${e.cycles}`]));

describe('attribution', () => {
  it('a call and its return', () => {
    const { passed } = scripted();
    passed(10).call(110, 200, 112);
    passed(30).return(112);
    const p = passed(2).finish();
    expect(self(p)).toEqual({ f1: 12, f2: 30 });
    expect(edges(p)).toEqual({ 'f1>f2': '1x30' });
    expect(foldedStacks(p)).toBe('f1 12\nf1;f2 30\n');
  });

  it('recursion from one place: every return ends one call', () => {
    const { passed } = scripted();
    passed(1).call(110, 200, 112);
    passed(1).call(210, 200, 212);
    passed(1).call(210, 200, 212);
    passed(1).return(212);
    passed(1).return(212);
    passed(1).return(112);
    const p = passed(1).finish();
    expect(self(p)).toEqual({ f1: 2, f2: 5 });
    expect(foldedStacks(p)).toBe('f1 2\nf1;f2 2\nf1;f2;f2 2\nf1;f2;f2;f2 1\n');
  });

  it('a tail call returns with its caller', () => {
    const { passed } = scripted();
    passed(1).call(110, 200, 112);
    passed(5).leave(250, 300);
    passed(7).return(112);
    const p = passed(1).finish();
    expect(self(p)).toEqual({ f1: 2, f2: 5, f3: 7 });
    expect(edges(p)).toEqual({ 'f1>f2': '1x12', 'f2>f3': '1x7' });
  });

  it('jumps back and forth between two labels do not pile up', () => {
    const { passed } = scripted();
    for (let i = 0; i < 50; i++) {
      passed(1).leave(150, 200);
      passed(1).leave(250, 100);
    }
    const p = passed(0).finish();
    expect(self(p)).toEqual({ f1: 50, f2: 50 });
    expect([...p.stacks.keys()]).toEqual(['f1', 'f1;f2']);
  });

  it('an interrupt is a call of its own and time asleep has a name', () => {
    const { machine, passed } = scripted();
    machine.sleepCycles = 40;
    passed(50).trap(150, 300);
    passed(6).trapReturn(150);
    const p = passed(1).finish();
    expect(self(p)).toEqual({ f1: 11, f3: 6, [SLEEP]: 40 });
    expect(edges(p)['f1>f3']).toBe('1x6');
  });
});

describe('the prebuilt program', () => {
  const { profile, result } = profileElf(demo);
  it('loses no cycle and no instruction', () => {
    expect(profile.total).toEqual({ cycles: result.cycles, instructions: result.instructions });
    const stacks = [...profile.stacks.values()].reduce((a, b) => a + b, 0);
    expect(stacks).toBe(result.cycles);
  });

  it('counts the calls of the recursion and the time asleep', () => {
    const calls = profile.functions.find((f) => f.name.startsWith('fibonacci'))?.calls;
    // The compiler turns one of the two calls into a loop: only the other is a call.
    expect(calls).toBeGreaterThan(500);
    expect(profile.functions.find((f) => f.name === SLEEP)?.cycles).toBe(result.sleepCycles);
  });

  it('is the same when every instruction is interpreted', () =>
    expect(profileElf(demo, { backend: 'interpreter' }).profile).toEqual(profile));

  it('is written for callgrind: every call names a function that is there', () => {
    const text = callgrind(profile, 'demo.elf');
    expect(text).toContain(`summary: ${result.cycles} ${result.instructions}`);
    const names = new Set([...text.matchAll(/^fn=(.*)$/gm)].map((m) => m[1]));
    const called = [...text.matchAll(/^cfn=(.*)\ncalls=\d+ 0\n0 \d+ \d+$/gm)].map((m) => m[1]);
    expect(called.length).toBeGreaterThan(3);
    for (const name of called) expect(names).toContain(name);
    const selfLines = [...text.matchAll(/^fn=.*\n0 (\d+) \d+$/gm)].reduce((n, m) => n + Number(m[1]), 0);
    expect(selfLines).toBe(result.cycles);
  });
});
