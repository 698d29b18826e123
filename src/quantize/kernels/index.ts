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

/** Copies `width` numbers. */
function copyRow(from: i32, to: i32, width: i32): void {
  const end = from + (width << 3);
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from));
  if (from < end) store<f64>(to, load<f64>(from));
}

/**
 * Puts `rows` rows of `width` numbers of each of `planes` planes into the padded image, the first one at `to`, in column `column`. Each row there consists of
 * `parts` parts of `part` bytes, one for each remainder of the column. All steps in bytes.
 */
export function place(
  from: i32,
  fromRow: i32,
  fromPlane: i32,
  to: i32,
  toRow: i32,
  toPlane: i32,
  planes: i32,
  rows: i32,
  width: i32,
  column: i32,
  parts: i32,
  part: i32,
): void {
  for (let p: i32 = 0; p < planes; p++)
    for (let y: i32 = 0; y < rows; y++) {
      let source = from + p * fromPlane + y * fromRow;
      const row = to + p * toPlane + y * toRow;
      if (parts == 1) {
        copyRow(source, row + (column << 3), width);
        continue;
      }
      let inPart = column % parts;
      let at = row + inPart * part + ((column / parts) << 3);
      const back = (parts - 1) * part - 8;
      for (let x: i32 = 0; x < width; x++, source += 8) {
        store<f64>(at, load<f64>(source));
        inPart++;
        if (inPart < parts) at += part;
        else {
          inPart = 0;
          at -= back;
        }
      }
    }
}

/** Sums of `lines` rows of `width` numbers, `pitch` bytes apart, without the gaps. */
export function closeUp(from: i32, to: i32, lines: i32, width: i32, pitch: i32): void {
  for (let l: i32 = 0; l < lines; l++) copyRow(from + l * pitch, to + l * (width << 3), width);
}

/**
 * The same for sums that hold two rows of weights each: low + high * `unit`, both below half a unit. `rows`: of weights, of which the last may
 * be alone.
 */
export function split(
  from: i32,
  to: i32,
  rows: i32,
  height: i32,
  width: i32,
  pitch: i32,
  unit: f64,
): void {
  const line = width << 3;
  const plane = height * line;
  const share = f64x2.splat(1 / unit);
  const whole = f64x2.splat(unit);
  for (let r: i32 = 0; r < rows; r += 2, to += 2 * plane) {
    const both = r + 1 < rows;
    for (let y: i32 = 0; y < height; y++, from += pitch) {
      let out = to + y * line;
      let at = from;
      const end = from + line;
      for (; at + 16 <= end; at += 16, out += 16) {
        const sum = v128.load(at);
        const high = f64x2.nearest(f64x2.mul(sum, share));
        v128.store(out, f64x2.sub(sum, f64x2.mul(high, whole)));
        if (both) v128.store(out + plane, high);
      }
      if (at < end) {
        const sum = load<f64>(at);
        const high = nearest(sum * (1 / unit));
        store<f64>(out, sum - high * unit);
        if (both) store<f64>(out + plane, high);
      }
    }
  }
}
