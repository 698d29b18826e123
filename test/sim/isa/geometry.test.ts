import { describe, expect, it } from 'vitest';
import { copyBytes, MEMORY_MAP, withCopySlack } from '../../../sim/isa/geometry.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';
import { CONFIGURATION, MEMCPY_OP, registerName } from '../../../sim/isa/registers.js';

// Numbers typed from hardware.md: sections 1 (memories), 2 (register port) and 7 (cycles).

describe('copies', () => {
  it.each([
    [0, 0, 32],
    [1, 32, 64],
    [31, 32, 64],
    [32, 32, 64],
    [33, 64, 96],
    [100, 128, 160],
  ])('a copy of %i bytes moves %i; %i are kept free for it', (n, moved, kept) =>
    expect([copyBytes(n), withCopySlack(n)]).toEqual([moved, kept]),
  );
});

describe('the chip', () => {
  it('has L2 at 0x1c000000 and the digital core at 0x1a10c000', () =>
    expect([MEMORY_MAP.l2, MEMORY_MAP.digitalCore]).toEqual([0x1c000000, 0x1a10c000]));

  it('has 512 KiB of L2, 64 of them for the host program, 256 KiB of L1 and 64 KiB for weights', () =>
    expect(DEFAULT_PARAMETERS.chip).toEqual({
      clockHz: 260_000_000,
      l2Bytes: 524_288,
      l2ReservedBytes: 65_536,
      l1Bytes: 262_144,
      weightMemoryBytes: 65_536,
    }));

  it('takes the cycles that the model names', () =>
    expect(DEFAULT_PARAMETERS.cycles).toEqual({
      copySetup: 70,
      bytesPerCycle: 16,
      convCyclesPerChannelRow: 2,
      convBlockOverhead: 23,
      convPaddingRows: 0,
      fcBlockOverhead: 23,
      fcCyclesPerLine: 1,
      weightBytesPerCycle: 16,
      instructionBytesPerCycle: 16,
      sumCyclesPerLine: 3,
      sumOverhead: 23,
      launch: 70,
      tileLoop: 500,
    }));
});

describe('the register port', () => {
  it.each([
    [0x00, 'TRIGGER'],
    [0x58, 'ACT_ADDR'],
    [0xb8, 'WT_MEM_ADDR'],
    [0x18, undefined],
    [0xbc, undefined],
    [0x01, undefined],
  ])('offset 0x%x is %s', (offset, name) => expect(registerName(offset)).toBe(name));

  it('MEMCPY_OP is 0 for computing, 1 towards L2, 2 towards L1', () =>
    expect([MEMCPY_OP.compute, MEMCPY_OP.l1ToL2, MEMCPY_OP.l2ToL1]).toEqual([0, 1, 2]));

  it('only a conv has configuration words other than 0', () =>
    expect(CONFIGURATION).toEqual({ conv: [0x800, 0xf, 0], fullyConnected: [0, 0, 0], sum: [0, 0, 0] }));
});
