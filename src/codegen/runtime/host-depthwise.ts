/**
 * codegen/host/src/host_depthwise.c: convolutions of single planes. 3x3 windows are read where the plane lies (host_columns.h), and
 * so are others without padding; otherwise bands of rows are padded into the scratch, so that windows need no comparisons.
 */
export const HOST_DEPTHWISE_C = `#include "host_columns.h"

/* Where data begins in a row of the scratch, behind the padding on the left: where it is copied by whole words. Zeros
 * follow as far as windows reach. */
static inline int32_t band_lead(const host_window *w) { return (w->left + 3) & ~3; }

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

/* Whether the rows of a band are padded in the scratch. */
static inline int pads(const host_window *w) {
  if (w->in_place) return w->columns < HOST_REACH;
  return w->left > 0 || w->top > 0 || band_span(w) > w->columns || band_rows(w, w->out_rows) > w->rows;
}

/* The padding on the left and right is the same in every band. */
void host_band_begin(const host_window *w) {
  if (!pads(w)) return;
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

/* One function for each stride and end of a kernel. */
#define COLUMNS(name, stride, end) \\
  HOST_APART static void name(const host_output *out, int32_t at, const int8_t *data, const int8_t *weights, \\
      const int32_t *bias, int32_t planes, const host_planes *p) { \\
    host_columns(out, at, data, weights, bias, planes, p, stride, end); \\
  }
COLUMNS(sums_by_one, 1, HOST_SUMS)
COLUMNS(sums_by_two, 2, HOST_SUMS)
COLUMNS(limited_by_one, 1, HOST_LIMITED)
COLUMNS(limited_by_two, 2, HOST_LIMITED)
#ifdef HOST_XPULP
COLUMNS(from_0_by_one, 1, HOST_FROM_0)
COLUMNS(from_0_by_two, 2, HOST_FROM_0)
COLUMNS(signed_by_one, 1, HOST_SIGNED)
COLUMNS(signed_by_two, 2, HOST_SIGNED)
#endif

typedef void columns_function(const host_output *, int32_t, const int8_t *, const int8_t *, const int32_t *, int32_t,
    const host_planes *);

/* What computes 3x3 windows of the stride 1 or 2. */
static columns_function *columns_of(int32_t stride, const host_output *out) {
  if (out->values == 0) return stride == 1 ? sums_by_one : sums_by_two;
#ifdef HOST_XPULP
  if (out->low == 0) return stride == 1 ? from_0_by_one : from_0_by_two;
  if (out->low == -out->high - 1) return stride == 1 ? signed_by_one : signed_by_two;
#endif
  return stride == 1 ? limited_by_one : limited_by_two;
}

/* The stride of 3x3 windows that host_columns.h computes, 0 for other windows. */
static inline int32_t stride_of(const host_window *w) {
  const int small = w->taps_y == 3 && w->taps_x == 3 && w->dilation_y == 1 && w->dilation_x == 1;
  return small && w->stride_y == w->stride_x && w->stride_x <= 2 && w->out_columns >= HOST_STRIP ? w->stride_x : 0;
}

void host_depthwise_band(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    int32_t bias, const host_window *w, int32_t y, int32_t rows) {
  const int32_t stride = stride_of(w), begin = y * w->stride_y - w->top, padded = pads(w);
  host_planes p;
  p.pitch = w->columns;
  if (padded) {
    p.pitch = band_pitch(w);
    fill_band(data, w, p.pitch, y, rows);
    data = (const int8_t *)host_scratch + band_lead(w) - w->left;
  } else if (begin > 0) data += begin * w->columns;
  if (stride == 0) {
    for (; rows > 0; --rows, data += w->stride_y * p.pitch, first += w->out_columns)
      row_any(out, first, data, p.pitch, weights, (uint32_t)bias, w);
    return;
  }
  p.rows = padded ? band_rows(w, rows) : w->rows - (begin > 0 ? begin : 0);
  p.width = padded ? p.pitch - band_lead(w) + w->left : w->columns;
  p.top = padded || begin > 0 ? 0 : -begin;
  p.left = padded ? 0 : w->left;
  p.out_rows = rows, p.out_columns = w->out_columns, p.repeat = 1;
  columns_of(stride, out)(out, first, data, weights, &bias, 1, &p);
}

void host_depthwise(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, int32_t repeat, const host_window *w) {
  const int32_t taps = w->taps_y * w->taps_x, plane = w->rows * w->columns, stride = stride_of(w);
  int32_t again = repeat, c = 0;
  if (stride > 0 && (w->in_place || !pads(w))) {
    const host_planes p = { w->rows, w->columns, w->columns, w->top, w->left, w->out_rows, w->out_columns, repeat };
    /* Words of short rows reach into the next plane; there is none behind the last. */
    const int32_t planes = channels / repeat - (w->columns < HOST_REACH ? 1 : 0), made = w->out_rows * w->out_columns;
    for (; c < repeat; ++c)
      columns_of(stride, out)(out, first + c * made, data, weights + c * taps, bias == 0 ? 0 : bias + c, planes, &p);
    c = planes * repeat;
    first += c * made, data += planes * plane, weights += c * taps;
    if (c == channels) return;
  }
  host_band_begin(w);
  for (; c < channels; ++c, weights += taps) {
    const int32_t b = bias == 0 ? 0 : bias[c];
    for (int32_t y = 0; y < w->out_rows; y += w->band) {
      const int32_t rows = y + w->band < w->out_rows ? w->band : w->out_rows - y;
      host_depthwise_band(out, first, data, weights, b, w, y, rows);
      first += rows * w->out_columns;
    }
    if (--again == 0) again = repeat, data += plane;
  }
}
`;
