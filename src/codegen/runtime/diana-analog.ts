import { BANKS } from '../../../sim/isa/analog/geometry.js';
import { ANALOG_FIELDS } from '../../../sim/isa/analog/instruction.js';
import {
  ANALOG_CONFIGURATION,
  ANALOG_CONFIGURATION_WORDS,
  ANALOG_INSTRUCTION_MEMORY_WORDS,
  ANALOG_REGISTERS,
} from '../../../sim/isa/analog/registers.js';
import { MEMORY_MAP } from '../../../sim/isa/geometry.js';
import { MEMCPY_OP } from '../../../sim/isa/registers.js';
import { hex32 } from '../c/writer.js';

const hexOffset = (n: number): string => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;

/** dory/include/diana_analog_registers.h: the analog core's port, from the one description of the hardware. */
export function analogRegistersHeader(): string {
  const registers = Object.entries(ANALOG_REGISTERS).map(
    ([name, at]) => `#define DIANA_ANALOG_${name} ${hexOffset(at)}`,
  );
  return `/* The register port of DIANA's analog core: byte offsets from its base. */
#ifndef DIANA_ANALOG_REGISTERS_H
#define DIANA_ANALOG_REGISTERS_H

#define DIANA_ANALOG_BASE ${hex32(MEMORY_MAP.analogCore)}u

${registers.join('\n')}

/* Values of MEMCPY_OP. */
#define DIANA_ANALOG_OP_COMPUTE ${MEMCPY_OP.compute}
#define DIANA_ANALOG_OP_BANKS_TO_L2 ${MEMCPY_OP.banksL1ToL2}
#define DIANA_ANALOG_OP_L2_TO_BANKS ${MEMCPY_OP.banksL2ToL1}

#define DIANA_ANALOG_BANKS ${BANKS}
#define DIANA_ANALOG_CONFIGURATION_WORDS ${ANALOG_CONFIGURATION_WORDS}
#define DIANA_ANALOG_INSTRUCTION_MEMORY_WORDS ${ANALOG_INSTRUCTION_MEMORY_WORDS}

#endif
`;
}

/** dory/include/diana_analog.h */
export function analogHeader(): string {
  const widest = Math.max(...ANALOG_FIELDS.map(({ name }) => name.length));
  const fields = ANALOG_FIELDS.map(
    ({ name, doc }) => `  uint16_t ${`${name};`.padEnd(widest + 1)} /* ${doc} */`,
  );
  return `/* Runtime library for the analog core of DIANA: its start, copies of all banks of L1, compute jobs, the instruction. */
#ifndef DIANA_ANALOG_H
#define DIANA_ANALOG_H

#include <stdint.h>

#include "diana.h"
#include "diana_analog_registers.h"

/* The instruction: 32 half-words. The second instruction of a layer ends the job. */
typedef struct {
${fields.join('\n')}
} diana_analog_instruction;

/* Starts the array: the boot job while pin 17 is high, then a wait for pin 18. Call once before the first job, after
 * diana_init. DIANA_ANALOG_BOOT_DELAY turns of an empty loop follow; dory-hal's driver waits 200000000. */
void diana_analog_boot(void);

/* Copies lines of 16 bytes between L2 and all ${BANKS} banks of L1 and waits: L2 holds a line of each bank after the other, l1 is a
 * byte address in each bank, a multiple of 16. */
void diana_analog_copy_in(uint32_t l1, const void *l2, uint32_t lines);
void diana_analog_copy_out(void *l2, uint32_t l1, uint32_t lines);

/* Loads the array's cells and the constants of the batch norm from L2, runs one convolution and waits. */
void diana_analog_conv(const diana_analog_instruction *instruction, const uint32_t *configuration, const int8_t *cells,
                       const int8_t *norm);

#endif
`;
}

/** dory/include/diana_analog_port.h */
export const ANALOG_PORT_H = `/* Access to the register port of the analog core, as diana_port.h has it for the digital one. */
#ifndef DIANA_ANALOG_PORT_H
#define DIANA_ANALOG_PORT_H

#include <stdint.h>

#include "diana_analog_registers.h"
#include "diana_port.h"

#ifdef DIANA_EXTERNAL_PORT

void diana_analog_write(uint32_t offset, uint32_t value);
uint32_t diana_analog_read(uint32_t offset);

#else

static inline void diana_analog_write(uint32_t offset, uint32_t value) {
  diana_write_word(DIANA_ANALOG_BASE + offset, value);
}

static inline uint32_t diana_analog_read(uint32_t offset) {
  return diana_read_word(DIANA_ANALOG_BASE + offset);
}

#endif

#endif
`;

/** Half-words of the boot job's instructions, in the order of the fields. [hal] */
const BOOT_INSTRUCTIONS = `  {
    .skips = 0x3f, .output_memory_pointer = 0x800, .c = 0x40, .k = 0x200, .cx = 2,
    .cy = 2, .precision = 7, .pool_fy_fx = 0x11, .ox = 2, .oy = 2, .ox_unroll = 1,
    .stride = 1, .processing_blocks = 1, .complicated_register = 0x2005, .use_blk_col = 0xffff, .reg21 = 0x100, .stop = 0xf000,
    .reg24 = 0x84, .reg25 = 0x900,
  },
  {
    .skips = 0x3f, .precision = 7, .ox_unroll = 1, .processing_blocks = 1, .complicated_register = 5, .use_blk_col = 1,
    .reg21 = 0x10a, .stop = 0xf001, .reg24 = 0x84,
  },`;

/** dory/src/diana_analog.c */
export const ANALOG_C = `#include "diana_analog.h"

#include "diana_analog_port.h"

#ifndef DIANA_ANALOG_BOOT_DELAY
#ifdef DIANA_PULP_SDK
#define DIANA_ANALOG_BOOT_DELAY 200000000u
#else
#define DIANA_ANALOG_BOOT_DELAY 0u
#endif
#endif

/* The pins of the boot: the chip's input and its answer. */
#define BOOT_PIN 17
#define BOOTED_PIN 18

/* Pads 16 to 31 in the SoC control, two bits each (1: GPIO), and the GPIO's registers. */
#define PAD_FUNCTIONS_16 0x1A104014u
#define GPIO_DIRECTION ${hex32(MEMORY_MAP.gpio)}u
#define GPIO_ENABLE ${hex32(MEMORY_MAP.gpio + 4)}u
#define GPIO_IN ${hex32(MEMORY_MAP.gpio + 8)}u
#define GPIO_OUT ${hex32(MEMORY_MAP.gpio + 12)}u

#ifdef DIANA_PULP_SDK
#define BOOT_DATA RT_L2_DATA
#else
#define BOOT_DATA
#endif

static BOOT_DATA diana_analog_instruction boot_instructions[2] DIANA_LINE = {
${BOOT_INSTRUCTIONS}
};

static BOOT_DATA uint32_t boot_configuration[DIANA_ANALOG_CONFIGURATION_WORDS] DIANA_LINE = {
  ${ANALOG_CONFIGURATION.boot.map((word) => `0x${word.toString(16)}`).join(', ')}
};

static void run_and_wait(void) {
  diana_barrier();
  diana_analog_write(DIANA_ANALOG_TRIGGER, 1);
  while (diana_analog_read(DIANA_ANALOG_STATUS) != 0) {
  }
  diana_barrier();
}

static void set_bits(uint32_t address, uint32_t mask, uint32_t value) {
  diana_write_word(address, (diana_read_word(address) & ~mask) | value);
}

/* Where a job finds its configuration, its instructions, the array's cells and the batch norm. */
static void give_program(const diana_analog_instruction *instruction, const uint32_t *configuration, uint32_t cells,
                         uint32_t norm) {
  diana_analog_write(DIANA_ANALOG_MEMCPY_OP, DIANA_ANALOG_OP_COMPUTE);
  diana_analog_write(DIANA_ANALOG_CONF_ADDR, diana_address(configuration));
  diana_analog_write(DIANA_ANALOG_CONF_N, DIANA_ANALOG_CONFIGURATION_WORDS);
  diana_analog_write(DIANA_ANALOG_IM_ADDR, diana_address(instruction));
  diana_analog_write(DIANA_ANALOG_IM_N, DIANA_ANALOG_INSTRUCTION_MEMORY_WORDS);
  diana_analog_write(DIANA_ANALOG_WT_CONV_ADDR, cells);
  diana_analog_write(DIANA_ANALOG_WT_SIMD_ADDR, norm);
  diana_analog_write(DIANA_ANALOG_ACT_N, 0);
  diana_analog_write(DIANA_ANALOG_NB_TILE, 0);
}

void diana_analog_boot(void) {
  const uint32_t pad = 2 * (BOOT_PIN - 16);
  const uint32_t booted_pad = 2 * (BOOTED_PIN - 16);
  const uint32_t pins = 1u << BOOT_PIN | 1u << BOOTED_PIN;
  set_bits(PAD_FUNCTIONS_16, 3u << pad | 3u << booted_pad, 1u << pad | 1u << booted_pad);
  set_bits(GPIO_ENABLE, 0, pins);
  set_bits(GPIO_DIRECTION, pins, 1u << BOOT_PIN);
  set_bits(GPIO_OUT, 0, 1u << BOOT_PIN);
  give_program(boot_instructions, boot_configuration, 0, 0);
  run_and_wait();
  set_bits(GPIO_OUT, 1u << BOOT_PIN, 0);
  while ((diana_read_word(GPIO_IN) >> BOOTED_PIN & 1) == 0) {
  }
#if DIANA_ANALOG_BOOT_DELAY > 0
  for (uint32_t i = 0; i < DIANA_ANALOG_BOOT_DELAY; ++i) diana_barrier();
#endif
}

static void copy(uint32_t operation, uint32_t l2, uint32_t l1, uint32_t lines) {
  diana_analog_write(DIANA_ANALOG_MEMCPY_OP, operation);
  diana_analog_write(DIANA_ANALOG_MEMCPY_ADDR, l2);
  diana_analog_write(DIANA_ANALOG_L1ADDR, l1 / DIANA_LINE_BYTES);
  diana_analog_write(DIANA_ANALOG_MEMCPY_BANK_LENGTH, DIANA_ANALOG_BANKS);
  diana_analog_write(DIANA_ANALOG_MEMCPY_ROW_LENGTH, lines);
  run_and_wait();
}

void diana_analog_copy_in(uint32_t l1, const void *l2, uint32_t lines) {
  copy(DIANA_ANALOG_OP_L2_TO_BANKS, diana_address(l2), l1, lines);
}

void diana_analog_copy_out(void *l2, uint32_t l1, uint32_t lines) {
  copy(DIANA_ANALOG_OP_BANKS_TO_L2, diana_address(l2), l1, lines);
}

void diana_analog_conv(const diana_analog_instruction *instruction, const uint32_t *configuration, const int8_t *cells,
                       const int8_t *norm) {
  give_program(instruction, configuration, diana_address(cells), diana_address(norm));
  run_and_wait();
}
`;
