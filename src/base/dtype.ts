/** Element types, named as Relay names them. `bool` holds 0 or 1 in a byte. */
export const DTYPES = ['int8', 'uint8', 'int16', 'int32', 'int64', 'float32', 'bool'] as const;
export type DType = (typeof DTYPES)[number];

export type TypedArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float64Array | Float32Array;

/**
 * How the values of each dtype are held. `int64` values are held as JavaScript numbers (Float64Array): integers are exact
 * up to 2^53, and whoever computes with them checks that bound. In a byte image an int64 takes 8 bytes, two's complement.
 */
const STORAGE = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: Float64Array,
  float32: Float32Array,
  bool: Uint8Array,
} as const;

/** A zeroed array for `elements` values of `dtype`. */
export function allocate(dtype: DType, elements: number): TypedArray {
  return new STORAGE[dtype](elements);
}

/** Bytes that one element of `dtype` takes in the chip's memory. */
export function bytesPerElement(dtype: DType): number {
  return STORAGE[dtype].BYTES_PER_ELEMENT;
}

export const isDType = (s: unknown): s is DType => DTYPES.some((d) => d === s);
export const isFloat = (d: DType): boolean => d === 'float32';

/** The smallest and largest value of an integer dtype. */
export function integerRange(dtype: Exclude<DType, 'float32'>): readonly [number, number] {
  switch (dtype) {
    case 'int8':
      return [-128, 127];
    case 'uint8':
      return [0, 255];
    case 'int16':
      return [-32768, 32767];
    case 'int32':
      return [-2147483648, 2147483647];
    case 'int64':
      return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    case 'bool':
      return [0, 1];
  }
}
