/* The registers that the test programs use. */
#include <stdint.h>
#define REG(a) (*(volatile uint32_t *)(a))
#define ITC_MASK_SET REG(0x1A109804)
#define ITC_STATUS_SET REG(0x1A109810)
#define ITC_FIFO REG(0x1A109824)
#define EVENT_SOFTWARE REG(0x1A106000)
#define EVENT_MASK(i) REG(0x1A106004 + 4 * (i))
#define TIMER_CFG_LO REG(0x1A10B000)
#define TIMER_CFG_HI REG(0x1A10B004)
#define TIMER_CNT_LO REG(0x1A10B008)
#define TIMER_CNT_HI REG(0x1A10B00C)
#define TIMER_CMP_LO REG(0x1A10B010)
#define TIMER_CMP_HI REG(0x1A10B014)
#define TIMER_START_LO REG(0x1A10B018)
#define TIMER_RESET_LO REG(0x1A10B020)
#define CORE(o) REG(0x1A10C000 + (o))
#define enable_interrupts() __asm__ volatile("csrsi mstatus, 8" ::: "memory")
#define disable_interrupts() __asm__ volatile("csrci mstatus, 8" ::: "memory")
#define wait_for_interrupt() __asm__ volatile("wfi" ::: "memory")
static void put(char c) { REG(0x1A10FF80) = (uint32_t)(uint8_t)c; }
static void print(const char *s) { while (*s) put(*s++); }
static void print_unsigned(uint32_t v) { if (v >= 10) print_unsigned(v / 10); put('0' + v % 10); }
static void print_signed(int32_t v) { if (v < 0) { put('-'); print_unsigned(-(uint32_t)v); } else print_unsigned(v); }
