/** Bytes from a seed; every third seed all at the extremes. */
export function bytesFrom(seed: number, n: number): Uint8Array {
  let state = seed | 1;
  return Uint8Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    if (seed % 3 === 0) return state < 0 ? 0x80 : 0x7f;
    return state >>> 24;
  });
}
