/**
 * codegen/host/include/host_strips.h: a strip of 3x3 windows down a plane with Xpulp, two windows wide, as one statement of .insn
 * words that takes what strips of a kernel share from memory, so that the loops around it keep their registers.
 */
export const HOST_STRIPS_H = `/* A strip of 3x3 windows down a plane, two windows wide: a word of each row serves all windows that it meets. */
#ifndef HOST_STRIPS_H
#define HOST_STRIPS_H

#include "host_columns.h"

/* Where the first row is read for each of the two windows, where the two outputs begin, and the windows' weights: a, b,
 * c of the first for its three rows, d, e, f of the second. Sums begin at 0 and get the bias at the end. */
typedef struct {
  const int8_t *x, *y;
  int8_t *to;
  int32_t a, b, c, d, e, f;
} host_strip;

/* Three weights in the low bytes of a word, and the shifts that move them to where a window's columns are in another
 * word: up drops the fourth byte, and weights of columns behind the row. */
typedef struct {
  int32_t up, down;
} host_moves;

/* A window from column left on, in a word from column first on. */
static inline host_moves host_moves_of(int32_t left, int32_t first, int32_t width) {
  const int32_t kept = width - left < 3 ? width - left : 3;
  const host_moves moves = { 32 - 8 * kept, 32 - 8 * (kept + left - first) };
  return moves;
}

static inline int32_t host_move(uint32_t weights, host_moves moves) {
  return (int32_t)(weights << moves.up >> moves.down);
}

#ifdef HOST_XPULP_BUILTINS

HOST_INLINE void host_strip_put(const host_job *job, int8_t *to, uint32_t s, uint32_t t, int32_t end) {
  const int32_t one = (int32_t)(s + (uint32_t)job->bias), two = (int32_t)(t + (uint32_t)job->bias);
  if (end != HOST_SUMS) {
    to[0] = (int8_t)host_limit(one >> job->shift, job->low, job->high);
    to[1] = (int8_t)host_limit(two >> job->shift, job->low, job->high);
  } else ((int32_t *)(void *)to)[0] = one, ((int32_t *)(void *)to)[1] = two;
}

HOST_INLINE void host_descend(const host_job *job, host_strip at, int32_t end) {
  uint32_t s = 0, t = 0, u = 0, v = 0;
  const int32_t rows = 1 + job->before, whole = job->odd + 2 * job->whole;
  for (int32_t n = 0; n < rows + whole; ++n, at.x += job->pitch) {
    const int32_t i = host_load_word(at.x);
    if (n >= rows) {
      HOST_DOT_STEP(s, i, at.c), HOST_DOT_STEP(t, i, at.f);
      host_strip_put(job, at.to, s, t, end);
      at.to += job->step;
    }
    s = host_dot(u, i, at.b), t = host_dot(v, i, at.e);
    u = host_dot(0, i, at.a), v = host_dot(0, i, at.d);
  }
  if (job->below) host_strip_put(job, at.to, s, t, end);
}

HOST_INLINE void host_stride(const host_job *job, host_strip at, int32_t end) {
  uint32_t s = 0, t = 0;
  if (job->before) {
    HOST_DOT_STEP(s, host_load_word(at.x), at.a), HOST_DOT_STEP(t, host_load_word(at.y), at.d);
    at.x += job->pitch, at.y += job->pitch;
  }
  for (int32_t n = job->whole; n > 0; --n) {
    HOST_DOT_STEP(s, host_load_word(at.x), at.b), HOST_DOT_STEP(t, host_load_word(at.y), at.e);
    at.x += job->pitch, at.y += job->pitch;
    const int32_t i = host_load_word(at.x), j = host_load_word(at.y);
    HOST_DOT_STEP(s, i, at.c), HOST_DOT_STEP(t, j, at.f);
    host_strip_put(job, at.to, s, t, end);
    s = host_dot(0, i, at.a), t = host_dot(0, j, at.d);
    at.x += job->pitch, at.y += job->pitch, at.to += job->step;
  }
  if (job->below) {
    HOST_DOT_STEP(s, host_load_word(at.x), at.b), HOST_DOT_STEP(t, host_load_word(at.y), at.e);
    host_strip_put(job, at.to, s, t, end);
  }
}

#else

/* pv.dotsp.b; p.lw rd, t0(rs1!); p.addNr: a sum plus the bias, shifted */
#define HOST_DOT(sum, a, b) ".insn r 0x57, 1, 0x4c, " sum ", " a ", %[" b "]\\n\\t"
#define HOST_ADD(sum, a, b) HOST_SUM(sum, a, "%[" b "]")
#define HOST_NEXT(to, from) ".insn r 0x0b, 7, 0x10, " to ", %[" from "], t0\\n\\t"
#define HOST_SHIFTED(sum) ".insn r 0x5b, 2, 0x20, " sum ", t6, t2\\n\\t"
/* p.clipu to [0, high], p.clip to [-high - 1, high], or p.max and p.min */
#define HOST_CLIPU(sum) ".insn r 0x33, 6, 0x0a, " sum ", " sum ", t5\\n\\t"
#define HOST_CLIP(sum) ".insn r 0x33, 5, 0x0a, " sum ", " sum ", t5\\n\\t"
#define HOST_MAX_MIN(sum) ".insn r 0x33, 6, 2, " sum ", " sum ", a3\\n\\t.insn r 0x33, 4, 2, " sum ", " sum ", t5\\n\\t"
/* sb; p.sb rs2, t1(rs1!) */
#define HOST_PUT_LIMITED(s, t, limit) \\
  HOST_SHIFTED(s) HOST_SHIFTED(t) limit(s) limit(t) "sb " t ", 1(%[to])\\n\\t.insn r 0x2b, 4, 0, t1, %[to], " s "\\n\\t"
#define HOST_PUT_CLIPU(s, t) HOST_PUT_LIMITED(s, t, HOST_CLIPU)
#define HOST_PUT_CLIP(s, t) HOST_PUT_LIMITED(s, t, HOST_CLIP)
#define HOST_PUT_MAX_MIN(s, t) HOST_PUT_LIMITED(s, t, HOST_MAX_MIN)
/* sw; p.sw rs2, t1(rs1!) */
#define HOST_PUT_SUMS(s, t) \\
  "add " s ", " s ", t6\\n\\tadd " t ", " t ", t6\\n\\tsw " t ", 4(%[to])\\n\\t.insn r 0x2b, 6, 0, t1, %[to], " s "\\n\\t"

/* t0 pitch, t1 step, t2 shift, t5 high, t6 bias, a3 low, a2 before; words in t3, t4 (a6, a7); sums in a4, a5, a6,
 * a7. */
#define HOST_STRIP_BEGIN \\
  ".option push\\n\\t.option norvc\\n\\tlw t0, 0(%[job])\\n\\tlw a2, 24(%[job])\\n\\tlw t1, 4(%[job])\\n\\t" \\
  "lw t2, 8(%[job])\\n\\tlw t5, 12(%[job])\\n\\tlw t6, 20(%[job])\\n\\t"
#define HOST_BOTH_WORDS(at) , [y] "+&r"((at).y)
#define HOST_ONE_WORD(at)
#define HOST_STRIP_END(job, at, words) \\
  ".option pop" \\
      : [to] "+&r"((at).to), [x] "+&r"((at).x)words(at) \\
      : [job] "r"(job), [a] "r"((at).a), [b] "r"((at).b), [c] "r"((at).c), [d] "r"((at).d), [e] "r"((at).e), \\
        [f] "r"((at).f) \\
      : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "a3", "a4", "a5", "a6", "a7", "memory"

/* Stride 1. A row meets the third rows of two windows, which are put, the second rows of two and the first of two;
 * after another row sums have changed places. */
#define HOST_DESCEND(job, at, length, put, limits) \\
  __asm__ volatile(HOST_STRIP_BEGIN limits HOST_NEXT("t3", "x") "bnez a2, 2f\\n\\tlw a2, 28(%[job])\\n\\t" \\
      HOST_DOT("a4", "t3", "b") HOST_DOT("a5", "t3", "e") \\
      "1:\\tlw t4, 32(%[job])\\n\\t" HOST_DOT("a6", "t3", "a") HOST_DOT("a7", "t3", "d") "beqz a2, 3f\\n\\t" \\
      HOST_NEXT("t3", "x") "lw a2, 36(%[job])\\n\\t" HOST_ADD("a4", "t3", "c") HOST_ADD("a5", "t3", "f") put("a4", "a5") \\
      "mv a4, a6\\n\\tmv a5, a7\\n\\t" HOST_ADD("a4", "t3", "b") HOST_ADD("a5", "t3", "e") HOST_DOT("a6", "t3", "a") \\
      HOST_DOT("a7", "t3", "d") "4:\\tbeqz t4, 5f\\n\\t" \\
      HOST_HARDWARE_LOOP("t4", 14 + 2 * (length)) HOST_NEXT("t3", "x") HOST_NEXT("t4", "x") HOST_ADD("a4", "t3", "c") \\
      HOST_ADD("a5", "t3", "f") HOST_ADD("a6", "t3", "b") HOST_ADD("a7", "t3", "e") put("a4", "a5") \\
      HOST_DOT("a4", "t3", "a") HOST_DOT("a5", "t3", "d") HOST_ADD("a6", "t4", "c") HOST_ADD("a7", "t4", "f") \\
      HOST_ADD("a4", "t4", "b") HOST_ADD("a5", "t4", "e") put("a6", "a7") HOST_DOT("a6", "t4", "a") \\
      HOST_DOT("a7", "t4", "d") \\
      "5:\\tbeqz a2, 6f\\n\\t" put("a4", "a5") "j 6f\\n" \\
      "2:\\tlw a2, 28(%[job])\\n\\t" HOST_DOT("a4", "t3", "a") HOST_DOT("a5", "t3", "d") HOST_NEXT("t3", "x") "nop\\n\\t" \\
      HOST_ADD("a4", "t3", "b") HOST_ADD("a5", "t3", "e") "j 1b\\n" \\
      "3:\\tlw a2, 36(%[job])\\n\\tj 4b\\n6:\\n\\t" HOST_STRIP_END(job, at, HOST_ONE_WORD));
/* Stride 2. Two rows meet the second and third rows of two windows, which are put, and the first rows of the next. */
#define HOST_STRIDE(job, at, length, put, limits) \\
  __asm__ volatile(HOST_STRIP_BEGIN limits "bnez a2, 4f\\n\\tli a4, 0\\n\\tli a5, 0\\n" \\
      "1:\\tlw a6, 32(%[job])\\n\\tlw a2, 36(%[job])\\n\\tbeqz a6, 2f\\n\\t" \\
      HOST_HARDWARE_LOOP("a6", 10 + (length)) HOST_NEXT("t3", "x") HOST_NEXT("t4", "y") HOST_NEXT("a6", "x") \\
      HOST_NEXT("a7", "y") HOST_ADD("a4", "t3", "b") HOST_ADD("a5", "t4", "e") HOST_ADD("a4", "a6", "c") \\
      HOST_ADD("a5", "a7", "f") put("a4", "a5") HOST_DOT("a4", "a6", "a") HOST_DOT("a5", "a7", "d") \\
      "2:\\tbnez a2, 3f\\n\\tj 5f\\n\\t" \\
      "3:\\t" HOST_NEXT("t3", "x") HOST_NEXT("t4", "y") HOST_ADD("a4", "t3", "b") \\
      HOST_ADD("a5", "t4", "e") put("a4", "a5") "j 5f\\n" \\
      "4:\\t" HOST_NEXT("t3", "x") HOST_NEXT("t4", "y") HOST_DOT("a4", "t3", "a") HOST_DOT("a5", "t4", "d") "j 1b\\n" \\
      "5:\\n\\t" HOST_STRIP_END(job, at, HOST_BOTH_WORDS));
#define HOST_BY_END(run, job, at, end) \\
  if (end == HOST_SUMS) run(job, at, 4, HOST_PUT_SUMS, "") \\
  else if (end == HOST_FROM_0) run(job, at, 6, HOST_PUT_CLIPU, "") \\
  else if (end == HOST_SIGNED) run(job, at, 6, HOST_PUT_CLIP, "") \\
  else run(job, at, 8, HOST_PUT_MAX_MIN, "lw a3, 16(%[job])\\n\\t")

HOST_INLINE void host_descend(const host_job *job, host_strip at, int32_t end) {
  HOST_BY_END(HOST_DESCEND, job, at, end)
}

HOST_INLINE void host_stride(const host_job *job, host_strip at, int32_t end) {
  HOST_BY_END(HOST_STRIDE, job, at, end)
}

#endif
#endif
`;
