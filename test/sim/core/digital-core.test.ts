import { describe, expect, it } from 'vitest';
import { DigitalCore } from '../../../sim/core/digital-core.js';
import { Memory } from '../../../sim/core/memory.js';
import { TypedArrayPeArray } from '../../../sim/core/typed-array-pe-array.js';
import { encode, type Fields } from '../../../sim/isa/instruction.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';

const L2 = 0x1c00_0000;
const IM = L2 + 0x100;
const CONF = L2 + 0x400;
const DATA = L2 + 0x1000;

const words = (values: ArrayLike<number>): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** A core over an L2 with 4 KiB of data, its registers set for an element-wise sum of lines 0 and 1 into line 2. */
function setUp() {
  const l2 = new Memory('L2', L2, 0x10000);
  const core = new DigitalCore(l2, DEFAULT_PARAMETERS, new TypedArrayPeArray());
  l2.write(
    DATA,
    Uint8Array.from({ length: 4096 }, (_, i) => i),
    -1,
    'test',
  );
  l2.write(CONF, words(new Array(16).fill(0)), -1, 'test');
  const instructions = (...list: Partial<Fields>[]) =>
    l2.write(IM, words(list.flatMap((f) => [...encode(f)])), -1, 'test');
  instructions({ mode: 3, weight_memory_pointer: 16, output_memory_pointer: 32, c: 1 }, { stop: 1 });
  const write = (offset: number, value: number) => core.write(offset, value);
  const copyIn = (from: number, line: number, n: number) => {
    write(0xa0, 2);
    write(0xa4, from);
    write(0xa8, n);
    write(0xac, line);
    return write(0x00, 1);
  };
  const compute = () => {
    write(0xa0, 0);
    for (const [offset, value] of [
      [0x60, CONF],
      [0x64, 16],
      [0x50, IM],
      [0x54, 64],
    ] as const)
      if (core.read(offset) === 0) write(offset, value);
    return write(0x00, 1);
  };
  return { l2, core, write, copyIn, compute, instructions };
}

describe('jobs', () => {
  it('copies L2 to L1, sums, copies back; every cycle as hardware.md section 7 has it', () => {
    const { l2, core, write, copyIn, compute } = setUp();
    expect(copyIn(DATA, 0, 8)).toEqual({
      kind: 'copyIn',
      l2Address: DATA,
      l1Address: 0,
      bytes: 32,
      cycles: 72,
      oddities: [],
    });
    expect(compute()).toMatchObject({
      kind: 'compute',
      cycles: { launch: 70, instructions: 4 + 16, weights: 0, compute: 26 },
      issuedMacs: 0,
    });
    expect([...core.l1.read(32, 16, 'test')]).toEqual(Array.from({ length: 16 }, (_, i) => i + i + 16));
    core.l1.write(48, new Uint8Array(16), 0, 'test');
    write(0xa0, 1);
    write(0xa4, L2 + 0x3000);
    write(0xac, 2);
    expect(write(0x00, 1)).toMatchObject({ kind: 'copyOut', bytes: 32, cycles: 72 });
    expect([...l2.read(L2 + 0x3000, 4, 'test')]).toEqual([16, 18, 20, 22]);
  });

  it('STATUS reads 0 once a job is over', () => expect(setUp().core.read(0x0c)).toBe(0));

  it('SOFT_CLEAR clears the registers', () => {
    const { core, write } = setUp();
    write(0xa4, 1);
    write(0x14, 1);
    expect(core.read(0xa4)).toBe(0);
  });

  it('what is copied from bytes never written counts as never written', () => {
    const { copyIn, compute } = setUp();
    copyIn(L2 + 0x8000, 0, 8);
    expect(compute).toThrow('sum operand A: L1 byte 0x00000000 is never written');
  });
});

describe('faults name the register or field, its value and the limit', () => {
  const cases: [string, (m: ReturnType<typeof setUp>) => void, string][] = [
    ['a copy of no words', (m) => m.copyIn(DATA, 0, 0), 'register MEMCPY_N is 0; must be at least 1 word.'],
    [
      'a misaligned L2 address',
      (m) => m.copyIn(DATA + 2, 0, 8),
      'register MEMCPY_ADDR is 469766146; must be a multiple of 4 bytes.',
    ],
    [
      'a copy below L2',
      (m) => m.copyIn(0x1000, 0, 8),
      'copy L2 to L1: access to L2 is 0x00001000..0x00001020; must be inside 0x1c000000..0x1c010000.',
    ],
    [
      'a copy beyond L1',
      (m) => m.copyIn(DATA, 16383, 16),
      'access to L1 is 0x0003fff0..0x00040030; must be inside 0x00000000..0x00040000.',
    ],
    [
      'a kind of job that is none',
      (m) => {
        m.write(0xa0, 5);
        m.write(0, 1);
      },
      'register MEMCPY_OP is 5; must be 0 (compute), 1 or 3 (L1 to L2), 2 or 4 (L2 to L1)',
    ],
    [
      'a copy of five banks',
      (m) => {
        for (const [offset, value] of [
          [0xa0, 4],
          [0xa4, DATA],
          [0xb0, 5],
        ] as const)
          m.write(offset, value);
        m.write(0, 1);
      },
      'register MEMCPY_BANK_LENGTH is 5; must be 1 to 4 banks.',
    ],
    [
      'a register that is none',
      (m) => m.write(0x20, 1),
      'register offset of the digital core is 0x00000020; must be one of',
    ],
    [
      'a write to STATUS',
      (m) => m.write(0x0c, 1),
      'write to register STATUS is 0x00000001; must be to a writable register.',
    ],
    [
      'half an instruction',
      (m) => {
        m.write(0x54, 48);
        m.compute();
      },
      'register IM_N is 48; must be a positive multiple of 32 words.',
    ],
    [
      'no stop within IM_N',
      (m) => {
        m.write(0x54, 32);
        m.compute();
      },
      'instruction memory is 1 instructions without stop; must be ended',
    ],
    [
      'only a stop',
      (m) => {
        m.instructions({ stop: 1 }, {});
        m.compute();
      },
      'instruction memory is empty; must be at least one instruction',
    ],
    [
      'instructions never written',
      (m) => {
        m.write(0x50, L2 + 0x8000);
        m.compute();
      },
      'instruction memory: L2 byte 0x1c008000 is never written',
    ],
    [
      'another CONF_N',
      (m) => {
        m.instructions({ mode: 0, c: 1, k: 1, write_l2_l1: 2, dilation: 1 }, { stop: 1 });
        m.write(0x64, 15);
        m.compute();
      },
      'register CONF_N is 15; must be 16 words.',
    ],
    [
      'the configuration of another mode',
      (m) => {
        m.copyIn(DATA, 0, 8);
        m.instructions({ mode: 0, c: 1, k: 1, write_l2_l1: 2, dilation: 1 }, { stop: 1 });
        m.l2.write(CONF, words([0x800]), -1, 'test');
        m.compute();
      },
      'configuration word 0 is 0x00000800; must be 0x00000000 for a dense job; what the chip does otherwise',
    ],
    [
      'an unknown mode',
      (m) => {
        m.instructions({ mode: 2 }, { stop: 1 });
        m.compute();
      },
      'field mode is 2; must be 0 (FC), 1 (conv) or 3',
    ],
    [
      'ACT_N in use',
      (m) => {
        m.write(0x5c, 4);
        m.compute();
      },
      'register ACT_N is 4; must be 0',
    ],
    [
      'a pointer beyond L1',
      (m) => {
        m.instructions({ mode: 3, input_memory_pointer: 0x40000, c: 1 }, { stop: 1 });
        m.compute();
      },
      'sum operand A: access to L1 is 0x00040000..0x00040010',
    ],
    [
      'modes mixed in one job',
      (m) => {
        m.copyIn(DATA, 0, 8);
        m.write(0x54, 96);
        m.instructions(
          { mode: 3, weight_memory_pointer: 16, c: 1 },
          { mode: 0, c: 1, k: 1, write_l2_l1: 2, dilation: 1 },
          { stop: 1 },
        );
        m.compute();
      },
      'field mode is dense after sum; must be the same for all instructions of a job',
    ],
    [
      'more weights than the weight memory',
      (m) => {
        m.instructions({ mode: 0, c: 1, k: 1, write_l2_l1: 2, dilation: 1 }, { stop: 1 });
        m.write(0x4c, 16385);
        m.compute();
      },
      'register WT_FC_N is 16385 words; must be at most 16384 (the weight memory).',
    ],
    [
      'weights that were not loaded',
      (m) => {
        m.copyIn(DATA, 0, 8);
        m.instructions({ mode: 0, c: 1, k: 1, write_l2_l1: 2, dilation: 1 }, { stop: 1 });
        m.write(0x48, DATA);
        m.write(0x4c, 16);
        m.compute();
      },
      'FC weights: weight memory byte 0x00000040 is never written',
    ],
  ];
  it.each(cases)('%s', (_, act, message) => {
    const m = setUp();
    expect(() => act(m)).toThrow(message);
  });
});

describe('what real drivers do runs', () => {
  it('a sum with the configuration of the conv before it, as in every residual network [hal]', () => {
    const { l2, write, copyIn, compute } = setUp();
    copyIn(DATA, 0, 8);
    const zeros = compute();
    l2.write(CONF, words([0x800, 0xf]), -1, 'test');
    expect(compute()).toEqual(zeros);
    expect(zeros).toMatchObject({ kind: 'compute', oddities: [] });
    write(0x64, 3);
    expect(compute()).toMatchObject({ kind: 'compute', oddities: [] });
  });

  it('a copy of 7 words moves 28 bytes and is noted', () => {
    const { core, copyIn } = setUp();
    expect(copyIn(DATA + 32, 0, 7)).toMatchObject({
      bytes: 28,
      oddities: [
        {
          subject: 'register MEMCPY_N',
          value: '7 words',
          usual: 'drivers round copies up to 32 bytes (8 words)',
        },
      ],
    });
    expect([...core.l1.peek(24, 4, 'test')]).toEqual([56, 57, 58, 59]);
    expect(core.l1.isWritten(28, 1)).toBe(false);
  });

  it('a copy of four banks: a line of each bank after the other [ours], whatever MEMCPY_N holds [dory]', () => {
    const { core, l2, write } = setUp();
    write(0xa8, 7);
    const banks = (op: number, address: number) => {
      for (const [offset, value] of [
        [0xa0, op],
        [0xa4, address],
        [0xac, 2],
        [0xb0, 4],
        [0xb4, 2],
      ] as const)
        write(offset, value);
      return write(0, 1);
    };
    // L1 of 256 KiB is four banks of 64 KiB; lines 2 and 3 of each.
    expect(banks(4, DATA)).toMatchObject({ kind: 'copyIn', bytes: 128, l1Address: 32, cycles: 78 });
    for (const [bank, line, first] of [
      [0, 2, 0],
      [1, 2, 16],
      [3, 2, 48],
      [0, 3, 64],
      [3, 3, 112],
    ] as const)
      expect(core.l1.peek(bank * 0x10000 + line * 16, 1, 'test')[0]).toBe(first);
    banks(3, DATA + 0x800);
    expect(l2.peek(DATA + 0x800, 128, 'test')).toEqual(l2.peek(DATA, 128, 'test'));
  });

  it('where what lies there is read, bytes never written are noted, once a read', () => {
    const l2 = new Memory('L2', L2, 0x10000);
    const core = new DigitalCore(l2, DEFAULT_PARAMETERS, new TypedArrayPeArray(), 'read');
    l2.write(
      IM,
      words([...encode({ mode: 3, weight_memory_pointer: 16, c: 1 }), ...encode({ stop: 1 })]),
      -1,
      'test',
    );
    core.l1.write(0, new Uint8Array(16), 0, 'test');
    for (const [offset, value] of [
      [0x60, CONF],
      [0x64, 16],
      [0x50, IM],
      [0x54, 64],
    ] as const)
      core.write(offset, value);
    expect(core.write(0, 1)).toMatchObject({
      oddities: [{ subject: 'sum operand B: L1 byte 0x00000010', value: 'never written' }],
    });
    // The poison that fresh memory holds.
    expect(core.l1.peek(0, 1, 'test')[0]).toBe(0xa5);
  });
});
