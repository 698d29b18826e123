/** sat8((a + b) >> shift) of `n` bytes, a multiple of 16. */
export function sum(a: i32, b: i32, n: i32, shift: i32, output: i32): void {
  // Sums need 9 bits: a shift by 15 leaves the sign alone, as any larger one does.
  const by = min(shift, 15);
  for (let i = 0; i < n; i += 16) {
    const va = v128.load(a + i);
    const vb = v128.load(b + i);
    const lo = i16x8.add(i16x8.extend_low_i8x16_s(va), i16x8.extend_low_i8x16_s(vb));
    const hi = i16x8.add(i16x8.extend_high_i8x16_s(va), i16x8.extend_high_i8x16_s(vb));
    v128.store(output + i, i8x16.narrow_i16x8_s(i16x8.shr_s(lo, by), i16x8.shr_s(hi, by)));
  }
}
