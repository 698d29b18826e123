/* Plain drivers of the digital core for test programs: one register write after the other, and a poll after every trigger. */
#include "soc.h"
#ifndef POLL
#define POLL() while (CORE(0x0C)) {}
#endif
typedef int8_t s8;
static uint32_t configuration[16] __attribute__((aligned(32)));
static uint32_t instruction[64] __attribute__((aligned(32)));

static void to_l1(const void *from, uint32_t l1, uint32_t bytes) {
  CORE(0xA0) = 2; CORE(0xA4) = (uint32_t)from; CORE(0xA8) = bytes / 4; CORE(0xAC) = l1 / 16; CORE(0) = 1; POLL();
}
static void to_l2(void *to, uint32_t l1, uint32_t bytes) {
  CORE(0xA0) = 1; CORE(0xA4) = (uint32_t)to; CORE(0xA8) = bytes / 4; CORE(0xAC) = l1 / 16; CORE(0) = 1; POLL();
}
static void clear_instruction(void) { for (int i = 0; i < 64; i++) ((volatile uint32_t *)instruction)[i] = 0; instruction[32 + 18] = 1; }
static void start(const void *weights, uint32_t bytes, int dense) {
  CORE(0xA0) = 0; CORE(0x60) = (uint32_t)configuration; CORE(0x64) = 16; CORE(0x50) = (uint32_t)instruction; CORE(0x54) = 64;
  CORE(0x58) = 0; CORE(0x5C) = 0;
  CORE(dense ? 0x48 : 0x40) = (uint32_t)weights; CORE(dense ? 0x4C : 0x44) = bytes / 4;
  CORE(0) = 1;
}
struct conv { uint32_t in, out, c, k, cx, cy, fx, fy, ox, oy, padding, shift; };
static void set_conv(struct conv j) {
  volatile uint32_t *w = instruction;
  clear_instruction();
  w[0] = 1; w[2] = j.in; w[3] = j.out; w[4] = j.c; w[5] = j.k / 16; w[6] = j.cx; w[7] = j.cy; w[8] = j.cx; w[9] = j.cx * j.cy;
  w[10] = j.fx; w[11] = j.fy; w[12] = j.ox / 16; w[13] = j.oy; w[15] = 2; w[16] = j.ox * j.oy; w[17] = 1; w[19] = j.shift; w[20] = j.padding;
  configuration[0] = 0x800; configuration[1] = 0xF;
}
#define CONV_BYTES(c, k, fx, fy) ((c) * (fx) * (fy) * (k) + 4 * (k))
static void conv(struct conv j, const void *weights, uint32_t bytes) { set_conv(j); start(weights, bytes, 0); POLL(); }
static void sum(uint32_t a, uint32_t b, uint32_t out, uint32_t elements) {
  volatile uint32_t *w = instruction;
  clear_instruction();
  w[0] = 3; w[1] = b; w[2] = a; w[3] = out; w[4] = elements / 16;
  start(0, 0, 0); POLL();
}
/* Weights and bias of a conv in the core's layout, made from a rule; the words are reversed on the way in. */
static s8 weight_of(uint32_t k, uint32_t c, uint32_t tap) { return (s8)((k * 7 + c * 5 + tap * 3) % 15) - 7; }
static void fill_weights(s8 *to, uint32_t c, uint32_t k, uint32_t taps, uint32_t real_c, uint32_t real_k) {
  for (uint32_t block = 0; block < k / 16; block++, to += c * taps * 16 + 64) {
    for (uint32_t i = 0; i < c * taps * 16; i++) {
      uint32_t lane = block * 16 + i % 16, tap = i / 16 % taps, channel = i / 16 / taps;
      to[i ^ 3] = lane < real_k && channel < real_c ? weight_of(lane, channel, tap) : 0;
    }
    for (uint32_t i = 0; i < 64; i++) {
      uint32_t lane = block * 16 + i % 16;
      int32_t bias = lane < real_k ? (int32_t)lane * 9 - 40 : 0;
      to[(c * taps * 16 + i) ^ 3] = (s8)(bias >> (8 * (i / 16)));
    }
  }
}
static void fill(s8 *to, uint32_t bytes, uint32_t seed) { for (uint32_t i = 0; i < bytes; i++) to[i] = (s8)((i * 13 + seed) % 31) - 15; }
static int read_all(const s8 *from, uint32_t bytes) { int n = 0; for (uint32_t i = 0; i < bytes; i++) n += ((volatile const s8 *)from)[i]; return n; }
