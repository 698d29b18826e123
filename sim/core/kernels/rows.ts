import { finish } from './finish';

/** The first `columns` columns, rounded up to 8, of four lanes of one output row: 8 accumulators in registers. */
export function rowOfFour(
  input: i32,
  offsets: i32,
  weights: i32,
  pairs: i32,
  columns: i32,
  biases: i32,
  shift: i32,
  low: v128,
  output: i32,
  to: i32,
  plane: i32,
): void {
  const end = offsets + (pairs << 2);
  for (let x = 0; x < columns; x += 8) {
    let a0 = i32x4.splat(0),
      a1 = i32x4.splat(0),
      b0 = i32x4.splat(0),
      b1 = i32x4.splat(0);
    let c0 = i32x4.splat(0),
      c1 = i32x4.splat(0),
      d0 = i32x4.splat(0),
      d1 = i32x4.splat(0);
    const start = input + (x << 2);
    let w = weights;
    for (let o = offsets; o < end; o += 4) {
      const at = start + load<i32>(o);
      const i0 = v128.load(at);
      const i1 = v128.load(at, 16);
      const wa = v128.load32_splat(w);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(i0, wa));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(i1, wa));
      const wb = v128.load32_splat(w, 4);
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(i0, wb));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(i1, wb));
      const wc = v128.load32_splat(w, 8);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(i0, wc));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(i1, wc));
      const wd = v128.load32_splat(w, 12);
      d0 = i32x4.add(d0, i32x4.dot_i16x8_s(i0, wd));
      d1 = i32x4.add(d1, i32x4.dot_i16x8_s(i1, wd));
      w += 16;
    }
    finish(a0, a1, v128.load32_splat(biases), shift, low, output, to + x);
    finish(b0, b1, v128.load32_splat(biases, 4), shift, low, output, to + plane + x);
    finish(c0, c1, v128.load32_splat(biases, 8), shift, low, output, to + 2 * plane + x);
    finish(d0, d1, v128.load32_splat(biases, 12), shift, low, output, to + 3 * plane + x);
  }
}

/** The first `columns` columns, rounded up to 8, of one lane of one output row: 16 at a time, the last ones 8. */
export function rowOfOne(
  input: i32,
  offsets: i32,
  weights: i32,
  pairs: i32,
  columns: i32,
  biases: i32,
  shift: i32,
  low: v128,
  output: i32,
  to: i32,
): void {
  const end = offsets + (pairs << 2);
  const bias = v128.load32_splat(biases);
  let x = 0;
  for (; x + 8 < columns; x += 16) {
    let a0 = i32x4.splat(0),
      a1 = i32x4.splat(0),
      a2 = i32x4.splat(0),
      a3 = i32x4.splat(0);
    const start = input + (x << 2);
    let w = weights;
    for (let o = offsets; o < end; o += 4) {
      const at = start + load<i32>(o);
      const wa = v128.load32_splat(w);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load(at), wa));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load(at, 16), wa));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v128.load(at, 32), wa));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v128.load(at, 48), wa));
      w += 16;
    }
    finish(a0, a1, bias, shift, low, output, to + x);
    finish(a2, a3, bias, shift, low, output, to + x + 8);
  }
  if (x >= columns) return;
  let a0 = i32x4.splat(0),
    a1 = i32x4.splat(0);
  const start = input + (x << 2);
  let w = weights;
  for (let o = offsets; o < end; o += 4) {
    const at = start + load<i32>(o);
    const wa = v128.load32_splat(w);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load(at), wa));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load(at, 16), wa));
    w += 16;
  }
  finish(a0, a1, bias, shift, low, output, to + x);
}

/** The same for a kernel of 3x3 with one channel: its six pairs of taps stay in registers. */
export function rowOf3x3(
  input: i32,
  offsets: i32,
  weights: i32,
  columns: i32,
  bias: v128,
  shift: i32,
  low: v128,
  output: i32,
  to: i32,
): void {
  const w0 = v128.load32_splat(weights);
  const w1 = v128.load32_splat(weights, 16);
  const w2 = v128.load32_splat(weights, 32);
  const w3 = v128.load32_splat(weights, 48);
  const w4 = v128.load32_splat(weights, 64);
  const w5 = v128.load32_splat(weights, 80);
  const o0 = input + load<i32>(offsets);
  const o1 = input + load<i32>(offsets, 4);
  const o2 = input + load<i32>(offsets, 8);
  const o3 = input + load<i32>(offsets, 12);
  const o4 = input + load<i32>(offsets, 16);
  const o5 = input + load<i32>(offsets, 20);
  for (let x = 0; x < columns; x += 8) {
    const by = x << 2;
    let a = i32x4.dot_i16x8_s(v128.load(o0 + by), w0);
    let b = i32x4.dot_i16x8_s(v128.load(o0 + by, 16), w0);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(o1 + by), w1));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(o1 + by, 16), w1));
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(o2 + by), w2));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(o2 + by, 16), w2));
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(o3 + by), w3));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(o3 + by, 16), w3));
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(o4 + by), w4));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(o4 + by, 16), w4));
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load(o5 + by), w5));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(o5 + by, 16), w5));
    finish(a, b, bias, shift, low, output, to + x);
  }
}
