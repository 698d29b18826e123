/**
 * codegen/host/src/host_products.c: gathered windows times weights. The blocks of four channels and two columns keep their sums and
 * operands in registers: six loads for eight products in C, for 32 with Xpulp.
 */
export const HOST_PRODUCTS_C = `#include "host_nn.h"
#include "host_xpulp.h"

/* taps_x bytes of a row. */
static inline int8_t *copy_taps(int8_t *out, const int8_t *in, int32_t taps_x) {
#ifdef HOST_XPULP
  for (; taps_x >= 4; taps_x -= 4, in += 4, out += 4) host_store_word(out, host_load_word(in));
#endif
  for (; taps_x > 0; --taps_x) *out++ = *in++;
  return out;
}

/* A window that reaches outside the data, or whose taps do not lie side by side: taps from..to of a row are inside. */
static void gather_border(int8_t *out, const int8_t *data, const host_window *w, int32_t top, int32_t left) {
  const int32_t d = w->dilation_x, taps = w->taps_x, plane = w->rows * w->columns;
  int32_t from = 0, to = taps;
  while (from < taps && left + from * d < 0) ++from;
  while (to > from && left + (to - 1) * d >= w->columns) --to;
  data += left + from * d;
  for (int32_t c = w->channels; c > 0; --c, data += plane) {
    int32_t y = top;
    for (int32_t fy = w->taps_y; fy > 0; --fy, y += w->dilation_y) {
      int32_t x = 0;
      if (y >= 0 && y < w->rows) {
        const int8_t *in = data + y * w->columns;
        for (; x < from; ++x) *out++ = 0;
        for (; x < to; ++x, in += d) *out++ = *in;
      }
      for (; x < taps; ++x) *out++ = 0;
    }
  }
}

void host_gather(int8_t *out, const int8_t *data, const host_window *w, int32_t y, int32_t x) {
  const int32_t top = y * w->stride_y - w->top, left = x * w->stride_x - w->left;
  const int32_t bottom = top + (w->taps_y - 1) * w->dilation_y, right = left + (w->taps_x - 1) * w->dilation_x;
  const int32_t plane = w->rows * w->columns, step = w->dilation_y * w->columns;
  if (top < 0 || left < 0 || bottom >= w->rows || right >= w->columns || w->dilation_x != 1) {
    gather_border(out, data, w, top, left);
    return;
  }
  data += top * w->columns + left;
  if (w->taps_x == 3 && w->taps_y == 3) {
    for (int32_t c = w->channels; c > 0; --c, data += plane, out += 9) {
      const int8_t *const middle = data + step, *const last = middle + step;
      const int8_t a = data[0], b = data[1], d = data[2];
      const int8_t e = middle[0], f = middle[1], g = middle[2];
      const int8_t h = last[0], i = last[1], j = last[2];
      out[0] = a, out[1] = b, out[2] = d;
      out[3] = e, out[4] = f, out[5] = g;
      out[6] = h, out[7] = i, out[8] = j;
    }
  } else if (w->taps_x == 1 && w->taps_y == 1) {
    int32_t c = w->channels;
    for (; c >= 4; c -= 4, out += 4) {
      const int8_t a = *data, b = *(data += plane), d = *(data += plane), e = *(data += plane);
      data += plane;
      out[0] = a, out[1] = b, out[2] = d, out[3] = e;
    }
    for (; c > 0; --c, data += plane) *out++ = *data;
  } else {
    for (int32_t c = w->channels; c > 0; --c, data += plane) {
      const int8_t *row = data;
      for (int32_t fy = w->taps_y; fy > 0; --fy, row += step) out = copy_taps(out, row, w->taps_x);
    }
  }
}

/* Four channels of weights, pitch apart, and one column x of n elements; the sums start at the bias b. */
static inline void four_by_one(const host_output *out, int32_t at, int32_t pitch, const int8_t *w0, const uint32_t *b,
    const int8_t *x, int32_t n) {
  const int8_t *w1 = w0 + n, *w2 = w1 + n, *w3 = w2 + n;
  uint32_t s0 = b[0], s1 = b[1], s2 = b[2], s3 = b[3];
#ifdef HOST_XPULP
  if (n >= 4) HOST_FOUR_BY_ONE(n >> 2)
  n &= 3;
#else
#define HOST_STEP(i) \\
  { \\
    const int32_t a = x[i]; \\
    s0 += (uint32_t)(w0[i] * a), s1 += (uint32_t)(w1[i] * a); \\
    s2 += (uint32_t)(w2[i] * a), s3 += (uint32_t)(w3[i] * a); \\
    HOST_FENCE(s0, s1, s2, s3); \\
  }
  for (; n >= 8; n -= 8, w0 += 8, w1 += 8, w2 += 8, w3 += 8, x += 8) {
    HOST_STEP(0) HOST_STEP(1) HOST_STEP(2) HOST_STEP(3) HOST_STEP(4) HOST_STEP(5) HOST_STEP(6) HOST_STEP(7)
  }
#undef HOST_STEP
#endif
  for (; n > 0; --n) {
    const int32_t a = *x++;
    s0 += (uint32_t)(*w0++ * a), s1 += (uint32_t)(*w1++ * a);
    s2 += (uint32_t)(*w2++ * a), s3 += (uint32_t)(*w3++ * a);
  }
  if (out->values != 0) {
    int8_t *to = out->values + at;
    *to = host_requantized(out, s0);
    *(to += pitch) = host_requantized(out, s1);
    *(to += pitch) = host_requantized(out, s2);
    *(to += pitch) = host_requantized(out, s3);
  } else {
    int32_t *to = out->sums + at;
    *to = (int32_t)s0;
    *(to += pitch) = (int32_t)s1;
    *(to += pitch) = (int32_t)s2;
    *(to += pitch) = (int32_t)s3;
  }
}

/* The same with two columns, x and y. */
static inline void four_by_two(const host_output *out, int32_t at, int32_t pitch, const int8_t *w0, const uint32_t *b,
    const int8_t *x, const int8_t *y, int32_t n) {
  const int8_t *w1 = w0 + n, *w2 = w1 + n, *w3 = w2 + n;
  uint32_t s0 = b[0], s1 = b[1], s2 = b[2], s3 = b[3], t0 = s0, t1 = s1, t2 = s2, t3 = s3;
#ifdef HOST_XPULP
  if (n >= 4) HOST_FOUR_BY_TWO(n >> 2)
  n &= 3;
#else
#define HOST_STEP(i) \\
  { \\
    const int32_t a = x[i], c = y[i], u = w0[i], v = w1[i], p = w2[i], q = w3[i]; \\
    s0 += (uint32_t)(u * a), t0 += (uint32_t)(u * c), s1 += (uint32_t)(v * a), t1 += (uint32_t)(v * c); \\
    s2 += (uint32_t)(p * a), t2 += (uint32_t)(p * c), s3 += (uint32_t)(q * a), t3 += (uint32_t)(q * c); \\
    HOST_FENCE(s0, s1, s2, s3); \\
    HOST_FENCE(t0, t1, t2, t3); \\
  }
  for (; n >= 8; n -= 8, w0 += 8, w1 += 8, w2 += 8, w3 += 8, x += 8, y += 8) {
    HOST_STEP(0) HOST_STEP(1) HOST_STEP(2) HOST_STEP(3) HOST_STEP(4) HOST_STEP(5) HOST_STEP(6) HOST_STEP(7)
  }
#undef HOST_STEP
#endif
  for (; n > 0; --n) {
    const int32_t a = *x++, c = *y++, u = *w0++, v = *w1++, p = *w2++, q = *w3++;
    s0 += (uint32_t)(u * a), t0 += (uint32_t)(u * c), s1 += (uint32_t)(v * a), t1 += (uint32_t)(v * c);
    s2 += (uint32_t)(p * a), t2 += (uint32_t)(p * c), s3 += (uint32_t)(q * a), t3 += (uint32_t)(q * c);
  }
  if (out->values != 0) {
    int8_t *to = out->values + at;
    to[0] = host_requantized(out, s0), to[1] = host_requantized(out, t0), to += pitch;
    to[0] = host_requantized(out, s1), to[1] = host_requantized(out, t1), to += pitch;
    to[0] = host_requantized(out, s2), to[1] = host_requantized(out, t2), to += pitch;
    to[0] = host_requantized(out, s3), to[1] = host_requantized(out, t3);
  } else {
    int32_t *to = out->sums + at;
    to[0] = (int32_t)s0, to[1] = (int32_t)t0, to += pitch;
    to[0] = (int32_t)s1, to[1] = (int32_t)t1, to += pitch;
    to[0] = (int32_t)s2, to[1] = (int32_t)t2, to += pitch;
    to[0] = (int32_t)s3, to[1] = (int32_t)t3;
  }
}

static inline uint32_t one_by_one(uint32_t sum, const int8_t *w, const int8_t *x, int32_t n) {
  for (; n > 0; --n) sum += (uint32_t)(*w++ * *x++);
  return sum;
}

void host_products(const host_output *out, int32_t first, int32_t pitch, const int8_t *weights, const int32_t *bias,
    int32_t channels, const int8_t *columns, int32_t count, int32_t taps) {
  static const uint32_t none[4] = { 0 };
  const int8_t *const second = columns + HOST_COLUMN_BYTES(taps);
  /* A copy that no store can change. */
  const host_output to = *out;
  int32_t c = 0;
  if (channels >= 4)
    for (; c < channels; c += 4) {
      /* Channels more than fours: the last four, some of them again. */
      if (c > channels - 4) c = channels - 4;
      const uint32_t *const b = bias == 0 ? none : (const uint32_t *)bias + c;
      const int8_t *const w = weights + c * taps;
      if (count == 2) four_by_two(&to, first + c * pitch, pitch, w, b, columns, second, taps);
      else four_by_one(&to, first + c * pitch, pitch, w, b, columns, taps);
    }
  else
    for (; c < channels; ++c, weights += taps, first += pitch) {
      const uint32_t b = bias == 0 ? 0u : (uint32_t)bias[c];
      host_put(&to, first, one_by_one(b, weights, columns, taps));
      if (count == 2) host_put(&to, first + 1, one_by_one(b, weights, second, taps));
    }
}

void host_convolution(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, const host_window *w) {
  int8_t *const columns = (int8_t *)host_scratch;
  const int32_t taps = w->channels * w->taps_y * w->taps_x, pixels = w->out_rows * w->out_columns;
  int32_t y = 0, x = 0;
  for (int32_t pixel = 0; pixel < pixels;) {
    const int32_t at = pixel;
    int8_t *column = columns;
    for (; pixel < pixels && pixel < at + 2; ++pixel, column += HOST_COLUMN_BYTES(taps)) {
      host_gather(column, data, w, y, x);
      if (++x == w->out_columns) x = 0, ++y;
    }
    host_products(out, first + at, pixels, weights, bias, channels, columns, pixel - at, taps);
  }
}
`;
