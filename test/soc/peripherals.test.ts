import { describe, expect, it } from 'vitest';
import { EventUnit } from '../../sim/soc/peripherals/event-unit.js';
import { InterruptController } from '../../sim/soc/peripherals/interrupts.js';
import { MicroDma } from '../../sim/soc/peripherals/micro-dma.js';
import { NEVER, RegisterFile } from '../../sim/soc/peripherals/peripheral.js';
import { Fll, Gpio, SocControl, Stdout } from '../../sim/soc/peripherals/small.js';

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
  it.each([
    ['MASK', 0x00, 0x04, 0x08],
    ['STATUS', 0x0c, 0x10, 0x14],
    ['ACK', 0x18, 0x1c, 0x20],
  ])('%s is written at 0x%x, set at 0x%x, cleared at 0x%x', (_, at, set, clear) => {
    const itc = make();
    itc.write(at, 0b1);
    const writes = [itc.write(at, 0b1100), itc.write(set, 0b0110), itc.write(clear, 0b0101)];
    expect([writes, itc.read(at)]).toEqual([[true, true, true], 0b1010]);
    // the others have not changed
    expect([0x00, 0x0c, 0x18].filter((other) => itc.read(other) !== 0)).toEqual([at]);
  });
  it('only interrupt 26 takes an event from the queue', () => {
    const itc = make();
    itc.pushEvent(48);
    itc.acknowledge(11);
    expect(itc.read(0x24)).toBe(0);
    itc.acknowledge(26);
    expect(itc.read(0x24)).toBe(48);
  });
  it('tells its mask', () => {
    const itc = make();
    itc.write(0x00, 0x40);
    expect(itc.mask).toBe(0x40);
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
  it('has eight software events, and keeps the masks that are written', () => {
    const out: number[] = [];
    const unit = new EventUnit((id) => out.push(id));
    for (let at = 0x04; at <= 0x20; at += 4) unit.write(at, 0);
    expect(unit.write(0x00, 0x180)).toBe(true); // bit 8 is none
    unit.write(0x08, 0x1234);
    expect([out, unit.read(0x00), unit.read(0x04), unit.read(0x08)]).toEqual([[55], 0, 0, 0x1234]);
  });
  it('software bit n raises event 48 + n', () => {
    const out: number[] = [];
    const unit = new EventUnit((id) => out.push(id));
    unit.write(0x08, 0);
    unit.write(0x00, 0b101);
    expect([out, unit.read(0x00)]).toEqual([[48, 50], 0]);
  });
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
  it('a third transfer replaces the one that waits', () => {
    const { send, dma, events, text } = make();
    send(0, 5, 0);
    send(0, 1, 10);
    send(5, 6, 20);
    dma.advance(1100);
    expect([text(), events, dma.read(0x98, 1100)]).toEqual(['hello world', [1, 1], 0]);
  });
  it('bit 6 of the configuration drops what is on its way', () => {
    const { send, dma, events } = make();
    send(0, 5, 0);
    send(5, 6, 10);
    dma.write(0x98, 0x40, 100);
    expect([dma.read(0x98, 100), dma.read(0xa0, 100), dma.advance(5000), events]).toEqual([0, 0, NEVER, []]);
  });
  it('starts at bit 4 of the configuration only', () => {
    const { dma, text } = make();
    dma.write(0x90, 0, 0);
    dma.write(0x94, 5, 0);
    dma.write(0x98, 0x06, 0);
    dma.write(0xa4, 0x10, 0); // bit 4 of another register
    expect([text(), dma.advance(0)]).toEqual(['', NEVER]);
    expect([dma.write(0x98, 0x10, 0), text()]).toEqual([true, 'hello']);
  });
  it.each([
    // offset, writable, what it reads after 0x15 was written; a dash: no such register
    [0x00, true, 0x15],
    [0x04, true, 0x15],
    [0x08, false, undefined],
    [0x7c, false, undefined],
    [0x80, true, 0x15], // the receive channel only keeps what is written
    [0x90, true, 0x15],
    [0xa0, false, 0],
    [0xa4, true, 0x15],
    [0xa8, false, undefined],
    [0x110, false, undefined],
  ])('register 0x%x: written %s, reads %s', (offset, writable, reads) => {
    const { dma } = make();
    expect([dma.write(offset, 0x15, 0), dma.read(offset, 0)]).toEqual([writable, reads]);
  });
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
  it('only the status register ends the program; its copy is read only', () => {
    const control = new SocControl();
    expect([control.write(0x10, 0x80000001), control.exitStatus, control.read(0x10)]).toEqual([
      true,
      undefined,
      0x80000001,
    ]);
    expect([control.write(0xc0, 0x80000001), control.exitStatus]).toEqual([false, undefined]);
  });
  it('prints the low byte of every store, also of single bytes', () => {
    const printed: number[] = [];
    const stdout = new Stdout((c) => printed.push(c));
    expect([stdout.write(0, 0x141), stdout.write(0x40, 0x0a), stdout.read()]).toEqual([true, true, 0]);
    expect([printed, stdout.narrowWrites]).toEqual([[0x41, 0x0a], true]);
  });
  it.each([
    ['the event unit', () => new EventUnit(() => undefined), 0x88, 0x8c],
    ['the FLL', () => new Fll(), 0x2c, 0x30],
    ['GPIO', () => new Gpio(), 0x3c, 0x40],
    ['SoC control', () => new SocControl(), 0xfc, 0x100],
  ] as const)('the last register of %s', (_, make, last, beyond) => {
    const block = make();
    expect([block.write(last, 7), block.read(last)]).toEqual([true, 7]);
    expect([block.write(beyond, 7), block.read(beyond)]).toEqual([false, undefined]);
  });
  it('a file of registers has whole words from 0 on, 0 until written', () => {
    const file = new RegisterFile(8, { 4: 9 });
    file.set(0, -1);
    expect([-4, 0, 4, 8].map((at) => file.has(at))).toEqual([false, true, true, false]);
    expect([file.get(0), file.get(4)]).toEqual([0xffffffff, 9]);
  });
});
