/** Differences beyond the last entry have an exponential that rounds to 0. */
const LAST = 104;

/** As C: exact, as every float32 is a double's shortest text away. */
const floatLiteral = (v: number): string => `${/[.e]/.test(String(v)) ? v : `${v}.0`}f`;

const TABLE = Array.from(
  { length: LAST + 1 },
  (_, d) => `    ${floatLiteral(Math.fround(Math.exp(-d)))},`,
).join('\n');

/** codegen/host/include/host_exp.h: e^-d of whole d, as the simulator rounds it, without floating-point arithmetic. */
export const HOST_EXP_H = `/* e^-d for d = 0, 1, ..., 255, rounded once to float. */
#ifndef HOST_EXP_H
#define HOST_EXP_H

#include <stdint.h>

static inline float host_exp_of_minus(int32_t d) {
  static const float table[] = {
${TABLE}
  };
  return d > ${LAST} ? 0.0f : table[d];
}

#endif
`;
