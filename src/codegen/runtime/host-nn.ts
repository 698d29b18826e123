/** codegen/host/include/host_nn.h: the blocked int8 kernels that convolutions and dense layers of the host share. */
export const HOST_NN_H = `/* Product sums of int8 tensors. A convolution gathers the windows of two pixels, zeros where they reach outside
 * the data, and multiplies them with four channels at a time, or reads few channels' windows in padded rows; a depthwise one runs down the columns of its windows
 * where the planes lie, or over rows that are padded beforehand. Sums wrap at 32 bits. */
#ifndef HOST_NN_H
#define HOST_NN_H

#include <stdint.h>

#include "host_math.h"

/* One copy of each function, not one specialized for every caller. */
#if defined(__GNUC__) && !defined(__clang__)
#define HOST_APART __attribute__((noipa))
#else
#define HOST_APART
#endif

/* One copy for each set of constant arguments; what mostly holds. */
#ifdef __GNUC__
#define HOST_INLINE static inline __attribute__((always_inline))
#define HOST_LIKELY(x) __builtin_expect((x) != 0, 1)
#else
#define HOST_INLINE static inline
#define HOST_LIKELY(x) (x)
#endif

/* Bytes of scratch: what the largest kernel of the network needs. */
extern int32_t host_scratch[];

/* How a window slides over planes of rows x columns int8 elements. */
typedef struct {
  int32_t channels, rows, columns;
  int32_t taps_y, taps_x, stride_y, stride_x, dilation_y, dilation_x, top, left;
  int32_t out_rows, out_columns;
  /* Depthwise, direct: output rows that are computed at once, from one filling of the scratch; whether planes are read
   * where they lie although windows reach outside. */
  int32_t band, in_place;
} host_window;

/* Where sums go: to sums as they are; or, where values is not 0, there, shifted right and limited to [low, high]. */
typedef struct {
  int32_t *sums;
  int8_t *values;
  int32_t shift, low, high;
} host_output;

static inline int8_t host_requantized(const host_output *out, uint32_t sum) {
  return (int8_t)host_clip((int32_t)sum >> out->shift, out->low, out->high);
}

static inline void host_put(const host_output *out, int32_t at, uint32_t sum) {
  if (out->values != 0) out->values[at] = host_requantized(out, sum);
  else out->sums[at] = (int32_t)sum;
}

/* Bytes between two gathered windows. */
#define HOST_COLUMN_BYTES(taps) (((taps) + 3) & ~3)

/* The window at output row y and column x, channel by channel, row by row. */
HOST_APART void host_gather(int8_t *column, const int8_t *data, const host_window *w, int32_t y, int32_t x);

/* sum[c][p] = bias[c] + the products of weights[c] with columns[p], each of taps elements; bias may be 0. The
 * output of channel c and column p is element c * pitch + p from first on. count is 1 or 2 columns,
 * HOST_COLUMN_BYTES(taps) apart. */
HOST_APART void host_products(const host_output *out, int32_t first, int32_t pitch, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, const int8_t *columns, int32_t count, int32_t taps);

/* A whole convolution of one group of channels: planes of out from first on. */
HOST_APART void host_convolution(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, const host_window *w);

/* The same for 3x3 windows of few input channels and at least four of output, into the values of out. */
HOST_APART void host_direct(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, const host_window *w);

/* Prepares the scratch for bands of this window. */
HOST_APART void host_band_begin(const host_window *w);

/* Rows y, y + 1, ... (at most w->band) of a depthwise convolution of one plane, into elements first, first + 1,
 * ... of out. */
HOST_APART void host_depthwise_band(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    int32_t bias,
    const host_window *w, int32_t y, int32_t rows);

/* A whole depthwise convolution: the channels of out, repeat of them from each plane of data. */
HOST_APART void host_depthwise(const host_output *out, int32_t first, const int8_t *data, const int8_t *weights,
    const int32_t *bias,
    int32_t channels, int32_t repeat, const host_window *w);

/* Nothing moves over this: what stands between two of them fits the registers, which a compiler that mixes several
 * steps forgets. */
#ifdef __GNUC__
#define HOST_FENCE(a, b, c, d) __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d) : : "memory")
#else
#define HOST_FENCE(a, b, c, d) (void)0
#endif

#endif
`;
