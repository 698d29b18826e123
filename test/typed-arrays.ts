import { expect } from 'vitest';

type Numbers = { readonly [i: number]: number | bigint; readonly length: number } & ArrayBufferView;

const isTypedArray = (a: unknown): a is Numbers => ArrayBuffer.isView(a) && !(a instanceof DataView);
const bytesOf = (a: Numbers) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);

/**
 * How toEqual compares typed arrays: by their bytes, where vitest would visit each element as an object's property, which takes
 * longer than simulating the tensor. As there, NaN equals NaN, and 0 is not -0.
 */
export function equalTypedArrays(a: unknown, b: unknown): boolean | undefined {
  if (!isTypedArray(a) || !isTypedArray(b)) return undefined;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || a.length !== b.length) return false;
  if (bytesOf(a).equals(bytesOf(b))) return true;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

expect.addEqualityTesters([equalTypedArrays]);
