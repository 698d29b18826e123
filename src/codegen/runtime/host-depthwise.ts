/**
 * codegen/host/src/host_depthwise.c: convolutions of single planes. 3x3 windows are read where the plane lies (host_columns.h), and
 * so are others without padding; otherwise bands of rows are padded into the scratch, so that windows need no comparisons.
 */
export const HOST_DEPTHWISE_C = `#include "host_bands.h"
#include "host_columns.h"

/* Whether the rows of a band are padded in the scratch. */
static inline int pads(const host_window *w) {
  if (w->in_place) return w->columns < HOST_REACH;
  return w->left > 0 || w->top > 0 || band_span(w) > w->columns || band_rows(w, w->out_rows) > w->rows;
}

void host_band_begin(const host_window *w) {
  if (pads(w)) band_clear(w, 1);
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
    band_fill((int8_t *)host_scratch, data, w, p.pitch, y, rows);
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
