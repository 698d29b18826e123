import { LINE_BYTES, MEMORY_MAP } from '../../../sim/isa/geometry.js';
import { roundUp } from '../../base/units.js';
import type { Program } from '../../program/types.js';
import { hex32 } from '../c/writer.js';
import type { DataPlan } from '../network/data.js';

/** Smallest stack that the linker accepts, in bytes. [ours] */
export const LEAST_STACK_BYTES = 4096;

/** L2 as the linker script divides it: code and stack, the network's data at the plan's addresses, the rest. In bytes. */
export interface TargetRegions {
  readonly host: { readonly address: number; readonly bytes: number };
  readonly rest: { readonly address: number; readonly bytes: number };
}

export function targetRegions(program: Program, plan: DataPlan): TargetRegions {
  const { chip } = program.manifest.hardware;
  const end = MEMORY_MAP.l2 + chip.l2Bytes;
  const rest = roundUp(plan.workspace.address + plan.workspace.bytes, LINE_BYTES);
  return {
    host: { address: MEMORY_MAP.l2, bytes: plan.constants.address - MEMORY_MAP.l2 },
    rest: { address: rest, bytes: Math.max(0, end - rest) },
  };
}

/** target/link.ld */
export function linkerScript(plan: DataPlan, regions: TargetRegions): string {
  const region = (name: string, flags: string, r: { address: number; bytes: number }) =>
    `  ${name.padEnd(9)} (${flags}) : ORIGIN = ${hex32(r.address)}, LENGTH = ${r.bytes}`;
  return `/* L2 of DIANA: code, stack and small data first, then the network's constants and activations where the compiler's
 * L2 plan has them, so that every address that reaches the accelerator is the plan's; then sample data and the heap. */
OUTPUT_ARCH(riscv)
ENTRY(_start)

MEMORY
{
${region('HOST', 'rwx', regions.host)}
${region('CONSTANTS', 'rw', plan.constants)}
${region('WORKSPACE', 'rw', plan.workspace)}
${region('REST', 'rw', regions.rest)}
}

PHDRS
{
  text PT_LOAD FLAGS(5);
  data PT_LOAD FLAGS(6);
  constants PT_LOAD FLAGS(6);
  workspace PT_LOAD FLAGS(6);
  sample PT_LOAD FLAGS(4);
}

SECTIONS
{
  .vectors : { KEEP(*(.vectors)) } > HOST :text
  .text : { *(.text .text.*) . = ALIGN(4); } > HOST :text
  .rodata : { *(.rodata .rodata.* .srodata .srodata.*) . = ALIGN(4); } > HOST :text
  .data : {
    *(.data .data.*)
    __global_pointer$ = . + 0x400;
    *(.sdata .sdata.*)
    . = ALIGN(4);
  } > HOST :data
  .bss (NOLOAD) : {
    __bss_start = .;
    *(.sbss .sbss.* .bss .bss.* COMMON)
    . = ALIGN(16);
    __bss_end = .;
  } > HOST :data

  /* The stack takes what is left and grows down to the guard word at its low end. */
  __stack_low = __bss_end;
  __stack_top = ORIGIN(HOST) + LENGTH(HOST);
  ASSERT(__stack_top - __stack_low >= ${LEAST_STACK_BYTES}, "code and data leave less than ${LEAST_STACK_BYTES} bytes of stack")

  .diana.constants : { *(.diana.constants) } > CONSTANTS :constants
  .diana.workspace (NOLOAD) : { *(.diana.workspace) } > WORKSPACE :workspace
  .diana.sample : { *(.diana.sample) . = ALIGN(16); } > REST :sample
  __heap_start = ADDR(.diana.sample) + SIZEOF(.diana.sample);
  __heap_end = ORIGIN(REST) + LENGTH(REST);

  /DISCARD/ : { *(.comment) *(.riscv.attributes) *(.eh_frame*) *(.note*) }
}
`;
}

/** target/crt0.S */
export const CRT0_S = `/* Start-up of a program on the host core: vectors, stack, bss, main, exit. */

#define STACK_GUARD 0xDA7A57AC

    .section .vectors, "ax"
    .option push
    .option norvc
    .align 8
    .globl vectors
vectors:
    j trap_entry /* exceptions */
    .rept 31
    j trap_entry /* interrupts 1 to 31: none is enabled */
    .endr

    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    la t0, vectors
    csrw mtvec, t0
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  la t0, __stack_low
    li t1, STACK_GUARD
    sw t1, 0(t0)
    li a0, 0
    li a1, 0
    call main
    la t0, __stack_low
    lw t0, 0(t0)
    li t1, STACK_GUARD
    beq t0, t1, exit
    la sp, __stack_top
    call stack_overflow
    j exit
    .option pop

/* exit(status): bit 31 of the SoC's core status ends the program, the others carry the status. */
    .globl exit
exit:
    li t0, 0x80000000
    or a0, a0, t0
    li t1, 0x1A1040A0
    sw a0, 0(t1)
3:  j 3b

trap_entry:
    csrr a0, mcause
    csrr a1, mepc
    la sp, __stack_top
    call trap_report
    j exit
`;

/** target/start.c */
export const START_C = String.raw`/* What start-up code says when a program ends badly, and the four functions that GCC calls by itself. */
#include <stddef.h>
#include <stdint.h>

#include "console.h"

int trap_report(uint32_t cause, uint32_t pc);
int stack_overflow(void);

/* Returns the exit status of a program that trapped. */
int trap_report(uint32_t cause, uint32_t pc) {
  console_text("trap: cause ");
  console_hex(cause);
  console_text(" at ");
  console_hex(pc);
  console_character('\n');
  return 3;
}

/* Returns the exit status of a program whose stack met its guard word. */
int stack_overflow(void) {
  console_text("the stack overflowed\n");
  return 4;
}

void *memcpy(void *to, const void *from, size_t n) {
  uint8_t *out = to;
  const uint8_t *in = from;
  while (n-- > 0) *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, size_t n) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if (out <= in) return memcpy(to, from, n);
  while (n-- > 0) out[n] = in[n];
  return to;
}

void *memset(void *to, int value, size_t n) {
  uint8_t *out = to;
  while (n-- > 0) *out++ = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t n) {
  const uint8_t *x = a, *y = b;
  for (; n > 0; --n, ++x, ++y)
    if (*x != *y) return *x - *y;
  return 0;
}
`;
