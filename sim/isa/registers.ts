/**
 * The register port of the digital core: byte offsets from its base. [sdk] Registers from WT_CONV_A_ADDR to SPAR_A_ADDR
 * are not used by the drivers; they read back what was written.
 */
export const REGISTERS = {
  TRIGGER: 0x00,
  ACQUIRE: 0x04,
  FINISHED: 0x08,
  STATUS: 0x0c,
  RUNNING_JOB: 0x10,
  SOFT_CLEAR: 0x14,
  WT_CONV_ADDR: 0x40,
  WT_CONV_N: 0x44,
  WT_FC_ADDR: 0x48,
  WT_FC_N: 0x4c,
  IM_ADDR: 0x50,
  IM_N: 0x54,
  ACT_ADDR: 0x58,
  ACT_N: 0x5c,
  CONF_ADDR: 0x60,
  CONF_N: 0x64,
  WT_CONV_A_ADDR: 0x68,
  WT_FC_A_ADDR: 0x6c,
  IM_A_ADDR: 0x70,
  ACT_A_ADDR: 0x74,
  CONF_A_ADDR: 0x78,
  OUT_DATA: 0x7c,
  OUT_DATA_N: 0x80,
  NB_TILE: 0x84,
  LUT_ADDR: 0x88,
  LUT_N: 0x8c,
  LUT_A_ADDR: 0x90,
  SPAR_ADDR: 0x94,
  SPAR_N: 0x98,
  SPAR_A_ADDR: 0x9c,
  MEMCPY_OP: 0xa0,
  MEMCPY_ADDR: 0xa4,
  MEMCPY_N: 0xa8,
  L1ADDR: 0xac,
  MEMCPY_BANK_LENGTH: 0xb0,
  MEMCPY_ROW_LENGTH: 0xb4,
  WT_MEM_ADDR: 0xb8,
} as const;
export type RegisterName = keyof typeof REGISTERS;

/** Bytes of address space that the port takes. */
export const REGISTER_PORT_BYTES = 0x100;

/** By offset; undefined between the registers. */
const NAMES: (RegisterName | undefined)[] = new Array(REGISTER_PORT_BYTES).fill(undefined);
for (const [name, offset] of Object.entries(REGISTERS)) NAMES[offset] = name as RegisterName;

/** The register at a byte offset, or undefined where there is none. */
export const registerName = (offset: number): RegisterName | undefined => NAMES[offset];

/** Values of MEMCPY_OP: the kind of job that TRIGGER starts. */
export const MEMCPY_OP = {
  compute: 0,
  l1ToL2: 1,
  l2ToL1: 2,
  banksL1ToL2: 3,
  banksL2ToL1: 4,
} as const;

/** Lengths in 32-bit words that drivers give. [hal] */
export const INSTRUCTION_MEMORY_WORDS = 64;
export const CONFIGURATION_WORDS = 16;

/** Configuration words 0..2 (the other 13 are 0), by the kind of compute job; a sum takes any, and our compiler gives it zeros. [hal] */
export const CONFIGURATION = {
  conv: [0x800, 0xf, 0],
  fullyConnected: [0, 0, 0],
  sum: [0, 0, 0],
} as const;
