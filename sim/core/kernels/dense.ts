/** int32 sum of the products of `n` bytes (a multiple of 16) at `a` and `b`; the order of bytes does not matter. */
function dot(a: i32, b: i32, n: i32, rowBytes: i32): i32 {
  let sum = i32x4.splat(0);
  for (let i = 0; i < n; i += 16) {
    const va = v128.load(a + i);
    const vb = v128.load(b);
    const s = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(va), i16x8.extend_low_i8x16_s(vb));
    sum = i32x4.add(sum, s);
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(va), i16x8.extend_high_i8x16_s(vb)));
    b += rowBytes;
  }
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}

/** A fully connected layer: `n` inputs, weights [blocks][n / 16][16 outputs][16 inputs] + 16 biases of 16 bytes. As `conv`. */
export function dense(
  input: i32,
  n: i32,
  weights: i32,
  blocks: i32,
  shift: i32,
  relu: i32,
  output: i32,
  wrapped: i32,
): i32 {
  let count = 0;
  const blockBytes = (n << 4) + 256;
  for (let block = 0; block < blocks; block++)
    for (let lane = 0; lane < 16; lane++) {
      const from = weights + block * blockBytes;
      const sum = dot(input, from + (lane << 4), n, 256);
      const bias = bswap<i32>(load<i32>(from + (n << 4) + (lane << 4)));
      const result = sum + bias;
      const at = ((block << 4) + lane) ^ 3;
      if (((sum ^ result) & (bias ^ result)) < 0) {
        store<i32>(wrapped + (count << 2), at);
        count++;
      }
      store<u8>(output + at, max(relu ? 0 : -128, min(127, result >> shift)));
    }
  return count;
}
