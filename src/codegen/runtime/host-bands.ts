/** codegen/host/include/host_bands.h: rows of planes with their padding, in the scratch. */
export const HOST_BANDS_H = `/* Bands of rows in the scratch, zeros where windows reach outside the data, so that these need no comparisons. */
#ifndef HOST_BANDS_H
#define HOST_BANDS_H

#include "host_nn.h"
#include "host_xpulp.h"

/* Where data begins in a row of the scratch, behind the padding on the left: windows begin at whole words for Xpulp,
 * data does otherwise, where it is copied by words. Zeros follow as far as windows reach. */
#ifdef HOST_XPULP
static inline int32_t band_lead(const host_window *w) { return w->left; }
#else
static inline int32_t band_lead(const host_window *w) { return (w->left + 3) & ~3; }
#endif

static inline int32_t band_span(const host_window *w) {
  return (w->out_columns - 1) * w->stride_x + (w->taps_x - 1) * w->dilation_x + 1;
}

/* Bytes of a row. */
static inline int32_t band_pitch(const host_window *w) {
  const int32_t visited = band_span(w) - w->left;
  return (band_lead(w) + (visited > w->columns ? visited : w->columns) + 4) & ~3;
}

/* Rows of the data that rows of the output need. */
static inline int32_t band_rows(const host_window *w, int32_t rows) {
  return (rows - 1) * w->stride_y + (w->taps_y - 1) * w->dilation_y + 1;
}

/* The padding on the left and right is the same in every band of this many planes. */
static inline void band_clear(const host_window *w, int32_t planes) {
  const int32_t words = band_rows(w, w->band) * planes * band_pitch(w) / 4;
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

/* Puts the input rows that output rows y, y + 1, ... need into rows of the scratch, pitch bytes apart. Rows outside the
 * data are zero: where one band is the whole plane, they are from the beginning. */
static inline void band_fill(int8_t *band, const int8_t *data, const host_window *w, int32_t pitch, int32_t y,
    int32_t rows) {
  const int32_t columns = w->columns;
  int8_t *out = band + band_lead(w);
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

#endif
`;
