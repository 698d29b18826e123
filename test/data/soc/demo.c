/* Exercises the SoC from start to exit: C run-time arithmetic, the stack, a timer, an interrupt, a copy through L1. */
#include "soc.h"

static volatile uint32_t interrupts;
void interrupt_handler(uint32_t cause) { interrupts = cause; }

static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static int table[64];
static void sort(int *v, int n) {
  for (int i = 1; i < n; i++)
    for (int j = i; j > 0 && v[j - 1] > v[j]; j--) { int t = v[j]; v[j] = v[j - 1]; v[j - 1] = t; }
}

static uint32_t source[16] __attribute__((aligned(32)));
static uint32_t target[16] __attribute__((aligned(32)));
static void job(uint32_t op, const void *l2, uint32_t line) {
  CORE(0xA0) = op;
  CORE(0xA4) = (uint32_t)(uintptr_t)l2;
  CORE(0xA8) = 16;
  CORE(0xAC) = line;
  CORE(0x00) = 1;
  while (CORE(0x0C)) {}
}

int main(void) {
  print("fib "); print_unsigned(fibonacci(15)); put('\n');
  uint32_t x = 12345;
  for (int i = 0; i < 64; i++) { x = x * 1103515245u + 12345u; table[i] = (int)(x >> 8) % 1000 - 500; }
  sort(table, 64);
  print("sorted "); print_signed(table[0]); put(' '); print_signed(table[63]); put('\n');
  int64_t wide = (int64_t)table[0] * 1000000007LL / 13;
  print("wide "); print_signed((int32_t)(wide >> 8)); put('\n');
  for (int i = 0; i < 16; i++) source[i] = 0x01010101u * i;
  job(2, source, 5);
  job(1, target, 5);
  uint32_t sum = 0;
  for (int i = 0; i < 16; i++) sum += target[i] & 0xff;
  print("copied "); print_unsigned(sum); put('\n');
  TIMER_CMP_LO = 5000;
  TIMER_RESET_LO = 1;
  ITC_MASK_SET = 1 << 10;
  disable_interrupts();
  TIMER_CFG_LO = 0x25; /* enable, interrupt, one shot */
  wait_for_interrupt();
  enable_interrupts();
  print("woken by "); print_unsigned(interrupts & 31); put('\n');
  return 42;
}
