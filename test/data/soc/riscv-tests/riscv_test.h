/*
 * The environment that the official RISC-V tests ask for, for this SoC: traps come to the test's own mtvec_handler where it
 * has one; the end is the SoC's exit register with 0, or with the number of the failing test case.
 */
#ifndef DIANA_RISCV_TEST_H
#define DIANA_RISCV_TEST_H
#include "encoding.h"

#define TESTNUM gp
#define RVTEST_RV32U
#define RVTEST_RV32M
#define RVTEST_RV64U
#define RVTEST_RV64M
#define EXTRA_DATA

#define DIANA_EXIT(status) \
  li t5, 0x80000000;       \
  or t5, t5, status;       \
  lui t6, 0x1a104;         \
  sw t5, 0xa0(t6);         \
  1000: j 1000b;

#define RVTEST_CODE_BEGIN                      \
  .section .vectors, "ax";                     \
  .weak mtvec_handler;                         \
  .option push;                                \
  .option norvc;                               \
  vectors:                                     \
  .rept 32;                                    \
  j trap;                                      \
  .endr;                                       \
  .globl _start;                               \
  _start:                                      \
  la t0, vectors;                              \
  csrw mtvec, t0;                              \
  li TESTNUM, 0;                               \
  j test_begin;                                \
  trap:                                        \
  la t5, mtvec_handler;                        \
  beqz t5, unexpected;                         \
  jr t5;                                       \
  unexpected:                                  \
  csrr t4, mcause;                             \
  andi t4, t4, 31;                             \
  ori t4, t4, 0x400;                           \
  DIANA_EXIT(t4)                               \
  .option pop;                                 \
  .text;                                       \
  test_begin:

#define RVTEST_CODE_END unimp
#define RVTEST_PASS li t4, 0; DIANA_EXIT(t4)
#define RVTEST_FAIL mv t4, TESTNUM; DIANA_EXIT(t4)
#define RVTEST_DATA_BEGIN EXTRA_DATA .align 4;
#define RVTEST_DATA_END
#endif
