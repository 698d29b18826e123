/**
 * codegen/host/include/host_xpulp.h: the core's packed and post-increment instructions, for compilers that do not know them
 * (\`.insn\`) and for the SDK's (builtins). Encodings: docs/rv32-instructions.md.
 */
export const HOST_XPULP_H = `/* Xpulp instructions of the host core, where HOST_XPULP is defined. A stock compiler gets them as .insn words; the
 * SDK's compiler, which makes post-increments and hardware loops by itself, as builtins (HOST_XPULP_BUILTINS). */
#ifndef HOST_XPULP_H
#define HOST_XPULP_H
#ifdef HOST_XPULP

#include <stdint.h>

/* A word that need not be aligned: the core splits the access. */
static inline int32_t host_load_word(const int8_t *p) {
  int32_t word;
  __asm__("lw %0, %1" : "=r"(word) : "m"(*(const int8_t(*)[4])p));
  return word;
}

static inline void host_store_word(int8_t *p, int32_t word) {
  __asm__("sw %1, %0" : "=m"(*(int8_t(*)[4])p) : "r"(word));
}

#define HOST_DOT_STEP(s, w, a) ((s) = host_dot(s, w, a))

#ifdef HOST_XPULP_BUILTINS

typedef signed char host_bytes __attribute__((vector_size(4)));

static inline uint32_t host_dot(uint32_t sum, int32_t w, int32_t a) {
  return (uint32_t)__builtin_pulp_sdotsp4((host_bytes)w, (host_bytes)a, (int32_t)sum);
}
#define HOST_FOUR_BY_ONE(steps) \\
  for (int32_t left = (steps); left > 0; --left, w0 += 4, w1 += 4, w2 += 4, w3 += 4, x += 4) { \\
    const int32_t a = host_load_word(x); \\
    HOST_DOT_STEP(s0, host_load_word(w0), a), HOST_DOT_STEP(s1, host_load_word(w1), a); \\
    HOST_DOT_STEP(s2, host_load_word(w2), a), HOST_DOT_STEP(s3, host_load_word(w3), a); \\
  }
#define HOST_FOUR_BY_TWO(steps) \\
  for (int32_t left = (steps); left > 0; --left, w0 += 4, w1 += 4, w2 += 4, w3 += 4, x += 4, y += 4) { \\
    const int32_t a = host_load_word(x), b = host_load_word(y), u = host_load_word(w0), v = host_load_word(w1); \\
    const int32_t p = host_load_word(w2), q = host_load_word(w3); \\
    HOST_DOT_STEP(s0, u, a), HOST_DOT_STEP(t0, u, b), HOST_DOT_STEP(s1, v, a), HOST_DOT_STEP(t1, v, b); \\
    HOST_DOT_STEP(s2, p, a), HOST_DOT_STEP(t2, p, b), HOST_DOT_STEP(s3, q, a), HOST_DOT_STEP(t3, q, b); \\
  }
#define HOST_FOUR_BY_ROW(steps, stride) \\
  for (int32_t left = (steps); left > 0; --left, w += 16, x += band->pitch) { \\
    const int32_t a = host_load_word(x), b = host_load_word(x + (stride)), u = host_load_word(w); \\
    const int32_t v = host_load_word(w + 4), p = host_load_word(w + 8), q = host_load_word(w + 12); \\
    HOST_DOT_STEP(s0, u, a), HOST_DOT_STEP(t0, u, b), HOST_DOT_STEP(s1, v, a), HOST_DOT_STEP(t1, v, b); \\
    HOST_DOT_STEP(s2, p, a), HOST_DOT_STEP(t2, p, b), HOST_DOT_STEP(s3, q, a), HOST_DOT_STEP(t3, q, b); \\
  }
static inline int32_t host_limit(int32_t x, int32_t low, int32_t high) {
  return x < low ? low : x > high ? high : x;
}
#define HOST_COPY_PAIRS(to, from, pairs) \\
  for (int32_t left = (pairs); left > 0; --left, from += 8, to += 8) { \\
    const int32_t a = host_load_word(from), b = host_load_word(from + 4); \\
    host_store_word(to, a), host_store_word(to + 4, b); \\
  }

#else

/* p.max, p.min */
static inline int32_t host_limit(int32_t x, int32_t low, int32_t high) {
  __asm__(".insn r 0x33, 6, 2, %0, %0, %1\\n\\t.insn r 0x33, 4, 2, %0, %0, %2" : "+&r"(x) : "r"(low), "r"(high));
  return x;
}

/* lp.setup x0 around n instructions of four bytes; p.lw rd, 4(rs1!); pv.sdotsp.b */
#define HOST_HARDWARE_LOOP(count, n) ".insn i 0x7b, 4, x0, " count ", 2 * (" #n ")\\n\\t"
#define HOST_LOOP(count, n) ".option push\\n\\t.option norvc\\n\\t" HOST_HARDWARE_LOOP(count, n)
#define HOST_LOOP_END ".option pop"
#define HOST_LOAD(to, from) ".insn i 0x0b, 2, " to ", " from ", 4\\n\\t"
#define HOST_SUM(sum, a, b) ".insn r 0x57, 1, 0x5c, " sum ", " a ", " b "\\n\\t"
static inline uint32_t host_dot(uint32_t sum, int32_t w, int32_t a) {
  __asm__(HOST_SUM("%0", "%1", "%2") : "+r"(sum) : "r"(w), "r"(a));
  return sum;
}

#define HOST_FOUR_BY_ONE(steps) \\
  { \\
    int32_t a, u, v, p, q; \\
    __asm__ volatile(HOST_LOOP("%[n]", 9) HOST_LOAD("%[a]", "%[x]") HOST_LOAD("%[u]", "%[w0]") \\
        HOST_LOAD("%[v]", "%[w1]") \\
        HOST_LOAD("%[p]", "%[w2]") HOST_LOAD("%[q]", "%[w3]") HOST_SUM("%[s0]", "%[u]", "%[a]") \\
        HOST_SUM("%[s1]", "%[v]", "%[a]") HOST_SUM("%[s2]", "%[p]", "%[a]") HOST_SUM("%[s3]", "%[q]", "%[a]") \\
            HOST_LOOP_END \\
        : [x] "+&r"(x), [w0] "+&r"(w0), [w1] "+&r"(w1), [w2] "+&r"(w2), [w3] "+&r"(w3), [s0] "+&r"(s0), [s1] \\
            "+&r"(s1), \\
          [s2] "+&r"(s2), [s3] "+&r"(s3), [a] "=&r"(a), [u] "=&r"(u), [v] "=&r"(v), [p] "=&r"(p), [q] "=&r"(q) \\
        : [n] "r"(steps) \\
        : "memory"); \\
  }

/* An asm statement has 30 operands at most, and one that is read and written counts twice: the four that are
 * loaded are named. */
#define HOST_FOUR_BY_TWO(steps) \\
  { \\
    __asm__ volatile(HOST_LOOP("%[n]", 14) HOST_LOAD("t3", "%[x]") HOST_LOAD("t4", "%[y]") HOST_LOAD("t5", "%[w0]") \\
        HOST_LOAD("t6", "%[w1]") HOST_SUM("%[s0]", "t5", "t3") HOST_SUM("%[t0]", "t5", "t4") \\
        HOST_LOAD("t5", "%[w2]") HOST_SUM("%[s1]", "t6", "t3") HOST_SUM("%[t1]", "t6", "t4") \\
        HOST_LOAD("t6", "%[w3]") HOST_SUM("%[s2]", "t5", "t3") HOST_SUM("%[t2]", "t5", "t4") \\
        HOST_SUM("%[s3]", "t6", "t3") HOST_SUM("%[t3]", "t6", "t4") HOST_LOOP_END \\
        : [x] "+&r"(x), [y] "+&r"(y), [w0] "+&r"(w0), [w1] "+&r"(w1), [w2] "+&r"(w2), [w3] "+&r"(w3), [s0] "+&r"(s0), \\
          [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] \\
          "+&r"(t3) \\
        : [n] "r"(steps) \\
        : "t3", "t4", "t5", "t6", "memory"); \\
  }

/* The same with one stream of weights, and the second column's words stride bytes behind the first's;
 * p.lw rd, rs2(rs1!) */
#define HOST_FOUR_BY_ROW(steps, stride) \\
  { \\
    __asm__ volatile(HOST_LOOP("%[n]", 14) "lw t4, " #stride "(%[x])\\n\\t.insn r 0x0b, 7, 0x10, t3, %[x], %[k]\\n\\t" \\
        HOST_LOAD("t5", "%[w]") HOST_LOAD("t6", "%[w]") HOST_SUM("%[s0]", "t5", "t3") HOST_SUM("%[t0]", "t5", "t4") \\
        HOST_LOAD("t5", "%[w]") HOST_SUM("%[s1]", "t6", "t3") HOST_SUM("%[t1]", "t6", "t4") \\
        HOST_LOAD("t6", "%[w]") HOST_SUM("%[s2]", "t5", "t3") HOST_SUM("%[t2]", "t5", "t4") \\
        HOST_SUM("%[s3]", "t6", "t3") HOST_SUM("%[t3]", "t6", "t4") HOST_LOOP_END \\
        : [x] "+&r"(x), [w] "+&r"(w), [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [t0] "+&r"(t0), \\
          [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3) \\
        : [n] "r"(steps), [k] "r"(band->pitch) \\
        : "t3", "t4", "t5", "t6", "memory"); \\
  }

/* Pairs of words, by p.lw and p.sw rs2, 4(rs1!) */
#define HOST_COPY_PAIRS(to, from, pairs) \\
  __asm__ volatile(HOST_LOOP("%2", 4) HOST_LOAD("t5", "%1") HOST_LOAD("t6", "%1") ".insn s 0x2b, 2, t5, 4(%0)\\n\\t" \\
      ".insn s 0x2b, 2, t6, 4(%0)\\n\\t" HOST_LOOP_END : "+&r"(to), "+&r"(from) : "r"(pairs) : "t5", "t6", "memory");

/* Words in the other byte order: p.lw, pv.shuffle.b, p.sw */
#define HOST_REVERSE(to, from, words) \\
  if (words > 0) \\
    __asm__ volatile(HOST_LOOP("%2", 3) HOST_LOAD("t5", "%1") \\
        ".insn r 0x57, 1, 0x60, t5, t5, %3\\n\\t.insn s 0x2b, 2, t5, 4(%0)\\n\\t" HOST_LOOP_END \\
        : "+&r"(to), "+&r"(from) \\
        : "r"(words), "r"(0x00010203) \\
        : "t5", "memory");

#endif
#endif
#endif
`;
