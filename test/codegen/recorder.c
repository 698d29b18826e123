/* Stands in for the register port: prints what a program writes to it and what the core would read from L2, a line each. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tvmgen_default.h"
#include "tvmgen_default_internal.h"

#include "diana_port.h"

static uint32_t registers[64];

uint32_t diana_read_word(uint32_t address) {
  (void)address;
  return 0;
}

void diana_write_word(uint32_t address, uint32_t value) { printf("word %x %x\n", (unsigned)address, (unsigned)value); }

uint32_t diana_read(uint32_t offset) {
  (void)offset;
  return 0;
}

static int inside(uintptr_t p, const void *base, uint32_t bytes) {
  return p >= (uintptr_t)base && p < (uintptr_t)base + bytes;
}

uint32_t diana_address(const void *l2) {
  const uintptr_t p = (uintptr_t)l2;
  if (inside(p, &tvmgen_default_constants, sizeof tvmgen_default_constants))
    return CONSTANTS_ADDRESS + (uint32_t)(p - (uintptr_t)&tvmgen_default_constants);
  if (inside(p, tvmgen_default_workspace, sizeof tvmgen_default_workspace))
    return WORKSPACE_ADDRESS + (uint32_t)(p - (uintptr_t)tvmgen_default_workspace);
  printf("an address outside of the network's data\n");
  exit(1);
}

static void print_constants(const char *what, uint32_t address, uint32_t words) {
  const uint8_t *at = (const uint8_t *)&tvmgen_default_constants + (address - CONSTANTS_ADDRESS);
  uint32_t hash = 0x811C9DC5u;
  for (uint32_t i = 0; i < 4 * words; ++i) hash = (hash ^ at[i]) * 0x01000193u;
  printf("read %s %x %u %x\n", what, (unsigned)address, (unsigned)words, (unsigned)hash);
}

void diana_write(uint32_t offset, uint32_t value) {
  printf("write %x %x\n", (unsigned)offset, (unsigned)value);
  registers[offset / 4] = value;
  if (offset == DIANA_WT_CONV_ADDR || offset == DIANA_WT_FC_ADDR) return;
  if (offset == DIANA_WT_CONV_N) print_constants("weights", registers[DIANA_WT_CONV_ADDR / 4], value);
  if (offset == DIANA_WT_FC_N) print_constants("weights", registers[DIANA_WT_FC_ADDR / 4], value);
  if (offset != DIANA_TRIGGER || registers[DIANA_MEMCPY_OP / 4] != DIANA_OP_COMPUTE) return;
  print_constants("configuration", registers[DIANA_CONF_ADDR / 4], registers[DIANA_CONF_N / 4]);
  print_constants("instructions", registers[DIANA_IM_ADDR / 4], registers[DIANA_IM_N / 4]);
}

int main(void) {
  struct tvmgen_default_inputs inputs = tvmgen_default_map_inputs();
  struct tvmgen_default_outputs outputs = tvmgen_default_map_outputs();
  return tvmgen_default_run(&inputs, &outputs);
}
