/**
 * codegen/host/src/host_depthwise.c: convolutions of single planes. Bands of rows are padded into the scratch once, so that windows
 * need no comparisons; planes without padding are read where they lie.
 */
export const HOST_DEPTHWISE_C = `#include "host_nn.h"
#include "host_xpulp.h"

/* Bytes behind a window that its words read; and where data begins in a row of the scratch, behind the padding on the
 * left: windows begin at whole words for Xpulp, data does otherwise, where it is copied by words. Zeros follow as far as
 * windows reach. */
#ifdef HOST_XPULP
#define HOST_SPARE 2
static inline int32_t band_lead(const host_window *w) { return w->left; }
#else
#define HOST_SPARE 0
static inline int32_t band_lead(const host_window *w) { return (w->left + 3) & ~3; }
#endif

static inline int32_t band_span(const host_window *w) {
  return (w->out_columns - 1) * w->stride_x + (w->taps_x - 1) * w->dilation_x + 1;
}

static inline int32_t band_pitch(const host_window *w) {
  const int32_t visited = band_span(w) - w->left;
  return (band_lead(w) + (visited > w->columns ? visited : w->columns) + 4) & ~3;
}

static inline int32_t band_rows(const host_window *w, int32_t rows) {
  return (rows - 1) * w->stride_y + (w->taps_y - 1) * w->dilation_y + 1;
}

/* The padding on the left and right is the same in every band. */
void host_band_begin(const host_window *w) {
  const int32_t words = band_rows(w, w->band) * band_pitch(w) / 4;
  for (int32_t i = 0; i < words; ++i) host_scratch[i] = 0;
}

static inline void copy_columns(int8_t *out, const int8_t *in, int32_t n) {
#ifdef HOST_XPULP
  if (n >= 8) HOST_COPY_PAIRS(out, in, n >> 3)
  n &= 7;
#else
  if ((((uintptr_t)in | (uintptr_t)out) & 3) == 0) {
    const int32_t *from = (const int32_t *)(const void *)in;
    int32_t *to = (int32_t *)(void *)out;
    for (; n >= 8; n -= 8, from += 2, to += 2) {
      const int32_t a = from[0], b = from[1];
      to[0] = a, to[1] = b;
    }
    in = (const int8_t *)from, out = (int8_t *)to;
  }
#endif
  for (; n >= 4; n -= 4, in += 4, out += 4) {
    const int8_t a = in[0], b = in[1], c = in[2], d = in[3];
    out[0] = a, out[1] = b, out[2] = c, out[3] = d;
  }
  for (; n > 0; --n) *out++ = *in++;
}

/* Puts the input rows that output rows y, y + 1, ... need into the scratch. Rows outside the data are zero: where
 * one band is the whole plane, they are from the beginning. */
static inline void fill_band(const int8_t *data, const host_window *w, int32_t pitch, int32_t y, int32_t rows) {
  const int32_t columns = w->columns;
  int8_t *out = (int8_t *)host_scratch + band_lead(w);
  int32_t row = y * w->stride_y - w->top, n = band_rows(w, rows);
  for (; n > 0 && row < 0; --n, ++row, out += pitch)
    if (w->band < w->out_rows)
      for (int32_t i = 0; i < columns; ++i) out[i] = 0;
  data += row * columns;
  for (; n > 0 && row < w->rows; --n, ++row, data += columns, out += pitch) copy_columns(out, data, columns);
  if (w->band < w->out_rows)
    for (; n > 0; --n, out += pitch)
      for (int32_t i = 0; i < columns; ++i) out[i] = 0;
}

/* Rows of 3x3 windows: nine weights stay in registers. */
static inline void rows_3x3(const host_output *out, int32_t at, const int8_t *r, int32_t pitch, const int8_t *w,
    uint32_t bias, int32_t stride_y, int32_t stride, int32_t rows, int32_t columns, int32_t requantize) {
#ifdef HOST_XPULP
  const int32_t a = host_three(w), b = host_three(w + 3), c = host_three(w + 6);
#ifdef HOST_ROW_FOURS
  /* Short rows are done before four windows at a time have paid for their start. */
  if (requantize && stride == 1 && columns >= 16) {
    for (; rows > 0; --rows, r += stride_y * pitch, at += columns) {
      const int8_t *x = r, *y = r + pitch, *z = y + pitch;
      int8_t *to = out->values + at;
      const int32_t left = columns & 3;
      HOST_ROW_FOURS(columns >> 2)
      if (left > 0) {
        HOST_ROW_VALUES(left)
      }
    }
    return;
  }
#endif
  for (; rows > 0; --rows, r += stride_y * pitch, at += columns) {
    const int8_t *x = r, *y = r + pitch, *z = y + pitch;
    if (requantize) {
      int8_t *to = out->values + at;
      HOST_ROW_VALUES(columns)
    } else {
      int32_t *to = out->sums + at;
      HOST_ROW_SUMS(columns)
    }
  }
#else
  const int32_t a = w[0], b = w[1], c = w[2], d = w[3], e = w[4], f = w[5], g = w[6], h = w[7], i = w[8];
  /* Two windows over a row: they share what lies between them. */
#define HOST_TWO(x, k, l, m) \\
  { \\
    const int32_t p = x[0], q = x[1], u = x[2]; \\
    one += (uint32_t)(k * p) + (uint32_t)(l * q) + (uint32_t)(m * u); \\
    if (stride == 1) two += (uint32_t)(k * q) + (uint32_t)(l * u) + (uint32_t)(m * x[3]); \\
    else two += (uint32_t)(k * u) + (uint32_t)(l * x[3]) + (uint32_t)(m * x[4]); \\
    HOST_FENCE(one, two, r, n); \\
  }
#define HOST_PUT(at, sum) \\
  if (requantize) out->values[at] = host_requantized(out, sum); \\
  else out->sums[at] = (int32_t)(sum);
#define HOST_ONE(x, k, l, m) one += (uint32_t)(k * x[0]) + (uint32_t)(l * x[1]) + (uint32_t)(m * x[2]);
  for (; rows > 0; --rows, r += stride_y * pitch) {
    const int8_t *x = r, *y = r + pitch, *z = y + pitch;
    int32_t n = columns;
    for (; n >= 2; n -= 2, x += 2 * stride, y += 2 * stride, z += 2 * stride, at += 2) {
      uint32_t one = bias, two = bias;
      HOST_TWO(x, a, b, c)
      HOST_TWO(y, d, e, f)
      HOST_TWO(z, g, h, i)
      HOST_PUT(at, one)
      HOST_PUT(at + 1, two)
    }
    if (n > 0) {
      uint32_t one = bias;
      HOST_ONE(x, a, b, c)
      HOST_ONE(y, d, e, f)
      HOST_ONE(z, g, h, i)
      HOST_PUT(at, one)
      ++at;
    }
  }
#undef HOST_TWO
#undef HOST_ONE
#undef HOST_PUT
#endif
}

/* A row of any windows, four at a time, then one at a time. */
static void row_any(const host_output *out, int32_t at, const int8_t *data, int32_t pitch, const int8_t *weights,
    uint32_t bias, const host_window *w) {
  const int32_t stride = w->stride_x, dilation = w->dilation_x, step = pitch * w->dilation_y;
  int32_t x = 0;
  for (; x + 4 <= w->out_columns; x += 4, data += 4 * stride) {
    uint32_t s0 = bias, s1 = bias, s2 = bias, s3 = bias;
    const int8_t *v = weights, *row = data;
    for (int32_t fy = w->taps_y; fy > 0; --fy, row += step) {
      const int8_t *d0 = row, *d1 = d0 + stride, *d2 = d1 + stride, *d3 = d2 + stride;
      for (int32_t fx = w->taps_x; fx > 0; --fx, d0 += dilation, d1 += dilation, d2 += dilation, d3 += dilation) {
        const int32_t tap = *v++;
        s0 += (uint32_t)(tap * *d0), s1 += (uint32_t)(tap * *d1);
        s2 += (uint32_t)(tap * *d2), s3 += (uint32_t)(tap * *d3);
      }
    }
    host_put(out, at + x, s0);
    host_put(out, at + x + 1, s1);
    host_put(out, at + x + 2, s2);
    host_put(out, at + x + 3, s3);
  }
  for (; x < w->out_columns; ++x, data += stride) {
    uint32_t sum = bias;
    const int8_t *v = weights, *row = data;
    for (int32_t fy = w->taps_y; fy > 0; --fy, row += step) {
      const int8_t *d = row;
      for (int32_t fx = w->taps_x; fx > 0; --fx, d += dilation) sum += (uint32_t)(*v++ * *d);
    }
    host_put(out, at + x, sum);
  }
}

/* What all bands of a kernel share. */
typedef struct {
  int32_t padded, pitch, small;
} band_plan;

static inline band_plan plan_bands(const host_window *w) {
  band_plan plan;
  plan.padded = w->left > 0 || w->top > 0 || band_span(w) + HOST_SPARE > w->columns ||
      (w->out_rows - 1) * w->stride_y + (w->taps_y - 1) * w->dilation_y >= w->rows;
  plan.pitch = plan.padded ? band_pitch(w) : w->columns;
  plan.small = w->taps_y == 3 && w->taps_x == 3 && w->dilation_y == 1 && w->dilation_x == 1;
  return plan;
}

static inline void depthwise_band(const band_plan *plan, const host_output *out, int32_t first, const int8_t *data,
    const int8_t *weights, uint32_t bias, const host_window *w, int32_t y, int32_t rows) {
  const int8_t *from = data + y * w->stride_y * w->columns;
  const int32_t pitch = plan->pitch, columns = w->out_columns, stride_y = w->stride_y, requantize = out->values != 0;
  if (plan->padded) {
    fill_band(data, w, pitch, y, rows);
    from = (const int8_t *)host_scratch + band_lead(w) - w->left;
  }
  if (plan->small && w->stride_x == 1) {
    if (requantize) rows_3x3(out, first, from, pitch, weights, bias, stride_y, 1, rows, columns, 1);
    else rows_3x3(out, first, from, pitch, weights, bias, stride_y, 1, rows, columns, 0);
  } else if (plan->small && w->stride_x == 2) {
    if (requantize) rows_3x3(out, first, from, pitch, weights, bias, stride_y, 2, rows, columns, 1);
    else rows_3x3(out, first, from, pitch, weights, bias, stride_y, 2, rows, columns, 0);
  } else
    for (; rows > 0; --rows, from += stride_y * pitch, first += columns)
      row_any(out, first, from, pitch, weights, bias, w);
}

void host_depthwise_band(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    int32_t bias,
    const host_window *w, int32_t y, int32_t rows) {
  const band_plan plan = plan_bands(w);
  depthwise_band(&plan, out, first, data, weights, (uint32_t)bias, w, y, rows);
}

void host_depthwise(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, int32_t repeat, const host_window *w) {
  const int32_t taps = w->taps_y * w->taps_x, plane = w->rows * w->columns;
  const band_plan plan = plan_bands(w);
  int32_t again = repeat;
  host_band_begin(w);
  for (int32_t c = 0; c < channels; ++c, weights += taps) {
    const uint32_t b = bias == 0 ? 0u : (uint32_t)bias[c];
    for (int32_t y = 0; y < w->out_rows; y += w->band) {
      const int32_t rows = y + w->band < w->out_rows ? w->band : w->out_rows - y;
      depthwise_band(&plan, out, first, data, weights, b, w, y, rows);
      first += rows * w->out_columns;
    }
    if (--again == 0) again = repeat, data += plane;
  }
}
`;
