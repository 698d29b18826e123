/**
 * Product sums of the host's convolutions and dense layers as WebAssembly SIMD (AssemblyScript; `npm run kernels` compiles it into
 * sim/host/kernels-module.ts). Everything works on the module's memory at addresses that the caller gives; nothing is allocated here. Operands are
 * int16, sums int32 modulo 2^32: the same results as sim/host/matmul.ts.
 *
 * A multiply-accumulate is half an `i32x4.dot_i16x8_s`. A convolution's image therefore lies in pairs of int16: two input channels at the same
 * place side by side, the second one 0 where there is none.
 */

/**
 * out[r, y, x] = sum over t of weights[r, t] * image[y, x + offset t] for `rows` rows of weights and `height` rows of `width` outputs, where weights and
 * image are pairs. `offsets`: of each of `pairs` taps, in bytes, as int32. `step`: bytes from one output row to the next in the image; `pitch` in
 * `out`, where rows lie without gaps otherwise. Eight outputs are computed at once: `pitch` has room for them, and the image reaches seven pairs further.
 */
export function convolve(
  image: i32,
  offsets: i32,
  pairs: i32,
  weights: i32,
  rows: i32,
  width: i32,
  height: i32,
  step: i32,
  out: i32,
  pitch: i32,
): void {
  const each = pairs << 2;
  const plane = height * pitch;
  const end = offsets + each;
  let r: i32 = 0;
  for (; r + 4 <= rows; r += 4) {
    const first = weights + r * each;
    for (let y: i32 = 0; y < height; y++)
      for (let x: i32 = 0; x < width; x += 8) {
        const from = image + y * step + (x << 2);
        let a0 = i32x4.splat(0);
        let a1 = i32x4.splat(0);
        let b0 = i32x4.splat(0);
        let b1 = i32x4.splat(0);
        let c0 = i32x4.splat(0);
        let c1 = i32x4.splat(0);
        let d0 = i32x4.splat(0);
        let d1 = i32x4.splat(0);
        let w = first;
        for (let o = offsets; o < end; o += 4) {
          const at = from + load<i32>(o);
          const x0 = v128.load(at);
          const x1 = v128.load(at, 16);
          const a = v128.load32_splat(w);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x0, a));
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x1, a));
          const b = v128.load32_splat(w + each);
          b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x0, b));
          b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x1, b));
          const c = v128.load32_splat(w + 2 * each);
          c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x0, c));
          c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x1, c));
          const d = v128.load32_splat(w + 3 * each);
          d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x0, d));
          d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x1, d));
          w += 4;
        }
        let to = out + r * plane + y * pitch + (x << 2);
        v128.store(to, a0);
        v128.store(to, a1, 16);
        to += plane;
        v128.store(to, b0);
        v128.store(to, b1, 16);
        to += plane;
        v128.store(to, c0);
        v128.store(to, c1, 16);
        to += plane;
        v128.store(to, d0);
        v128.store(to, d1, 16);
      }
  }
  for (; r < rows; r++)
    for (let y: i32 = 0; y < height; y++)
      for (let x: i32 = 0; x < width; x += 8) {
        const from = image + y * step + (x << 2);
        let a0 = i32x4.splat(0);
        let a1 = i32x4.splat(0);
        let w = weights + r * each;
        for (let o = offsets; o < end; o += 4) {
          const at = from + load<i32>(o);
          const a = v128.load32_splat(w);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load(at), a));
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load(at, 16), a));
          w += 4;
        }
        const to = out + r * plane + y * pitch + (x << 2);
        v128.store(to, a0);
        v128.store(to, a1, 16);
      }
}

/** out[r] = sum over t of weights[r, t] * vector[t]: `rows` rows of `bytes` bytes (a multiple of 16, the rest zeros). */
export function multiply(vector: i32, bytes: i32, weights: i32, rows: i32, out: i32): void {
  for (let r: i32 = 0; r < rows; r++) {
    let sum = i32x4.splat(0);
    for (let t: i32 = 0; t < bytes; t += 16)
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(vector + t), v128.load(weights + t)));
    weights += bytes;
    store<i32>(
      out + (r << 2),
      i32x4.extract_lane(sum, 0) +
        i32x4.extract_lane(sum, 1) +
        i32x4.extract_lane(sum, 2) +
        i32x4.extract_lane(sum, 3),
    );
  }
}

/** Eight sums with their bias, shifted and limited, as int8. */
// @ts-ignore: decorator
@inline
function narrowed(at: i32, bias: v128, shift: i32, low: v128, high: v128): v128 {
  const a = i32x4.shr_s(i32x4.add(v128.load(at), bias), shift);
  const b = i32x4.shr_s(i32x4.add(v128.load(at, 16), bias), shift);
  const a8 = i32x4.min_s(i32x4.max_s(a, low), high);
  const b8 = i32x4.min_s(i32x4.max_s(b, low), high);
  const both = i16x8.narrow_i32x4_s(a8, b8);
  return i8x16.narrow_i16x8_s(both, both);
}

/**
 * (sum + bias) >> shift, limited to low..high within int8, of `planes` planes of `height` rows of `width` sums, `pitch` bytes apart: into bytes without
 * gaps. `biases`: of each plane, as int32. Eight bytes are written at once: `out` must reach seven further.
 */
export function requantize(
  sums: i32,
  pitch: i32,
  planes: i32,
  height: i32,
  width: i32,
  biases: i32,
  shift: i32,
  low: i32,
  high: i32,
  out: i32,
): void {
  const least = i32x4.splat(low);
  const most = i32x4.splat(high);
  for (let p: i32 = 0; p < planes; p++) {
    const bias = v128.load32_splat(biases + (p << 2));
    for (let y: i32 = 0; y < height; y++) {
      for (let x: i32 = 0; x < width; x += 8)
        v128.store64_lane(out + x, narrowed(sums + (x << 2), bias, shift, least, most), 0);
      out += width;
      sums += pitch;
    }
  }
}
