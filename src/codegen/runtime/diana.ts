import { COPY_GRANULE_BYTES, LINE_BYTES, MEMORY_MAP, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { FIELDS } from '../../../sim/isa/instruction.js';
import {
  CONFIGURATION_WORDS,
  INSTRUCTION_MEMORY_WORDS,
  MEMCPY_OP,
  REGISTERS,
} from '../../../sim/isa/registers.js';
import { hex32 } from '../c/writer.js';

const hexOffset = (n: number): string => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;

/** dory/include/diana_registers.h: the register port, from the one description of the hardware. */
export function registersHeader(): string {
  const registers = Object.entries(REGISTERS).map(([name, at]) => `#define DIANA_${name} ${hexOffset(at)}`);
  return `/* The register port of DIANA's digital core: byte offsets from its base. */
#ifndef DIANA_REGISTERS_H
#define DIANA_REGISTERS_H

#define DIANA_DIGITAL_BASE ${hex32(MEMORY_MAP.digitalCore)}u

${registers.join('\n')}

/* Values of MEMCPY_OP. */
#define DIANA_OP_COMPUTE ${MEMCPY_OP.compute}
#define DIANA_OP_L1_TO_L2 ${MEMCPY_OP.l1ToL2}
#define DIANA_OP_L2_TO_L1 ${MEMCPY_OP.l2ToL1}

#define DIANA_WORD_BYTES ${WORD_BYTES}
#define DIANA_LINE_BYTES ${LINE_BYTES}
/* A copy moves whole granules: buffers in L2 have room for the rest of the last one. */
#define DIANA_COPY_GRANULE_BYTES ${COPY_GRANULE_BYTES}
#define DIANA_CONFIGURATION_WORDS ${CONFIGURATION_WORDS}
#define DIANA_INSTRUCTION_MEMORY_WORDS ${INSTRUCTION_MEMORY_WORDS}

#endif
`;
}

/** dory/include/diana.h */
export function dianaHeader(): string {
  const widest = Math.max(...FIELDS.map(({ name }) => name.length));
  const fields = FIELDS.map(({ name, doc, unit }) => {
    const comment = unit === '' ? doc : `${doc} [${unit}]`;
    return `  uint32_t ${`${name};`.padEnd(widest + 1)} /* ${comment} */`;
  });
  return `/* Runtime library for the digital core of DIANA: copies, compute jobs and the instruction. */
#ifndef DIANA_H
#define DIANA_H

#include <stdint.h>

#include "diana_registers.h"

/* Starts on a line of 16 bytes, as operands of the core do. */
#define DIANA_LINE __attribute__((aligned(DIANA_LINE_BYTES)))

/* Where constants and activations go: sections that this project's linker script places by the L2 plan; with the PULP
 * SDK its section for data in shared L2. */
#ifdef DIANA_PULP_SDK
#include "rt/rt_api.h"
#define DIANA_SECTION(name) RT_L2_DATA
#else
#define DIANA_SECTION(name) __attribute__((section(name)))
#endif

/* The instruction: one field a word. The second instruction of a layer has stop = 1. */
typedef struct {
${fields.join('\n')}
} diana_instruction;

/* Enables the accelerator's events in the SoC event unit. Call once before the first job. */
void diana_init(void);

/* Copies bytes between L2 and L1 and waits. l1 is a byte address in L1, a multiple of 16; the L2 address a multiple of
 * 4. The length is rounded up to 32 bytes, so up to 31 bytes behind the destination are overwritten too: every buffer
 * of the generated program has that slack. */
void diana_copy_in(uint32_t l1, const void *l2, uint32_t bytes);
void diana_copy_out(void *l2, uint32_t l1, uint32_t bytes);

/* Runs one instruction and waits: a convolution or one channel of a depthwise one, a fully connected layer, an
 * element-wise sum. The weights are loaded from L2 to the weight memory first; weight_bytes is a multiple of 4. */
void diana_conv(const diana_instruction *instruction, const uint32_t *configuration, const int8_t *weights,
                uint32_t weight_bytes);
void diana_fc(const diana_instruction *instruction, const uint32_t *configuration, const int8_t *weights,
              uint32_t weight_bytes);
void diana_sum(const diana_instruction *instruction, const uint32_t *configuration);

/* The weights of one depthwise channel: four channels share a block, each in its own group of lanes. */
static inline const int8_t *diana_depthwise_weights(const int8_t *weights, uint32_t channel, uint32_t block_bytes) {
  return weights + (channel & 3) * 4 + (channel >> 2) * block_bytes;
}

#endif
`;
}

/** dory/include/diana_port.h */
export const DIANA_PORT_H = `/* Access to the register port and to L2 addresses. With DIANA_EXTERNAL_PORT the functions come from elsewhere: a
 * recorder or a co-simulation. */
#ifndef DIANA_PORT_H
#define DIANA_PORT_H

#include <stdint.h>

#include "diana_registers.h"

#ifdef DIANA_EXTERNAL_PORT

void diana_write(uint32_t offset, uint32_t value);
uint32_t diana_read(uint32_t offset);
uint32_t diana_address(const void *l2);
uint32_t diana_read_word(uint32_t address);
void diana_write_word(uint32_t address, uint32_t value);

#else

static inline uint32_t diana_read_word(uint32_t address) {
  return *(volatile uint32_t *)(uintptr_t)address;
}

static inline void diana_write_word(uint32_t address, uint32_t value) {
  *(volatile uint32_t *)(uintptr_t)address = value;
}

static inline void diana_write(uint32_t offset, uint32_t value) {
  diana_write_word(DIANA_DIGITAL_BASE + offset, value);
}

static inline uint32_t diana_read(uint32_t offset) {
  return diana_read_word(DIANA_DIGITAL_BASE + offset);
}

/* The host and the core see L2 at the same addresses. */
static inline uint32_t diana_address(const void *l2) { return (uint32_t)(uintptr_t)l2; }

#endif

/* Nothing is kept in registers or moved across: the core reads and writes L2 behind the compiler's back. */
static inline void diana_barrier(void) { __asm__ volatile("" ::: "memory"); }

#endif
`;

/** dory/src/diana.c */
export const DIANA_C = `#include "diana.h"

#include "diana_port.h"

/* SoC event unit: word 3 of its masks, bits of the accelerators. */
#define EVENT_MASK_3 0x1A106018u
#define EVENT_ACCELERATORS 0xC00u

void diana_init(void) { diana_write_word(EVENT_MASK_3, diana_read_word(EVENT_MASK_3) | EVENT_ACCELERATORS); }

static void run_and_wait(void) {
  diana_barrier();
  diana_write(DIANA_TRIGGER, 1);
  while (diana_read(DIANA_STATUS) != 0) {
  }
  diana_barrier();
}

static uint32_t copy_words(uint32_t bytes) {
  return (bytes + DIANA_COPY_GRANULE_BYTES - 1) / DIANA_COPY_GRANULE_BYTES *
         (DIANA_COPY_GRANULE_BYTES / DIANA_WORD_BYTES);
}

static void copy(uint32_t operation, uint32_t l2, uint32_t l1, uint32_t bytes) {
  diana_write(DIANA_MEMCPY_OP, operation);
  diana_write(DIANA_MEMCPY_ADDR, l2);
  diana_write(DIANA_MEMCPY_N, copy_words(bytes));
  diana_write(DIANA_L1ADDR, l1 / DIANA_LINE_BYTES);
  run_and_wait();
}

void diana_copy_in(uint32_t l1, const void *l2, uint32_t bytes) {
  copy(DIANA_OP_L2_TO_L1, diana_address(l2), l1, bytes);
}

void diana_copy_out(void *l2, uint32_t l1, uint32_t bytes) {
  copy(DIANA_OP_L1_TO_L2, diana_address(l2), l1, bytes);
}

/* Where a job finds its configuration and its instructions. */
static void give_program(const diana_instruction *instruction, const uint32_t *configuration) {
  diana_write(DIANA_MEMCPY_OP, DIANA_OP_COMPUTE);
  diana_write(DIANA_CONF_ADDR, diana_address(configuration));
  diana_write(DIANA_CONF_N, DIANA_CONFIGURATION_WORDS);
  diana_write(DIANA_IM_ADDR, diana_address(instruction));
  diana_write(DIANA_IM_N, DIANA_INSTRUCTION_MEMORY_WORDS);
  diana_write(DIANA_ACT_ADDR, 0);
  diana_write(DIANA_ACT_N, 0);
}

void diana_conv(const diana_instruction *instruction, const uint32_t *configuration, const int8_t *weights,
                uint32_t weight_bytes) {
  give_program(instruction, configuration);
  diana_write(DIANA_WT_CONV_ADDR, diana_address(weights));
  diana_write(DIANA_WT_CONV_N, weight_bytes / DIANA_WORD_BYTES);
  run_and_wait();
}

void diana_fc(const diana_instruction *instruction, const uint32_t *configuration, const int8_t *weights,
              uint32_t weight_bytes) {
  give_program(instruction, configuration);
  diana_write(DIANA_WT_FC_ADDR, diana_address(weights));
  diana_write(DIANA_WT_FC_N, weight_bytes / DIANA_WORD_BYTES);
  run_and_wait();
}

void diana_sum(const diana_instruction *instruction, const uint32_t *configuration) {
  give_program(instruction, configuration);
  run_and_wait();
}
`;
