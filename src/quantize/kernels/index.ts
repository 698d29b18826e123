/**
 * Product sums of convolutions in float64 as WebAssembly SIMD (AssemblyScript; `npm run kernels` compiles it into
 * src/quantize/kernels-module.ts). Everything works on the module's memory at addresses that the caller gives; nothing is allocated here.
 * Each sum adds its products one after another, tap by tap, as src/quantize/products.ts does: the same results, bit for bit.
 */

/**
 * out[r, y, x] = sum over t of weights[r, t] * image[y, x + offset t], for `rows` rows of weights, `height` rows of `width` outputs. `offsets`: of
 * each tap, in bytes, as int32. `step` and `pitch`: bytes from one output row to the next, in the image and in `out`; `plane`: from one row
 * of weights' outputs to the next. Four outputs are computed at once: image and out must reach three numbers further.
 */
export function convolve(
  image: i32,
  offsets: i32,
  taps: i32,
  weights: i32,
  rows: i32,
  width: i32,
  height: i32,
  step: i32,
  out: i32,
  pitch: i32,
  plane: i32,
): void {
  const each = taps << 3;
  let r: i32 = 0;
  for (; r + 4 <= rows; r += 4) {
    const w = weights + r * each;
    for (let y: i32 = 0; y < height; y++)
      for (let x: i32 = 0; x < width; x += 4) {
        const from = image + y * step + (x << 3);
        let a0 = f64x2.splat(0);
        let a1 = f64x2.splat(0);
        let b0 = f64x2.splat(0);
        let b1 = f64x2.splat(0);
        let c0 = f64x2.splat(0);
        let c1 = f64x2.splat(0);
        let d0 = f64x2.splat(0);
        let d1 = f64x2.splat(0);
        for (let t: i32 = 0; t < taps; t++) {
          const at = from + load<i32>(offsets + (t << 2));
          const x0 = v128.load(at);
          const x1 = v128.load(at, 16);
          const p = w + (t << 3);
          const a = v128.load64_splat(p);
          const b = v128.load64_splat(p + each);
          const c = v128.load64_splat(p + 2 * each);
          const d = v128.load64_splat(p + 3 * each);
          a0 = f64x2.add(a0, f64x2.mul(a, x0));
          a1 = f64x2.add(a1, f64x2.mul(a, x1));
          b0 = f64x2.add(b0, f64x2.mul(b, x0));
          b1 = f64x2.add(b1, f64x2.mul(b, x1));
          c0 = f64x2.add(c0, f64x2.mul(c, x0));
          c1 = f64x2.add(c1, f64x2.mul(c, x1));
          d0 = f64x2.add(d0, f64x2.mul(d, x0));
          d1 = f64x2.add(d1, f64x2.mul(d, x1));
        }
        let to = out + r * plane + y * pitch + (x << 3);
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
      for (let x: i32 = 0; x < width; x += 4) {
        const from = image + y * step + (x << 3);
        let a0 = f64x2.splat(0);
        let a1 = f64x2.splat(0);
        for (let t: i32 = 0; t < taps; t++) {
          const at = from + load<i32>(offsets + (t << 2));
          const a = v128.load64_splat(weights + r * each + (t << 3));
          a0 = f64x2.add(a0, f64x2.mul(a, v128.load(at)));
          a1 = f64x2.add(a1, f64x2.mul(a, v128.load(at, 16)));
        }
        const to = out + r * plane + y * pitch + (x << 3);
        v128.store(to, a0);
        v128.store(to, a1, 16);
      }
}
