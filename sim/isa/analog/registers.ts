/** The register port of the analog core: byte offsets from its base. [sdk] OUT_DATA, OUT_DATA_N, ACT_ADDR and NB_TILE read back what was written. */
export const ANALOG_REGISTERS = {
  TRIGGER: 0x00,
  ACQUIRE: 0x04,
  FINISHED: 0x08,
  STATUS: 0x0c,
  RUNNING_JOB: 0x10,
  SOFT_CLEAR: 0x14,
  WT_CONV_ADDR: 0x40,
  WT_SIMD_ADDR: 0x44,
  IM_ADDR: 0x48,
  IM_N: 0x4c,
  ACT_ADDR: 0x50,
  ACT_N: 0x54,
  CONF_ADDR: 0x58,
  CONF_N: 0x5c,
  OUT_DATA: 0x60,
  OUT_DATA_N: 0x64,
  NB_TILE: 0x68,
  MEMCPY_OP: 0x6c,
  MEMCPY_ADDR: 0x70,
  MEMCPY_N: 0x74,
  L1ADDR: 0x78,
  MEMCPY_BANK_LENGTH: 0x7c,
  MEMCPY_ROW_LENGTH: 0x80,
} as const;
export type AnalogRegister = keyof typeof ANALOG_REGISTERS;

const NAMES = new Map<number, AnalogRegister>(
  Object.entries(ANALOG_REGISTERS).map(([name, offset]) => [offset, name as AnalogRegister]),
);

/** The register at a byte offset, or undefined where there is none. */
export const analogRegisterName = (offset: number): AnalogRegister | undefined => NAMES.get(offset);

/** Words of instruction memory that drivers give: two instructions of 32 half-words. [hal] */
export const ANALOG_INSTRUCTION_MEMORY_WORDS = 32;
/** Configuration words that drivers give. [hal] */
export const ANALOG_CONFIGURATION_WORDS = 16;

/** Configuration words 0 and 1 of a compute job and of the boot job; the other 14 are 0. [hal] */
export const ANALOG_CONFIGURATION = {
  compute: [0x0300_0000, 0x0303_001f],
  boot: [0x0100_0000, 0x0101_0001],
} as const;
