import { describe, expect, it } from 'vitest';
import { EventUnit } from '../../sim/soc/peripherals/event-unit.js';
import { InterruptController } from '../../sim/soc/peripherals/interrupts.js';
import { MicroDma } from '../../sim/soc/peripherals/micro-dma.js';
import { NEVER } from '../../sim/soc/peripherals/peripheral.js';
import { Fll, Gpio, SocControl } from '../../sim/soc/peripherals/small.js';
import { ReferenceClock, Timer } from '../../sim/soc/peripherals/timer.js';

// Offsets and bits are typed from the fact sheet.

describe('interrupt controller', () => {
  const make = () => new InterruptController();
  it('takes the highest pending line that is unmasked', () => {
    const itc = make();
    itc.write(0x04, (1 << 3) | (1 << 11)); // MASK_SET
    itc.raise(3);
    itc.raise(11);
    itc.raise(20);
    expect(itc.pending()).toBe(11);
    itc.acknowledge(11);
    expect([itc.pending(), itc.read(0x0c)! >>> 0, itc.read(0x18)]).toEqual([
      3,
      (1 << 3) | (1 << 20),
      1 << 11,
    ]);
  });
  it('line 31 is above all others', () => {
    const itc = make();
    itc.write(0x00, -1);
    itc.write(0x10, 0x80000001 | 0); // STATUS_SET
    expect(itc.pending()).toBe(31);
  });
  it('set and clear registers change single bits and read 0', () => {
    const itc = make();
    itc.write(0x04, 0xff);
    itc.write(0x08, 0x0f);
    itc.write(0x10, 0x30);
    itc.write(0x14, 0x10);
    expect([itc.read(0x00), itc.read(0x0c), itc.read(0x04), itc.read(0x14)]).toEqual([0xf0, 0x20, 0, 0]);
  });
  it('queues four events; a fifth is dropped and raises line 29', () => {
    const itc = make();
    itc.write(0x00, 1 << 26);
    for (const id of [48, 49, 50, 51]) itc.pushEvent(id);
    expect(itc.read(0x0c)).toBe(1 << 26);
    itc.pushEvent(52);
    expect(itc.read(0x0c)).toBe((1 << 26) | (1 << 29));
    const seen: (number | undefined)[] = [];
    while (itc.pending() === 26) {
      itc.acknowledge(26);
      seen.push(itc.read(0x24));
    }
    expect(seen).toEqual([48, 49, 50, 51]);
  });
  it('has no register beyond the queue', () =>
    expect([make().read(0x28), make().write(0x24, 0)]).toEqual([undefined, false]));
});

describe('event unit', () => {
  it('starts with everything masked; a mask bit of 0 lets its event through', () => {
    const out: number[] = [];
    const unit = new EventUnit((id) => out.push(id));
    unit.raise(140);
    unit.write(0x04 + 4 * 4, ~(1 << 12)); // word 4 holds events 128..159
    unit.raise(140);
    unit.raise(141);
    expect(out).toEqual([140]);
  });
  it('software bit n raises event 48 + n', () => {
    const out: number[] = [];
    const unit = new EventUnit((id) => out.push(id));
    unit.write(0x08, 0);
    unit.write(0x00, 0b101);
    expect([out, unit.read(0x00)]).toEqual([[48, 50], 0]);
  });
});

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
    expect(timer.advance(1_000_050)).toBe(1_000_099);
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

describe('micro-DMA', () => {
  const make = () => {
    const printed: number[] = [];
    const events: number[] = [];
    const fetch = (address: number, bytes: number) =>
      new TextEncoder().encode('hello world').slice(address, address + bytes);
    const dma = new MicroDma(
      fetch,
      (c) => printed.push(c),
      (id) => events.push(id),
    );
    dma.write(0x00, 1, 0);
    dma.write(0xa4, 0x0306 | (9 << 16), 0); // divider 9: ten cycles a bit
    const send = (address: number, bytes: number, now: number): void => {
      dma.write(0x90, address, now);
      dma.write(0x94, bytes, now);
      dma.write(0x98, 0x10, now);
    };
    return { dma, send, events, text: () => String.fromCharCode(...printed) };
  };
  it('sends bytes of L2, ten bits each, and raises event 1 at the end', () => {
    const { dma, send, events, text } = make();
    send(0, 5, 1000);
    expect([text(), dma.read(0xa0, 1499), dma.read(0x98, 1499), dma.advance(1499)]).toEqual([
      'hello',
      1,
      0x10,
      1500,
    ]);
    expect([dma.read(0xa0, 1500), dma.read(0x98, 1500), events]).toEqual([0, 0, [1]]);
  });
  it('a second transfer waits behind the first', () => {
    const { dma, send, events, text } = make();
    send(0, 5, 0);
    send(5, 6, 10);
    expect(dma.read(0x98, 20)).toBe(0x30);
    dma.advance(1100);
    expect([text(), events]).toEqual(['hello world', [1, 1]]);
    expect(dma.advance(1200)).toBe(NEVER);
  });
  it('has no other channels', () =>
    expect([make().dma.read(0x180, 0), make().dma.write(0x110, 1, 0)]).toEqual([undefined, false]));
});

describe('blocks that start-up code touches', () => {
  it('the FLL is locked at its reset multiplier', () => {
    const fll = new Fll();
    expect([fll.read(0x04), fll.read(0x14), fll.read(0x00)]).toEqual([0x452105f5, 0x452105f5, 0x5f5]);
    fll.write(0x04, 0x452103e8);
    expect(fll.read(0x00)).toBe(1000);
  });
  it('GPIO outputs are set and cleared bit by bit', () => {
    const gpio = new Gpio();
    gpio.write(0x00, 0xff);
    gpio.write(0x10, 0x1f0);
    gpio.write(0x14, 0x10);
    expect([gpio.read(0x0c), gpio.read(0x08)]).toEqual([0x1e0, 0xe0]);
  });
  it.each([
    [0x80000000, 0],
    [0x8000002a, 42],
    [0xffffffff, -1],
    [0xc0000000, -0x40000000],
    [0x7fffffff, undefined],
  ])('a store of %i to the status register ends with %s', (value, status) => {
    const control = new SocControl();
    control.write(0xa0, value);
    expect([control.exitStatus, control.read(0xc0)]).toEqual([status, value]);
  });
  it('no debugger is connected', () => {
    const control = new SocControl();
    control.write(0x74, 0xe08);
    expect(control.read(0x74)).toBe(8);
  });
});
