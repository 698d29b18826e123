import { describe, expect, it } from 'vitest';
import { AnalogCore } from '../../../sim/core/analog-core.js';
import { Memory } from '../../../sim/core/memory.js';
import { completeAnalogFields, encodeAnalog } from '../../../sim/isa/analog/instruction.js';
import { packForAnalog, unpackFromAnalog } from '../../../sim/isa/analog/layout.js';
import { type AnalogOperation, STOP_FIELDS, toAnalogFields } from '../../../sim/isa/analog/operation.js';
import { packAnalogNorm, packAnalogWeights } from '../../../sim/isa/analog/weights.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';
import type { AcceleratorJob } from '../../../sim/soc/peripherals/accelerator-job.js';
import { AnalogPort } from '../../../sim/soc/peripherals/analog-port.js';
import { Gpio } from '../../../sim/soc/peripherals/small.js';

const L2 = 0x1c00_0000;
// Words of dory-hal's boot_diana, typed from src/utils.c.
const BOOT_INSTRUCTIONS = [
  0x3f, 0x8000000, 0, 0x400000, 0x20200, 0x70002, 0x20011, 0x10002, 1, 0x20050001, 0x100ffff, 0xf000,
  0x9000084, 0, 0, 0, 0x3f, 0, 0, 0, 0, 0x70000, 0, 0x10000, 1, 0x50001, 0x10a0001, 0xf001, 0x84, 0, 0, 0,
];
const BOOT_CONFIGURATION = [0x1000000, 0x01010001, ...new Array<number>(14).fill(0)];
const CONFIGURATION = [0x3000000, 0x303001f, ...new Array<number>(14).fill(0)];

function machine(booted = true) {
  const l2 = new Memory('L2', L2, 0x40000);
  const l1 = new Memory('L1', 0, 256 * 1024);
  const core = new AnalogCore(l2, l1, DEFAULT_PARAMETERS, { booted });
  const words = (at: number, values: ArrayLike<number>) =>
    l2.write(L2 + at, new Uint8Array(Uint32Array.from(values).buffer), -1, 'test');
  const set = (writes: readonly (readonly [number, number])[]) => {
    for (const [offset, value] of writes) core.write(offset, value);
  };
  return { l2, l1, core, words, set };
}

const small: AnalogOperation = {
  kind: 'analog',
  input: 0,
  output: 32768,
  channels: 70,
  outputs: 20,
  columns: 6,
  rows: 5,
  kernelWidth: 3,
  kernelHeight: 3,
  outputColumns: 6,
  outputRows: 5,
  unroll: 1,
  stride: 1,
  padding: { bottom: 1, top: 1, right: 1, left: 1 },
  gain: 3,
  shift: 2,
  relu: false,
};

/** Runs one layer through copies and a job, and computes it once more from its definition. */
function run(o: AnalogOperation, change: (m: ReturnType<typeof machine>) => void = () => {}) {
  const m = machine();
  const { l2, core, words, set } = m;
  const pixels = o.columns * o.rows;
  const x = Int8Array.from({ length: o.channels * pixels }, (_, i) => ((i * 73) % 255) - 127);
  const taps = o.kernelHeight * o.kernelWidth;
  const w = Int8Array.from(
    { length: o.outputs * o.channels * taps },
    (_, i) => ((i * 31 + (i >> 3)) % 3) - 1,
  );
  const multiply = Array.from({ length: o.outputs }, (_, k) => (k % 7) - 3);
  const add = Array.from({ length: o.outputs }, (_, k) => 5 * k - 40);
  const input = packForAnalog(x, [1, o.channels, o.rows, o.columns]);
  l2.write(L2, input, -1, 'test');
  l2.write(
    L2 + 0x10000,
    packAnalogWeights(w, [o.outputs, o.channels, o.kernelHeight, o.kernelWidth]),
    -1,
    'test',
  );
  l2.write(L2 + 0x38000, packAnalogNorm(multiply, add), -1, 'test');
  words(0x3c000, CONFIGURATION);
  words(0x3d000, encodeAnalog(completeAnalogFields(toAnalogFields(o))));
  words(0x3d040, encodeAnalog(completeAnalogFields(STOP_FIELDS)));
  const copy = (op: number, l2Address: number, line: number, bytes: number) =>
    set([
      [0x6c, op],
      [0x70, l2Address],
      [0x74, bytes / 4],
      [0x78, line],
      [0x7c, 4],
      [0x80, bytes / 64],
    ]);
  copy(4, L2, 0, input.length);
  core.write(0, 1);
  set([
    [0x6c, 0],
    [0x58, L2 + 0x3c000],
    [0x5c, 16],
    [0x48, L2 + 0x3d000],
    [0x4c, 32],
    [0x40, L2 + 0x10000],
    [0x44, L2 + 0x38000],
    [0x54, 0],
    [0x68, 0],
  ]);
  change(m);
  const report = core.write(0, 1)!;
  const outBytes = o.outputColumns * o.outputRows * Math.ceil(o.outputs / 64) * 64;
  copy(3, L2 + 0x3e000, 2048, outBytes);
  core.write(0, 1);
  const shape = [1, o.outputs, o.outputRows, o.outputColumns];
  const got = unpackFromAnalog(l2.peek(L2 + 0x3e000, outBytes, 'test'), shape);
  const expected = new Int8Array(got.length);
  for (let k = 0; k < o.outputs; k++)
    for (let y = 0; y < o.outputRows; y++)
      for (let xo = 0; xo < o.outputColumns; xo++) {
        let sum = 0;
        for (let c = 0; c < o.channels; c++)
          for (let fy = 0; fy < o.kernelHeight; fy++)
            for (let fx = 0; fx < o.kernelWidth; fx++) {
              const [iy, ix] = [y * o.stride + fy - o.padding.top, xo * o.stride + fx - o.padding.left];
              if (iy >= 0 && iy < o.rows && ix >= 0 && ix < o.columns)
                sum +=
                  x[(c * o.rows + iy) * o.columns + ix]! *
                  w[((k * o.channels + c) * o.kernelHeight + fy) * o.kernelWidth + fx]!;
            }
        const adc = Math.min(31, Math.max(-32, Math.floor(Math.fround(sum / (o.gain ?? 1)))));
        const v = (adc * multiply[k]! + add[k]!) >> o.shift;
        expected[(k * o.outputRows + y) * o.outputColumns + xo] = Math.min(
          127,
          Math.max(o.relu ? 0 : -128, v),
        );
      }
  return { got, expected, report };
}

describe('a job of the analog core', () => {
  it.each([
    ['two blocks of channels', small],
    ['ReLU, no gain of its own', { ...small, relu: true, gain: undefined }],
    [
      'stride 2',
      {
        ...small,
        stride: 2,
        outputColumns: 3,
        outputRows: 3,
        padding: { bottom: 1, top: 1, right: 1, left: 1 },
      },
    ],
    [
      'two outputs side by side, 1x1',
      {
        ...small,
        kernelHeight: 1,
        kernelWidth: 1,
        unroll: 2,
        padding: { bottom: 0, top: 0, right: 0, left: 0 },
      },
    ],
    [
      'three zero rows above, 5x7',
      {
        ...small,
        channels: 20,
        kernelHeight: 7,
        kernelWidth: 5,
        padding: { bottom: 3, top: 3, right: 2, left: 2 },
      },
    ],
  ] as const)('%s: as its definition says', (_, o) => {
    const { got, expected } = run(o as AnalogOperation);
    expect(got).toEqual(expected);
    // The case would notice a difference: outputs vary.
    expect(new Set(got).size).toBeGreaterThan(8);
  });

  it("reports ODiMO's cycles", () => {
    const { report } = run(small);
    // 8 * 70 * 9 for weights; 30 vectors of 70 ns at 260 MHz; 48 words of configuration and instructions at 16 bytes a cycle.
    expect(report).toMatchObject({
      kind: 'analog',
      cycles: { launch: 70, instructions: 12, weights: 5040, compute: 546 },
    });
  });

  it.each([
    [
      'MEMCPY_OP 5',
      [0x6c, 5],
      'register MEMCPY_OP of the analog core is 5; must be 0 (compute), 1 or 3 (L1 to L2), 2 or 4 (L2 to L1)',
    ],
    ['ACT_N', [0x54, 1], 'register ACT_N of the analog core is 1; must be 0'],
    ['CONF_N', [0x5c, 15], 'register CONF_N of the analog core is 15; must be 16 words.'],
    ['IM_N', [0x4c, 20], 'register IM_N of the analog core is 20; must be a positive multiple of 16 words.'],
    [
      'no stop',
      [0x4c, 16],
      'instruction memory of the analog core is 1 instructions; must be one that computes and one with stop 0xf001',
    ],
    ['weights elsewhere', [0x40, L2 + 0x3f000], 'load of analog weights'],
  ] as const)('refuses %s', (_, [offset, value], message) =>
    expect(() => run(small, ({ core }) => core.write(offset, value))).toThrow(message),
  );

  it('refuses another configuration', () =>
    expect(() => run(small, ({ words }) => words(0x3c000, [0x3000000, 0x3030010]))).toThrow(
      'configuration word 1 of the analog core is 0x03030010; must be 0x0303001f',
    ));

  it('refuses copies beyond 512 lines a bank', () => {
    const { core, set } = machine();
    set([
      [0x6c, 4],
      [0x70, L2],
      [0x78, 0],
      [0x7c, 4],
      [0x80, 513],
    ]);
    expect(() => core.write(0, 1)).toThrow(
      'register MEMCPY_ROW_LENGTH of the analog core is 513; must be 1 to 512 lines a bank.',
    );
  });
});

describe('input lines that nothing has written', () => {
  // A job with an input of 3 pixels of 70 channels: blocks of 64 and of 6. [ours]: a pixel's blocks lie together, so each bank has 6 lines.
  const narrow: AnalogOperation = {
    ...small,
    columns: 3,
    rows: 1,
    kernelWidth: 1,
    kernelHeight: 1,
    outputColumns: 3,
    outputRows: 1,
    padding: { bottom: 0, top: 0, right: 0, left: 0 },
  };
  const withHole = (bank: number, line: number) => () =>
    run(narrow, ({ l1 }) => {
      const lines = [0, 1, 2, 3].flatMap((b) => [0, 1, 2, 3, 4, 5].map((l) => [b, l] as const));
      const held = lines.map(([b, l]) => l1.peek(b * 0x10000 + 16 * l, 16, 'test').slice());
      l1.forget();
      lines.forEach(([b, l], i) => {
        if (b !== bank || l !== line) l1.write(b * 0x10000 + 16 * l, held[i]!, -1, 'test');
      });
    });

  it.each([
    // Lines 0, 2 and 4 hold channels 0 to 63 of a pixel, the others channels 64 to 69 in bank 0.
    ['channels 16 to 31 of pixel 1', 1, 2, 'analog input: L1 byte 0x00010020'],
    ['channels 64 to 69 of pixel 2', 0, 5, 'analog input: L1 byte 0x00000050'],
  ])('%s: refused', (_, bank, line, message) =>
    expect(withHole(bank, line)).toThrow(`${message} is never written; must be written before it is read.`),
  );

  it.each([
    ['channels 80 to 95 of pixel 0, which there are none of', 1, 1],
    ['the same of pixel 2 in the last bank', 3, 5],
  ])('%s: nobody reads them', (_, bank, line) => expect(withHole(bank, line)).not.toThrow());
});

describe('copies as the drivers make them', () => {
  const bytes = Uint8Array.from({ length: 128 }, (_, i) => i + 1);

  it('of four banks, MEMCPY_N left as another copy left it', () => {
    const { core, l1, l2, set } = machine();
    l2.write(L2, bytes, -1, 'test');
    set([
      [0x6c, 4],
      [0x70, L2],
      [0x74, 3],
      [0x78, 5],
      [0x7c, 4],
      [0x80, 2],
    ]);
    // 70 cycles a call and 16 bytes a cycle.
    expect(core.write(0, 1)).toMatchObject({ kind: 'copyIn', bytes: 128, l1Address: 80, cycles: 78 });
    // L1 of 256 KiB is four banks of 64 KiB; the second line of the third bank.
    expect(l1.peek(2 * 0x10000 + 96, 1, 'test')[0]).toBe(64 + 32 + 1);
  });

  it('of one bank: words, as on the digital core', () => {
    const { core, l1, l2, set } = machine();
    l2.write(L2, bytes, -1, 'test');
    set([
      [0x6c, 2],
      [0x70, L2],
      [0x74, 8],
      [0x78, 5],
    ]);
    expect(core.write(0, 1)).toMatchObject({ kind: 'copyIn', bytes: 32, l1Address: 80, cycles: 72 });
    expect([...l1.peek(80, 32, 'test')]).toEqual([...bytes.subarray(0, 32)]);
    set([
      [0x6c, 1],
      [0x70, L2 + 0x100],
    ]);
    core.write(0, 1);
    expect([...l2.peek(L2 + 0x100, 32, 'test')]).toEqual([...bytes.subarray(0, 32)]);
    set([[0x74, 0]]);
    expect(() => core.write(0, 1)).toThrow(
      'register MEMCPY_N of the analog core is 0; must be at least 1 word',
    );
  });
});

describe('booting on the bus', () => {
  function soc() {
    const m = machine(false);
    const jobs: AcceleratorJob[] = [];
    const port = new AnalogPort(m.core, { wrote: () => {}, pc: () => 0x1c000080, jobs });
    const gpio = new Gpio(() => (m.core.booted ? 1 << 18 : 0));
    gpio.write(0x00, ~(1 << 18) >>> 0); // all pins but 18 are outputs
    m.words(0x1000, BOOT_INSTRUCTIONS);
    m.words(0x2000, BOOT_CONFIGURATION);
    m.words(0x3000, CONFIGURATION);
    const boot: (readonly [number, number])[] = [
      [0x6c, 0],
      [0x58, L2 + 0x2000],
      [0x5c, 16],
      [0x48, L2 + 0x1000],
      [0x4c, 32],
      [0x40, 0],
      [0x44, 0],
      [0x54, 0],
      [0x68, 0],
    ];
    return { ...m, port, gpio, boot };
  }

  it('takes the boot job of boot_diana and raises pin 18', () => {
    const { port, gpio, boot } = soc();
    gpio.write(0x0c, 1 << 17);
    expect(gpio.read(0x08)).toBe(1 << 17);
    for (const [offset, value] of boot) port.write(offset, value, 0);
    port.write(0, 1, 100);
    expect([port.read(0x0c, 100), port.read(0x0c, 112)]).toEqual([1, 0]);
    gpio.write(0x0c, 0);
    expect(gpio.read(0x08)).toBe(1 << 18);
  });

  it('refuses to compute before', () => {
    const { port, boot } = soc();
    for (const [offset, value] of boot) port.write(offset, value, 0);
    port.write(0x58, L2 + 0x3000, 0);
    expect(() => port.write(0, 1, 0)).toThrow(
      'job 0 of the analog core: the analog core is not booted; must be started by its boot job before it computes. Call boot_diana (dory-hal) first.',
    );
  });

  it('refuses a trigger while a job runs', () => {
    const { port, boot } = soc();
    for (const [offset, value] of boot) port.write(offset, value, 0);
    port.write(0, 1, 100);
    expect(() => port.write(0, 1, 105)).toThrow(
      'TRIGGER written while job 0 of the analog core runs until cycle 112',
    );
  });
});

describe('columns that ox_unroll leaves over', () => {
  const wide: AnalogOperation = { ...small, columns: 9, outputColumns: 8, unroll: 4, channels: 16 };

  it('run as many as the fields say, and are noted', () => {
    const m = machine();
    const data = new Uint8Array(0x8000);
    m.l2.write(L2, data, -1, 'test');
    m.l1.write(0, new Uint8Array(256 * 1024), -1, 'test');
    m.words(0x3c000, CONFIGURATION);
    const words = encodeAnalog(completeAnalogFields(toAnalogFields(wide)));
    const stop = encodeAnalog(completeAnalogFields(STOP_FIELDS));
    m.words(0x3d000, [...words, ...stop]);
    m.set([
      [0x6c, 0],
      [0x58, L2 + 0x3c000],
      [0x5c, 16],
      [0x48, L2 + 0x3d000],
      [0x4c, 32],
      [0x40, L2],
      [0x44, L2],
    ]);
    expect(m.core.write(0, 1)).toMatchObject({
      kind: 'analog',
      oddities: [{ subject: 'field ox', value: '2, with ox_unroll 4: 8 columns' }],
    });
    // A width under ox_unroll is ox = 0.
    m.words(0x3d000, [...encodeAnalog(completeAnalogFields({ ...toAnalogFields(wide), ox: 0 })), ...stop]);
    expect(() => m.core.write(0, 1)).toThrow(
      'field ox of the analog core is 0; must be at least 1: drivers divide the width by ox_unroll',
    );
  });
});
