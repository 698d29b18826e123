/**
 * codegen/host/src/host_direct.c: 3x3 convolutions of few channels, whose windows would cost more to gather than to multiply. Rows of all
 * channels are padded into the scratch once, and blocks of four channels and two columns read their windows there.
 */
export const HOST_DIRECT_C = `#include "host_bands.h"

/* A block's four channels and two columns: sums of the first column in s, of the second in t. */
typedef struct {
  uint32_t s0, s1, s2, s3, t0, t1, t2, t3;
} block_sums;

/* A row of the band: all channels side by side, pitch bytes apart. */
typedef struct {
  int32_t pitch, channels;
} band_shape;

#ifdef HOST_XPULP

/* Weights of a block as words of three and a zero, in the order in which rows of the band follow each other: by row of
 * the window, input channel and output channel. */
static void pack(int8_t *words, const int8_t *weights, int32_t channels) {
  for (int32_t y = 0; y < 9; y += 3)
    for (int32_t c = 0; c < channels; ++c) {
      const int8_t *w = weights + 9 * c + y;
      for (int32_t k = 0; k < 4; ++k, w += 9 * channels, words += 4)
        /* The last weight of all has nothing behind. */
        host_store_word(words, y < 6 ? host_load_word(w) & 0xffffff :
                (int32_t)((uint32_t)host_load_word(w - 1) >> 8));
    }
}

HOST_INLINE void multiply(block_sums *b, const int8_t *x, const int8_t *w, const band_shape *band, int32_t stride) {
  const int32_t steps = 3 * band->channels;
  uint32_t s0 = b->s0, s1 = b->s1, s2 = b->s2, s3 = b->s3, t0 = b->t0, t1 = b->t1, t2 = b->t2, t3 = b->t3;
  if (stride == 1) HOST_FOUR_BY_ROW(steps, 1) else HOST_FOUR_BY_ROW(steps, 2)
  b->s0 = s0, b->s1 = s1, b->s2 = s2, b->s3 = s3, b->t0 = t0, b->t1 = t1, b->t2 = t2, b->t3 = t3;
}

#else

HOST_INLINE void multiply(block_sums *b, const int8_t *x, const int8_t *w0, const band_shape *band, int32_t stride) {
  const int32_t pitch = band->pitch, down = pitch * band->channels, taps = 9 * band->channels;
  const int8_t *y = x + down, *z = y + down, *w1 = w0 + taps, *w2 = w1 + taps, *w3 = w2 + taps;
  uint32_t s0 = b->s0, s1 = b->s1, s2 = b->s2, s3 = b->s3, t0 = b->t0, t1 = b->t1, t2 = b->t2, t3 = b->t3;
#define TAP(i, p, q) \\
  { \\
    const int32_t k = w0[i], l = w1[i], m = w2[i], n = w3[i]; \\
    s0 += (uint32_t)(k * p), t0 += (uint32_t)(k * q), s1 += (uint32_t)(l * p), t1 += (uint32_t)(l * q); \\
    s2 += (uint32_t)(m * p), t2 += (uint32_t)(m * q), s3 += (uint32_t)(n * p), t3 += (uint32_t)(n * q); \\
    HOST_FENCE(s0, s1, s2, s3); \\
    HOST_FENCE(t0, t1, t2, t3); \\
  }
#define ROW(i, x) \\
  { \\
    const int32_t d = x[0], e = x[1], f = x[2], g = x[3], h = stride == 1 ? 0 : x[4]; \\
    if (stride == 1) { \\
      TAP(i, d, e) TAP(i + 1, e, f) TAP(i + 2, f, g) \\
    } else { \\
      TAP(i, d, f) TAP(i + 1, e, g) TAP(i + 2, f, h) \\
    } \\
  }
  for (int32_t c = band->channels; c > 0; --c, w0 += 9, w1 += 9, w2 += 9, w3 += 9, x += pitch, y += pitch, z += pitch) {
    ROW(0, x) ROW(3, y) ROW(6, z)
  }
#undef ROW
#undef TAP
  b->s0 = s0, b->s1 = s1, b->s2 = s2, b->s3 = s3, b->t0 = t0, b->t1 = t1, b->t2 = t2, b->t3 = t3;
}

#endif

/* Four channels of the rows of a band, from element at of the values on; planes of the output are plane elements
 * apart. */
HOST_INLINE void block(const host_output *out, int32_t at, int32_t plane, const int8_t *band, const band_shape *shape,
    const int8_t *weights, const uint32_t *bias, const host_window *w, int32_t rows, int32_t stride) {
  const int32_t columns = w->out_columns, down = w->stride_y * shape->pitch * shape->channels;
  int8_t *values = out->values + at;
  for (; rows > 0; --rows, band += down, values += columns) {
    const int8_t *x = band;
    int8_t *place = values;
    for (int32_t left = columns; left > 0; left -= 2, x += 2 * stride, place += 2) {
      /* An odd column more: the last two, one of them again. */
      if (!HOST_LIKELY(left > 1)) x -= stride, place -= 1;
      block_sums b = { bias[0], bias[1], bias[2], bias[3], bias[0], bias[1], bias[2], bias[3] };
      int8_t *to = place;
      multiply(&b, x, weights, shape, stride);
      /* Loaded again where products have taken its registers. */
      const host_output end = *out;
      to[0] = host_requantized(&end, b.s0), to[1] = host_requantized(&end, b.t0), to += plane;
      to[0] = host_requantized(&end, b.s1), to[1] = host_requantized(&end, b.t1), to += plane;
      to[0] = host_requantized(&end, b.s2), to[1] = host_requantized(&end, b.t2), to += plane;
      to[0] = host_requantized(&end, b.s3), to[1] = host_requantized(&end, b.t3);
    }
  }
}

HOST_INLINE void convolve(const host_output *sink, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias, int32_t channels, const host_window *w, int32_t stride) {
  static const uint32_t none[4] = { 0 };
#ifdef HOST_XPULP
  /* A copy that no store can change, in registers. */
  const host_output own = *sink, *const out = &own;
#else
  const host_output *const out = sink;
#endif
  const band_shape shape = { band_pitch(w), w->channels };
  const int32_t taps = 9 * w->channels, plane = w->out_rows * w->out_columns;
  int8_t *const scratch = (int8_t *)host_scratch;
#ifdef HOST_XPULP
  int8_t *const words = scratch + band_rows(w, w->band) * shape.pitch * w->channels;
#endif
  band_clear(w, w->channels);
  for (int32_t y = 0; y < w->out_rows; y += w->band) {
    const int32_t rows = y + w->band < w->out_rows ? w->band : w->out_rows - y;
    for (int32_t c = 0; c < w->channels; ++c)
      band_fill(scratch + c * shape.pitch, data + c * w->rows * w->columns, w, shape.pitch * w->channels, y, rows);
    for (int32_t c = 0; c < channels; c += 4) {
      /* Channels more than fours: the last four, some of them again. */
      if (c > channels - 4) c = channels - 4;
      const int8_t *use = weights + c * taps;
#ifdef HOST_XPULP
      pack(words, use, w->channels);
      use = words;
#endif
      block(out, first + c * plane + y * w->out_columns, plane, scratch + band_lead(w) - w->left, &shape, use,
          bias == 0 ? none : (const uint32_t *)bias + c, w, rows, stride);
    }
  }
}

void host_direct(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights, const int32_t *bias,
    int32_t channels, const host_window *w) {
  if (w->stride_x == 1) convolve(out, first, data, weights, bias, channels, w, 1);
  else convolve(out, first, data, weights, bias, channels, w, 2);
}
`;
