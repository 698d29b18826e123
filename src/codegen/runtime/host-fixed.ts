/** codegen/host/include/host_fixed.h: the fixed-point arithmetic of the tflite.* operators. */
export const HOST_FIXED_H = `/* 32-bit fixed point as TFLite's integer kernels define it: every rounding is stated. Sums are kept in 64 bits. */
#ifndef HOST_FIXED_H
#define HOST_FIXED_H

#include <stdint.h>

#include "host_math.h"

/* a b / 2^31 to nearest, halves toward plus infinity; the one overflow saturates. */
static inline int64_t host_doubling_high(int64_t a, int64_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  return (a * b + (INT64_C(1) << 30)) >> 31;
}

/* x / 2^bits to nearest, halves away from zero; bits 0..31. */
static inline int32_t host_rounding_shift(int64_t x, int32_t bits) {
  const int64_t half = bits == 0 ? 0 : INT64_C(1) << (bits - 1);
  return (int32_t)(x < 0 ? -((-x + half) >> bits) : (x + half) >> bits);
}

/* x 2^bits, limited to int32. */
static inline int64_t host_saturating_shift(int64_t x, int32_t bits) {
  return host_clip64(x * (INT64_C(1) << bits), INT32_MIN, INT32_MAX);
}

/* x multiplier 2^(shift - 31) + zero, in two roundings, limited to int32 or int8. */
static inline int64_t host_scale(int32_t x, int32_t multiplier, int32_t shift, int32_t zero) {
  const int32_t left = shift > 0 ? host_shift_left(x, shift) : x;
  return (int64_t)host_rounding_shift(host_doubling_high(left, multiplier), shift > 0 ? 0 : -shift) + zero;
}

/* x multiplier 2^(shift - 31) rounded once: halves up, or away from zero. */
static inline int64_t host_scale_once(int32_t x, int32_t multiplier, int32_t shift, int32_t away) {
  const int64_t product = (int64_t)x * multiplier;
  const int32_t bits = 31 - shift;
  const int64_t half = INT64_C(1) << (bits - 1);
  return (product + (away && product < 0 ? half - 1 : half)) >> bits;
}

static inline int32_t host_requantize(int32_t x, int32_t multiplier, int32_t shift, int32_t zero) {
  return (int32_t)host_clip64(host_scale(x, multiplier, shift, zero), INT32_MIN, INT32_MAX);
}

static inline int32_t host_requantize8(int32_t x, int32_t multiplier, int32_t shift, int32_t zero) {
  return (int32_t)host_clip64(host_scale(x, multiplier, shift, zero), -128, 127);
}

/* sum / count to nearest, halves away from zero; 0 of no elements. */
static inline int32_t host_rounded_mean(int32_t sum, int32_t count) {
  if (count == 0) return 0;
  return sum < 0 ? -((-sum + count / 2) / count) : (sum + count / 2) / count;
}

/* e^a for a Q0.31 a in [-1/4, 0): the fourth-order Taylor polynomial around -1/8. */
static inline int64_t host_exp_near_eighth(int64_t a) {
  const int64_t x = a + (INT64_C(1) << 28);
  const int64_t x2 = host_doubling_high(x, x);
  const int64_t x3 = host_doubling_high(x2, x);
  const int64_t x4 = host_doubling_high(x2, x2);
  const int64_t third = host_doubling_high(host_rounding_shift(x4, 2) + x3, 715827883);
  return 1895147668 + host_doubling_high(1895147668, x + host_rounding_shift(third + x2, 1));
}

/* e^x for a Q5.26 x <= 0, as Q0.31: a remainder below a quarter, times e^-(2^p) for the bits of the rest, p = -2..4. */
static inline int64_t host_exp_of_negative(int32_t x) {
  static const int32_t powers[] = { 1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242 };
  const int32_t quarter = 1 << 24;
  const int32_t remainder = (x & (quarter - 1)) - quarter;
  const uint32_t rest = (uint32_t)remainder - (uint32_t)x;
  int64_t out;
  if (x == 0) return INT32_MAX;
  out = host_exp_near_eighth(host_saturating_shift(remainder, 5));
  for (int32_t i = 0; i < 7; ++i)
    if ((rest >> (24 + i)) & 1) out = host_doubling_high(out, powers[i]);
  return out;
}

/* 1 / (1 + a) for a Q0.31 a in [0, 1), as Q0.31: three Newton steps in Q2.29. */
static inline int64_t host_reciprocal_of_one_plus(int64_t a) {
  const int64_t half = (a + INT32_MAX + 1) >> 1;
  int64_t x = 1515870810 + host_doubling_high(half, -1010580540);
  for (int32_t step = 0; step < 3; ++step)
    x += host_saturating_shift(host_doubling_high(x, (INT64_C(1) << 29) - host_doubling_high(half, x)), 2);
  return host_saturating_shift(x, 1);
}

/* Integer bits of a sum of exponentials. */
#define HOST_SUM_BITS 12

/* e^difference in Q0.31; 0 below the least difference that counts. */
static inline int64_t host_exp_of_difference(int32_t difference, int32_t least, int32_t shift, int32_t multiplier) {
  if (difference < least) return 0;
  return host_exp_of_negative((int32_t)host_doubling_high(host_shift_left(difference, shift), multiplier));
}

/* What a row's exponentials are multiplied with: 1 / sum as Q0.31, and the shift to 1/256. */
typedef struct {
  int64_t reciprocal;
  int32_t shift;
} host_reciprocal;

static inline host_reciprocal host_reciprocal_of_sum(int32_t sum) {
  host_reciprocal scale;
  int32_t headroom = 0;
  while (headroom < 32 && ((uint32_t)sum << headroom & 0x80000000u) == 0) ++headroom;
  scale.reciprocal = host_reciprocal_of_one_plus((int64_t)((uint32_t)sum << headroom) - (INT64_C(1) << 31));
  scale.shift = HOST_SUM_BITS - headroom + 31 - 8;
  return scale;
}

static inline int8_t host_share(int64_t exponential, host_reciprocal scale) {
  const int64_t product = host_doubling_high(scale.reciprocal, exponential);
  return (int8_t)host_clip(host_rounding_shift(product, scale.shift) - 128, -128, 127);
}

#endif
`;
