import { describe, expect, it } from 'vitest';

describe('typed arrays in toEqual', () => {
  it.each([
    [Int8Array.of(1, -1), Int8Array.of(1, -1), true],
    [Int8Array.of(1, -1), Int8Array.of(1, 1), false],
    [Int8Array.of(1), Int8Array.of(1, 0), false],
    [Int8Array.of(1), Uint8Array.of(1), false],
    [Int8Array.of(1), [1], false],
    [new Int8Array([9, 1, 2, 9]).subarray(1, 3), Int8Array.of(1, 2), true],
    [Float32Array.of(0), Float32Array.of(-0), false],
    [Float32Array.of(Number.NaN), Float32Array.of(Number.NaN), true],
    [new Float32Array(Int32Array.of(0x7fc00001).buffer), Float32Array.of(Number.NaN), true],
    [BigInt64Array.of(3n), BigInt64Array.of(3n), true],
    [BigInt64Array.of(3n), BigInt64Array.of(4n), false],
    [{ x: [Int8Array.of(3)] }, { x: [Int8Array.of(3)] }, true],
    [new Map([['x', { data: Int8Array.of(3) }]]), new Map([['x', { data: Int8Array.of(4) }]]), false],
  ])('%o and %o: %o', (a, b, equal) => {
    if (equal) expect(a).toEqual(b);
    else expect(a).not.toEqual(b);
  });
});
