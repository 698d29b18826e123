/** 1/0!, 1/1!, ..., 1/14!: each correctly rounded, as 14! is exact in a double. */
const INVERSE_FACTORIALS = Array.from({ length: 15 }, (_, k) => {
  let factorial = 1;
  for (let i = 2; i <= k; i++) factorial *= i;
  const inverse = String(1 / factorial);
  return `    ${/[.e]/.test(inverse) ? inverse : `${inverse}.0`},`;
}).join('\n');

/** codegen/host/include/host_math.h: the arithmetic of host kernels that C leaves undefined or to a library. */
export const HOST_MATH_H = `/* Arithmetic of the host kernels. Integers wrap where the operators say so (signed overflow is undefined in C);
 * float functions are computed in double and rounded once, so that they need no library and give the same bits on
 * every machine with IEEE arithmetic. Relies on two's complement and on >> of negative numbers being arithmetic. */
#ifndef HOST_MATH_H
#define HOST_MATH_H

#include <stdint.h>

#include "host_xpulp.h"

/* Words of four elements in the other byte order: between the host's layout and the core's. */
static inline void host_reverse_words(int8_t *out, const int8_t *in, int32_t words) {
#if defined(HOST_XPULP) && !defined(HOST_XPULP_BUILTINS)
  HOST_REVERSE(out, in, words)
#else
#define HOST_REVERSE_WORD(i) \\
  { \\
    const int8_t a = in[i], b = in[i + 1], c = in[i + 2], d = in[i + 3]; \\
    out[i] = d, out[i + 1] = c, out[i + 2] = b, out[i + 3] = a; \\
  }
  for (; words >= 4; words -= 4, in += 16, out += 16) {
    HOST_REVERSE_WORD(0) HOST_REVERSE_WORD(4) HOST_REVERSE_WORD(8) HOST_REVERSE_WORD(12)
  }
  for (; words > 0; --words, in += 4, out += 4) HOST_REVERSE_WORD(0)
#undef HOST_REVERSE_WORD
#endif
}

static inline int32_t host_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

static inline int32_t host_subtract(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }

static inline int32_t host_multiply(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }

static inline int32_t host_shift_left(int32_t a, int32_t bits) { return (int32_t)((uint32_t)a << bits); }

/* Truncates toward zero; -2^31 / -1 wraps. */
static inline int32_t host_divide(int32_t a, int32_t b) { return b == -1 ? host_subtract(0, a) : a / b; }

static inline int32_t host_clip(int32_t x, int32_t low, int32_t high) {
#ifdef HOST_XPULP
  return host_limit(x, low, high);
#else
  return x < low ? low : x > high ? high : x;
#endif
}

static inline int64_t host_clip64(int64_t x, int64_t low, int64_t high) {
  return x < low ? low : x > high ? high : x;
}

/* The larger or smaller of two floats: NaN wins, and -0 counts as less than +0. */
static inline float host_maxf(float a, float b) {
  if (a != a || b != b || (a == 0.0f && b == 0.0f)) return a + b;
  return a > b ? a : b;
}

static inline float host_minf(float a, float b) {
  if (a != a || b != b) return a + b;
  if (a == 0.0f && b == 0.0f) return -(-a + -b);
  return a < b ? a : b;
}

static inline float host_absf(float x) { return x <= 0.0f ? 0.0f - x : x; }

/* Float to integer: toward zero, limited to [low, high]; NaN becomes 0. */
static inline int32_t host_truncate(float x, int32_t low, int32_t high) {
  const double wide = x;
  if (x != x) return 0;
  if (wide <= (double)low) return low;
  return wide >= (double)high ? high : (int32_t)wide;
}

static inline int64_t host_truncate64(float x, int64_t low, int64_t high) {
  const double wide = x;
  if (x != x) return 0;
  if (wide <= (double)low) return low;
  return wide >= (double)high ? high : (int64_t)wide;
}

/* Toward minus infinity; beyond 2^52 every double is whole. */
static inline double host_floor(double x) {
  double whole;
  if (x == 0.0 || !(x > -4503599627370496.0 && x < 4503599627370496.0)) return x;
  whole = (double)(int64_t)x;
  return whole > x ? whole - 1.0 : whole;
}

static inline float host_floorf(float x) { return (float)host_floor((double)x); }

/* Halves away from zero. */
static inline float host_roundf(float x) {
  if (x < 0.0f) return (float)-host_floor(0.5 - (double)x);
  return x == 0.0f ? x : (float)host_floor((double)x + 0.5);
}

/* Halves to even: a double near 1.5 * 2^52 has no bits below one. Beyond 2^23 every float is whole. */
static inline float host_rintf(float x) {
  double whole;
  if (!(x > -8388608.0f && x < 8388608.0f)) return x;
  whole = ((double)x + 6755399441055744.0) - 6755399441055744.0;
  return whole == 0.0 ? x * 0.0f : (float)whole;
}

/* 2^n as a double, n in -1022..1023. */
static inline double host_power_of_two(int32_t n) {
  union {
    uint64_t bits;
    double value;
  } d;
  d.bits = (uint64_t)(n + 1023) << 52;
  return d.value;
}

/* e^x for |x| <= 200, to within 2 units in the last place of a double: x = n ln 2 + r, |r| <= ln(2)/2, and the Taylor
 * series of e^r, whose 15th term is below 2^-57. The core has no FPU, so divisions are spared. */
static inline double host_exp(double x) {
  static const double inverse_factorials[] = {
${INVERSE_FACTORIALS}
  };
  const int32_t n = (int32_t)(x * 1.4426950408889634 + (x < 0.0 ? -0.5 : 0.5));
  const double r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
  double sum = inverse_factorials[14];
  for (int32_t i = 13; i >= 0; --i) sum = sum * r + inverse_factorials[i];
  return sum * host_power_of_two(n);
}

/* e^x, rounded once to float; overflows to infinity beyond ln(FLT_MAX). */
static inline float host_expf(float x) {
  if (x != x) return x;
  if (x > 88.72283935546875f) return 1.0f / 0.0f;
  return x < -105.0f ? 0.0f : (float)host_exp((double)x);
}

/* ln x: x = m 2^e with m in (sqrt(1/2), sqrt(2)], ln m = 2 artanh((m - 1) / (m + 1));
   the 14th term of the series is below 2^-66. */
static inline float host_logf(float x) {
  union {
    uint64_t bits;
    double value;
  } m;
  int32_t e;
  double s, square, sum = 0.0;
  if (x != x || x > 3.40282346638528859812e38f) return x;
  if (x <= 0.0f) return x == 0.0f ? -1.0f / 0.0f : 0.0f / 0.0f;
  m.value = (double)x;
  e = (int32_t)(m.bits >> 52) - 1023;
  m.bits = (m.bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000);
  if (m.value > 1.41421356237309504880) {
    m.value *= 0.5;
    ++e;
  }
  s = (m.value - 1.0) / (m.value + 1.0);
  square = s * s;
  for (int32_t i = 13; i >= 0; --i) sum = sum * square + 1.0 / (2 * i + 1);
  return (float)(e * 0.693147180559945309417 + 2.0 * s * sum);
}

static inline float host_sigmoidf(float x) { return 1.0f / (1.0f + host_expf(-x)); }

/* 1 - 2 / (e^2|x| + 1); near 0, where that cancels, x - x^3/3. */
static inline float host_tanhf(float x) {
  const double a = x < 0.0f ? -(double)x : (double)x;
  double t;
  if (x != x || x == 0.0f) return x;
  if (a < 0.000244140625) t = a - a * a * a / 3.0;
  else t = a > 20.0 ? 1.0 : 1.0 - 2.0 / (host_exp(2.0 * a) + 1.0);
  return (float)(x < 0.0f ? -t : t);
}

/* Correctly rounded: the integer root of the mantissa with one bit more than a float holds; no root lies half way. */
static inline float host_sqrtf(float x) {
  union {
    float value;
    uint32_t bits;
  } f;
  uint32_t mantissa;
  uint64_t square, root = 0;
  int32_t exponent;
  f.value = x;
  if (x != x || x == 0.0f) return x;
  if (x < 0.0f) return 0.0f / 0.0f;
  if (f.bits == 0x7F800000u) return x;
  mantissa = f.bits & 0x7FFFFFu;
  exponent = (int32_t)(f.bits >> 23) - 127;
  if (exponent == -127) ++exponent;
  else mantissa |= 0x800000u;
  while (mantissa < 0x800000u) {
    mantissa <<= 1;
    --exponent;
  }
  if (exponent & 1) {
    mantissa <<= 1;
    --exponent;
  }
  square = (uint64_t)mantissa << 25;
  for (int32_t bit = 24; bit >= 0; --bit) {
    const uint64_t more = root | ((uint64_t)1 << bit);
    if (more * more <= square) root = more;
  }
  f.bits = (uint32_t)((exponent / 2 + 127) * 0x800000) + (uint32_t)((root + 1) >> 1) - 0x800000u;
  return f.value;
}

#endif
`;
