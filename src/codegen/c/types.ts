import type { DType } from '../../base/dtype.js';

/** The C type that holds an element; bool takes a byte that is 0 or 1. */
export const C_TYPES: Readonly<Record<DType, string>> = {
  int8: 'int8_t',
  uint8: 'uint8_t',
  int16: 'int16_t',
  int32: 'int32_t',
  int64: 'int64_t',
  float32: 'float',
  bool: 'uint8_t',
};

/** A float literal whose value is the float32 `v`, also for infinities and NaN, without <math.h>. */
function floatLiteral(v: number): string {
  if (Number.isNaN(v)) return '(0.0f / 0.0f)';
  if (!Number.isFinite(v)) return v > 0 ? '(1.0f / 0.0f)' : '(-1.0f / 0.0f)';
  const text = Object.is(v, -0) ? '-0.0' : String(Math.fround(v));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** A C literal of `dtype`; an integer must be in its range. -2^31 has no literal of its own in C. */
export function literal(v: number, dtype: DType): string {
  if (dtype === 'float32') return floatLiteral(v);
  if (dtype === 'int64') return `INT64_C(${v})`;
  return v === -(2 ** 31) ? '(-2147483647 - 1)' : String(v);
}
