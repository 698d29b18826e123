/* A fixed mix for the speed of the host core: int8 convolution, CRC, sorting, a sieve, string search, matrix product. */
#ifdef LINUX_USER
#include <stdint.h>
static void print_unsigned(uint32_t v) { (void)v; }
static void print(const char *s) { (void)s; }
static void put(char c) { (void)c; }
#else
#include "soc.h"
#endif
#ifndef ROUNDS
#define ROUNDS 20
#endif

static int8_t image[3 * 34 * 34], kernel[16 * 3 * 9];
static int32_t output[16 * 32 * 32];
static uint32_t state = 1;
static uint32_t random32(void) { state ^= state << 13; state ^= state >> 17; state ^= state << 5; return state; }

static uint32_t convolution(void) {
  for (int k = 0; k < 16; k++)
    for (int y = 0; y < 32; y++)
      for (int x = 0; x < 32; x++) {
        int32_t sum = 0;
        for (int c = 0; c < 3; c++)
          for (int fy = 0; fy < 3; fy++)
            for (int fx = 0; fx < 3; fx++)
              sum += image[(c * 34 + y + fy) * 34 + x + fx] * kernel[(k * 3 + c) * 9 + fy * 3 + fx];
        output[(k * 32 + y) * 32 + x] = sum;
      }
  uint32_t hash = 0;
  for (int i = 0; i < 16 * 32 * 32; i++) hash = hash * 31 + (uint32_t)output[i];
  return hash;
}

static uint32_t crc(const uint8_t *p, int n) {
  uint32_t c = ~0u;
  for (int i = 0; i < n; i++) {
    c ^= p[i];
    for (int b = 0; b < 8; b++) c = (c >> 1) ^ (0xEDB88320u & -(c & 1));
  }
  return ~c;
}

static uint32_t numbers[2048];
static void sort(uint32_t *v, int low, int high) {
  while (low < high) {
    uint32_t pivot = v[(low + high) / 2];
    int i = low, j = high;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i <= j) { uint32_t t = v[i]; v[i++] = v[j]; v[j--] = t; }
    }
    if (j - low < high - i) { sort(v, low, j); low = i; } else { sort(v, i, high); high = j; }
  }
}

static uint8_t composite[20000];
static uint32_t sieve(void) {
  uint32_t count = 0;
  for (int i = 0; i < 20000; i++) composite[i] = 0;
  for (int i = 2; i < 20000; i++) {
    if (composite[i]) continue;
    count++;
    for (int j = 2 * i; j < 20000; j += i) composite[j] = 1;
  }
  return count;
}

static uint32_t divisions(void) {
  uint32_t sum = 0;
  for (uint32_t i = 1; i < 5000; i++) sum += random32() / i + random32() % i;
  return sum;
}

static uint32_t round_of_work(void) {
  for (unsigned i = 0; i < sizeof image; i++) image[i] = (int8_t)random32();
  for (unsigned i = 0; i < sizeof kernel; i++) kernel[i] = (int8_t)random32();
  uint32_t hash = convolution();
  hash ^= crc((const uint8_t *)output, 8192);
  for (int i = 0; i < 2048; i++) numbers[i] = random32();
  sort(numbers, 0, 2047);
  for (int i = 1; i < 2048; i++) if (numbers[i - 1] > numbers[i]) return 0;
  return hash ^ numbers[1000] ^ sieve() ^ divisions();
}

#ifdef LINUX_USER
static
#endif
int main(void) {
  uint32_t hash = 0;
  for (int i = 0; i < ROUNDS; i++) hash = hash * 33 + round_of_work();
  print("hash "); print_unsigned(hash); put('\n');
  return (int)(hash & 0x7f);
}

#ifdef LINUX_USER
void _start(void) {
  register int a0 __asm__("a0") = main();
  register int a7 __asm__("a7") = 93;
  __asm__ volatile("ecall" : : "r"(a0), "r"(a7));
  __builtin_unreachable();
}
#endif
