import { describe, expect, it } from 'vitest';
import { NEVER } from '../../sim/soc/peripherals/peripheral.js';
import { ReferenceClock, Timer } from '../../sim/soc/peripherals/timer.js';

// Offsets and bits are typed from the fact sheet.

describe('timer', () => {
  const MHZ = 1_000_000;
  const make = () => {
    const raised: number[] = [];
    return { raised, timer: new Timer(MHZ, (id) => raised.push(id)) };
  };
  it('counts core cycles from the enable on and stops when it is cleared', () => {
    const { timer } = make();
    timer.write(0x20, 1, 100); // RESET_LO
    timer.write(0x18, 1, 100); // START_LO
    expect(timer.read(0x08, 350)).toBe(250);
    timer.write(0x00, 0, 400);
    expect(timer.read(0x08, 999)).toBe(300);
  });
  it.each([
    ['low', 0x00, 0x10, 10],
    ['high', 0x04, 0x14, 11],
  ])('the %s counter interrupts once at its compare value', (_, cfg, cmp, line) => {
    const { timer, raised } = make();
    timer.write(cmp, 500, 0);
    timer.write(cfg, 0x05, 1000); // enable, interrupt
    expect(timer.advance(1000)).toBe(1500);
    expect([timer.advance(1499), raised]).toEqual([1500, []]);
    timer.advance(1500);
    expect(raised).toEqual([line]);
    // It goes on counting and comes round after 2^32 ticks.
    expect(timer.advance(1600)).toBe(1500 + 2 ** 32);
  });
  it('with bit 4 it starts again one tick after the compare: period CMP + 1', () => {
    const { timer, raised } = make();
    timer.write(0x10, 99, 0);
    timer.write(0x00, 0x15, 0);
    const at: number[] = [];
    for (let next = timer.advance(0), i = 0; i < 3; i++) {
      at.push(next);
      next = timer.advance(next);
    }
    expect(at).toEqual([99, 199, 299]);
    expect([raised.length, timer.read(0x08, 310)]).toEqual([3, 10]);
    expect(timer.advance(777_777)).toBe(777_799);
  });
  it('with bit 5 it stops at the compare', () => {
    const { timer, raised } = make();
    timer.write(0x10, 7, 0);
    timer.write(0x00, 0x25, 0);
    expect([timer.advance(50), raised, timer.read(0x08, 60), timer.read(0x00, 60)]).toEqual([
      NEVER,
      [10],
      7,
      0x24,
    ]);
  });
  it('divides by the prescaler + 1, and counts the 32768 Hz clock with bit 7', () => {
    const { timer } = make();
    timer.write(0x00, 0x0941, 0); // prescaler 9
    expect([timer.read(0x08, 99), timer.read(0x08, 100)]).toEqual([9, 10]);
    timer.write(0x04, 0x81, 0);
    expect(timer.read(0x0c, MHZ)).toBe(32768);
  });
  it('a written count goes on from there; bit 1 clears it', () => {
    const { timer } = make();
    timer.write(0x00, 1, 0);
    timer.write(0x08, 1000, 10);
    expect(timer.read(0x08, 15)).toBe(1005);
    timer.write(0x00, 3, 20);
    expect([timer.read(0x08, 22), timer.read(0x00, 22)]).toEqual([2, 1]);
  });
  it('wraps after 2^32 ticks, without an interrupt of its own', () => {
    const { timer, raised } = make();
    timer.write(0x10, 1000, 0);
    timer.write(0x08, 0xffff_fff0, 0);
    timer.write(0x00, 0x05, 0); // enable, interrupt
    expect([15, 16, 20].map((now) => timer.read(0x08, now))).toEqual([0xffff_ffff, 0, 4]);
    // 16 ticks to 0, 1000 more to the compare
    expect([timer.advance(20), timer.advance(1015), raised]).toEqual([1016, 1016, []]);
    timer.advance(1016);
    expect(raised).toEqual([10]);
  });
  it('a compare below the count is met after the wrap', () => {
    const { timer } = make();
    timer.write(0x08, 501, 0);
    timer.write(0x10, 500, 0);
    timer.write(0x00, 0x05, 0);
    expect(timer.advance(0)).toBe(2 ** 32 - 1);
  });
  it('a compare of 2^32 - 1 with bit 4 makes the period 2^32', () => {
    const { timer } = make();
    timer.write(0x10, 0xffff_ffff, 0);
    timer.write(0x00, 0x15, 0);
    expect(timer.advance(0)).toBe(2 ** 32 - 1);
    expect([timer.advance(2 ** 32 - 1), timer.read(0x08, 2 ** 32 + 5)]).toEqual([2 ** 33 - 1, 5]);
  });
  it('between the compare and the clear, one tick later, it shows the compare value', () => {
    const { timer } = make();
    timer.write(0x10, 99, 0);
    timer.write(0x00, 0x15, 0);
    expect([98, 99, 100, 101].map((now) => timer.read(0x08, now))).toEqual([98, 99, 0, 1]);
  });
  it('with bit 4 and a compare of 0 it interrupts at every tick', () => {
    const { timer, raised } = make();
    timer.write(0x00, 0x15, 0);
    expect([timer.advance(0), timer.advance(1), raised]).toEqual([1, 2, [10, 10]]);
  });
  it('a count written to the compare value is a compare', () => {
    const { timer, raised } = make();
    timer.write(0x10, 500, 0);
    timer.write(0x00, 0x05, 0);
    timer.write(0x08, 500, 100);
    timer.advance(100);
    expect(raised).toEqual([10]);
  });
  it('without bit 2 a compare is no event', () => {
    const { timer, raised } = make();
    timer.write(0x10, 500, 0);
    timer.write(0x00, 0x01, 0);
    expect([timer.advance(0), timer.advance(600), raised]).toEqual([NEVER, NEVER, []]);
  });
  it('the compare is counted in ticks of the prescaler', () => {
    const { timer } = make();
    timer.write(0x10, 5, 0);
    timer.write(0x00, 0x0945, 0); // prescaler 9, interrupt
    expect([timer.advance(0), timer.advance(49)]).toEqual([50, 50]);
  });
  it('RESET clears a running count', () => {
    const { timer } = make();
    timer.write(0x00, 1, 0);
    expect([timer.read(0x08, 100), timer.write(0x20, 1, 100), timer.read(0x08, 107)]).toEqual([100, true, 7]);
  });
  it.each([
    // offset, writable, what it reads after 0x20 was written
    [0x00, true, 0x20],
    [0x04, true, 0x20],
    [0x08, true, 0x20],
    [0x0c, true, 0x20],
    [0x10, true, 0x20],
    [0x14, true, 0x20],
    [0x18, true, 0],
    [0x1c, true, 0],
    [0x20, true, 0],
    [0x24, true, 0],
    [0x28, false, undefined],
  ])('register 0x%x: written %s, reads %s', (offset, writable, reads) => {
    const { timer } = make();
    expect([timer.write(offset, 0x20, 0), timer.read(offset, 0)]).toEqual([writable, reads]);
  });
  it('refuses the 64-bit cascade', () => expect(make().timer.write(0x00, 0x80000001, 0)).toBe(false));
});

it('the reference clock raises line 14 at every tick, and is an event to come only for a listener', () => {
  const raised: number[] = [];
  const clock = new ReferenceClock(3_276_800, (id) => raised.push(id));
  expect(clock.advance(0, false)).toBe(NEVER);
  expect(clock.advance(0, true)).toBe(100);
  clock.advance(99, true);
  expect(raised).toEqual([]);
  expect([clock.advance(100, true), raised]).toEqual([200, [14]]);
});
