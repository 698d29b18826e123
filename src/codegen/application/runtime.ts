/** app/include/console.h */
export const CONSOLE_H = `/* Text output without <stdio.h> on the chip: every store to the SoC's stdout prints a character. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdint.h>

void console_character(char c);
void console_text(const char *text);
/* Decimal; a number with six digits behind the point. */
void console_unsigned(uint32_t value);
void console_float(float value);
/* Eight hexadecimal digits behind 0x. */
void console_hex(uint32_t value);

#endif
`;

/** app/src/console.c */
export const CONSOLE_C = String.raw`#include "console.h"

#if defined(DIANA_BARE)

/* The host core's own word of the SoC's stdout. */
#define STDOUT_WORD 0x1A10FF80u

void console_character(char c) { *(volatile uint32_t *)(uintptr_t)STDOUT_WORD = (uint8_t)c; }

#else

#include <stdio.h>

void console_character(char c) { printf("%c", c); }

#endif

void console_text(const char *text) {
  while (*text != '\0') console_character(*text++);
}

void console_unsigned(uint32_t value) {
  char digits[10];
  int32_t count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count > 0) console_character(digits[--count]);
}

void console_float(float value) {
  uint32_t rest;
  if (value < 0.0f) {
    console_character('-');
    value = -value;
  }
  if (!(value < 4294967040.0f)) {
    console_text(value == value ? "large" : "nan");
    return;
  }
  console_unsigned((uint32_t)value);
  console_character('.');
  rest = (uint32_t)((value - (float)(uint32_t)value) * 1000000.0f);
  for (uint32_t digit = 100000; digit > 0; digit /= 10) console_character((char)('0' + rest / digit % 10));
}

void console_hex(uint32_t value) {
  console_text("0x");
  for (int32_t shift = 28; shift >= 0; shift -= 4) console_character("0123456789ABCDEF"[(value >> shift) & 15]);
}
`;

/** app/include/malloc_wrapper.h */
export const MALLOC_WRAPPER_H = `/* Memory for an application: on the chip what the network leaves of L2, elsewhere malloc. Returns 0 when there is
 * no more. */
#ifndef MALLOC_WRAPPER_H
#define MALLOC_WRAPPER_H

#include <stdint.h>

void *malloc_wrapper(uint32_t bytes);
/* Gives back everything that was allocated since block, block included. */
void free_wrapper(void *block);

#endif
`;

/** app/src/malloc_wrapper.c */
export const MALLOC_WRAPPER_C = `#include "malloc_wrapper.h"

#if defined(DIANA_BARE)

/* The linker script's heap: L2 behind the network's data. Blocks start on lines of 16 bytes. */
extern uint8_t __heap_start[], __heap_end[];

static uint8_t *next_block = __heap_start;

void *malloc_wrapper(uint32_t bytes) {
  uint8_t *block = next_block;
  if (bytes > (uint32_t)(__heap_end - block)) return 0;
  bytes = (bytes + 15) & ~(uint32_t)15;
  next_block = bytes > (uint32_t)(__heap_end - block) ? __heap_end : block + bytes;
  return block;
}

void free_wrapper(void *block) {
  if (block != 0) next_block = block;
}

#else

#include <stdlib.h>

void *malloc_wrapper(uint32_t bytes) { return malloc(bytes); }

void free_wrapper(void *block) { free(block); }

#endif
`;

/** app/include/dump.h */
export const DUMP_H = `/* With TVMGEN_DUMP every kernel's result is appended to the file kernels.bin, in the order of the calls. */
#ifndef DUMP_H
#define DUMP_H

#ifdef TVMGEN_DUMP

#include <stddef.h>

void dump_tensor(const char *kernel, const void *data, size_t bytes);
#define DUMP_TENSOR(kernel, data, bytes) dump_tensor(kernel, data, bytes)

#else

#define DUMP_TENSOR(kernel, data, bytes) ((void)0)

#endif

#endif
`;

/** app/src/dump.c */
export const DUMP_C = String.raw`#include "dump.h"

#ifdef TVMGEN_DUMP

#include <stdio.h>
#include <stdlib.h>

void dump_tensor(const char *kernel, const void *data, size_t bytes) {
  static FILE *file;
  if (file == NULL) file = fopen("kernels.bin", "wb");
  if (file == NULL || fwrite(data, 1, bytes, file) != bytes || fflush(file) != 0) {
    fprintf(stderr, "cannot write the result of %s to kernels.bin\n", kernel);
    exit(3);
  }
}

#else

/* An empty file is not C. */
typedef int dump_is_off;

#endif
`;

/** app/include/profile.h */
export const profileHeader = (
  slots: number,
): string => `/* Counts cycles around kernels (or the whole network) and prints them as CSV. On the chip: cycles of RI5CY's
 * performance counter; elsewhere: nanoseconds of processor time. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdint.h>

#define PROFILE_SLOTS ${slots}

/* What each slot counts. */
extern const char *const profile_names[PROFILE_SLOTS];

void profile_start(void);
void profile_stop(int32_t slot);
/* One line a slot: name,count. */
void profile_report(void);

#endif
`;

/** app/src/profile.c */
export const PROFILE_C = String.raw`#include "profile.h"

#include "console.h"

static uint32_t spent[PROFILE_SLOTS];
static uint32_t started;

#if defined(__riscv)

#define UNIT "cycles"

/* Event 0 (cycles) counts in PCCR0; PCMR's bit 0 lets it run. */
static uint32_t now(void) {
  uint32_t cycles;
  __asm__ volatile("csrwi 0xCC0, 1\n csrwi 0xCC1, 1\n csrr %0, 0x780" : "=r"(cycles));
  return cycles;
}

#else

#include <time.h>

#define UNIT "nanoseconds"

static uint32_t now(void) { return (uint32_t)((double)clock() * (1e9 / CLOCKS_PER_SEC)); }

#endif

void profile_start(void) { started = now(); }

void profile_stop(int32_t slot) { spent[slot] += now() - started; }

void profile_report(void) {
  console_text("kernel," UNIT "\n");
  for (int32_t i = 0; i < PROFILE_SLOTS; ++i) {
    console_text(profile_names[i]);
    console_character(',');
    console_unsigned(spent[i]);
    console_character('\n');
  }
}
`;
