/**
 * codegen/host/include/host_columns.h: 3x3 windows of single planes, down one column of outputs after the other, where the plane
 * lies. Windows that reach outside are weights moved against the data, so that nothing is padded or compared.
 */
export const HOST_COLUMNS_H = `/* 3x3 windows of a plane, down one column of outputs after the other: a row of the plane is loaded once for the three
 * windows that it meets. A window that reaches over the left or right end of the rows reads their last bytes and has its
 * weights moved against them, zeros behind; rows above and below the plane are left out. */
#ifndef HOST_COLUMNS_H
#define HOST_COLUMNS_H

#include "host_nn.h"
#include "host_xpulp.h"

/* Bytes of a row that are read at once, and columns of windows that are made from them. */
#ifdef HOST_XPULP
#define HOST_REACH 4
#define HOST_STRIP 2
#else
#define HOST_REACH 3
#define HOST_STRIP 1
#endif

/* Planes of rows x width bytes, pitch apart, each of them read for every repeat-th channel of out; the first window
 * begins top rows above and left columns before, the last one ends at most one row below and one column behind. */
typedef struct {
  int32_t rows, width, pitch, top, left, out_rows, out_columns, repeat;
} host_planes;

/* How sums become outputs: as they are; limited to [0, high], to [-high - 1, high] or otherwise. */
enum { HOST_SUMS, HOST_FROM_0, HOST_SIGNED, HOST_LIMITED };

/* What the columns of a plane share: bytes between its rows and between those of the output, how sums become outputs;
 * rows before the first whole window (stride 1: beyond one), whole windows, which are odd + 2 * whole with Xpulp's
 * stride 1, and whether one more follows whose last row lies below the plane. host_strips.h counts on the order. */
typedef struct {
  int32_t pitch, step, shift, high, low, bias, before, odd, whole, below;
} host_job;

HOST_INLINE host_job host_job_of(const host_planes *p, const host_output *out, int32_t stride, int32_t end) {
  const int32_t before = 3 - stride - p->top, rows = p->rows - before, most = stride == 1 ? rows : rows >> 1;
  const int32_t whole = most < p->out_rows ? most : p->out_rows, pairs = stride == 1 && HOST_STRIP == 2;
  host_job job = { p->pitch, p->out_columns, out->shift, out->high, out->low, 0, before, 0, whole, 0 };
  job.below = p->out_rows - whole;
  if (end == HOST_SUMS) job.step *= 4;
  if (stride == 1) job.before -= 1;
  if (pairs) job.odd = whole & 1, job.whole = whole >> 1;
  return job;
}

/* Columns of windows that are computed alike for all planes: bytes are read from first on, an Xpulp strip's second
 * window's from second on. The window begins moved bytes behind. */
typedef struct {
  int32_t column, count, first, second, moved;
} host_run;

static inline int32_t host_read_at(int32_t column, int32_t width) {
  const int32_t last = width > HOST_REACH ? width - HOST_REACH : 0;
  return column < 0 ? 0 : column > last ? last : column;
}

#ifdef HOST_XPULP

#include "host_strips.h"

static inline host_run host_run_at(const host_planes *p, int32_t stride, int32_t column, host_moves *moves) {
  const int32_t from = column > p->out_columns - 2 ? p->out_columns - 2 : column, left = from * stride - p->left;
  const int32_t first = host_read_at(left, p->width), second = stride == 1 ? first : host_read_at(left + 1, p->width);
  const host_run run = { from, 1, first, second, left - first };
  moves[0] = host_moves_of(left, first, p->width);
  moves[1] = host_moves_of(left + stride, second, p->width);
  return run;
}

/* A strip of one plane, data at its first row and to at the strip's place in the output; end: how sums become
 * outputs. */
HOST_INLINE void host_columns_of(const host_run *run, int8_t *to, const int8_t *data, const int8_t *weights,
    const host_moves *moves, const host_job *job, int32_t stride, int32_t end) {
  const uint32_t v = (uint32_t)host_load_word(weights), w = (uint32_t)host_load_word(weights + 3);
  const uint32_t u = (uint32_t)host_load_word(weights + 5) >> 8;
  const host_strip at = { data + run->first, data + run->second, to, host_move(v, moves[0]), host_move(w, moves[0]),
    host_move(u, moves[0]), host_move(v, moves[1]), host_move(w, moves[1]), host_move(u, moves[1]) };
  if (stride == 1) host_descend(job, at, end);
  else host_stride(job, at, end);
}

#else

typedef int32_t host_moves;

static inline host_run host_run_at(const host_planes *p, int32_t stride, int32_t column, host_moves *moves) {
  const int32_t left = column * stride - p->left, first = host_read_at(left, p->width);
  host_run run = { column, 1, first, first, left - first };
  if (first == left) run.count += (p->width - HOST_REACH - left) / stride;
  if (run.count > p->out_columns - column) run.count = p->out_columns - column;
  *moves = run.moved;
  return run;
}

/* A run of one plane, data at its first row and place at the run's in the output: the weights a..i of a window stay in
 * registers. */
HOST_INLINE void host_columns_of(const host_run *run, int8_t *place, const int8_t *data, const int8_t *weights,
    const host_moves *moves, const host_job *job, int32_t stride, int32_t end) {
#define HOST_OF(k, l, m) ((uint32_t)(k * x) + (uint32_t)(l * y) + (uint32_t)(m * z))
#define HOST_PUT(sum) \\
  if (end != HOST_SUMS) *to = (int8_t)host_clip((int32_t)(sum) >> shift, low, high); \\
  else *(int32_t *)(void *)to = (int32_t)(sum); \\
  to += step;
  const int32_t pitch = job->pitch, step = job->step, shift = job->shift, low = job->low, high = job->high;
  const uint32_t bias = (uint32_t)job->bias;
  const int32_t k = *moves, inner = k <= 0, outer = k >= 0;
  const int32_t a = inner ? weights[-k] : 0, b = weights[1 - k], c = outer ? weights[2 - k] : 0;
  const int32_t d = inner ? weights[3 - k] : 0, e = weights[4 - k], f = outer ? weights[5 - k] : 0;
  const int32_t g = inner ? weights[6 - k] : 0, h = weights[7 - k], i = outer ? weights[8 - k] : 0;
  data += run->first;
  for (int32_t count = run->count; count > 0; --count, data += stride, place += end == HOST_SUMS ? 4 : 1) {
    const int8_t *row = data;
    int8_t *to = place;
    uint32_t s = bias, t = bias;
    if (stride == 1) {
      int32_t x = row[0], y = row[1], z = row[2];
      row += pitch;
      if (!HOST_LIKELY(job->before == 0)) {
        s += HOST_OF(a, b, c);
        x = row[0], y = row[1], z = row[2];
        row += pitch;
      }
      s += HOST_OF(d, e, f);
      t += HOST_OF(a, b, c);
      for (int32_t n = job->whole; n > 0; --n, row += pitch) {
        x = row[0], y = row[1], z = row[2];
        const uint32_t sum = s + HOST_OF(g, h, i);
        s = t + HOST_OF(d, e, f);
        t = bias + HOST_OF(a, b, c);
        HOST_PUT(sum)
      }
      if (HOST_LIKELY(job->below)) {
        HOST_PUT(s)
      }
    } else {
      if (!HOST_LIKELY(job->before == 0)) {
        const int32_t x = row[0], y = row[1], z = row[2];
        s += HOST_OF(a, b, c);
        row += pitch;
      }
      for (int32_t n = job->whole; n > 0; --n, row += pitch) {
        int32_t x = row[0], y = row[1], z = row[2];
        s += HOST_OF(d, e, f);
        row += pitch;
        x = row[0], y = row[1], z = row[2];
        t = s + HOST_OF(g, h, i);
        s = bias + HOST_OF(a, b, c);
        HOST_PUT(t)
      }
      if (!HOST_LIKELY(job->below == 0)) {
        const int32_t x = row[0], y = row[1], z = row[2];
        s += HOST_OF(d, e, f);
        HOST_PUT(s)
      }
    }
  }
#undef HOST_OF
#undef HOST_PUT
}

#endif

/* Planes of channels, from element at of out on. */
HOST_INLINE void host_columns(const host_output *out, int32_t at, const int8_t *data, const int8_t *weights,
    const int32_t *bias, int32_t planes, const host_planes *as, int32_t stride, int32_t end) {
  /* A copy that no store can change. */
  const host_planes p = *as;
  const int32_t plane = p.rows * p.width, size = end == HOST_SUMS ? 4 : 1, taps = 9 * p.repeat;
  const int32_t made = size * p.repeat * p.out_rows * p.out_columns;
  int8_t *const begin = (end == HOST_SUMS ? (int8_t *)out->sums : out->values) + size * at;
  host_job job = host_job_of(&p, out, stride, end);
  host_run run;
  for (int32_t column = 0; column < p.out_columns; column += HOST_STRIP * run.count) {
    const int8_t *w = weights, *from = data;
    const int32_t *b = bias;
    int8_t *to;
    host_moves moves[HOST_STRIP];
    run = host_run_at(&p, stride, column, moves);
    to = begin + size * run.column;
    for (int32_t n = planes; n > 0; --n, w += taps, from += plane, to += made) {
      if (b != 0) job.bias = *b, b += p.repeat;
      host_columns_of(&run, to, from, w, moves, &job, stride, end);
    }
  }
}

#endif
`;
