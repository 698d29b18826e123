/**
 * The PE array's jobs as WebAssembly SIMD (AssemblyScript; `npm run kernels` compiles it into sim/core/kernels-module.ts).
 * Everything works on the module's memory at addresses that the caller gives; nothing is allocated here. Bytes come and go in
 * the core's order (element e at byte e ^ 3). The same results, bit for bit, as sim/core/typed-array-pe-array.ts.
 *
 * A multiply-accumulate is half an `i32x4.dot_i16x8_s`: that instruction multiplies pairs. So the input is first laid out as
 * pairs of int16: two channels at the same place side by side, or, for the last of an odd number of channels, two rows.
 */

/** Columns (or lanes) 0..7 and 8..15 of two vectors in the core's order, interleaved in natural order. */
function pairsLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 3, 19, 2, 18, 1, 17, 0, 16, 7, 23, 6, 22, 5, 21, 4, 20);
}
function pairsHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 11, 27, 10, 26, 9, 25, 8, 24, 15, 31, 14, 30, 13, 29, 12, 28);
}
/** The same of the even and of the odd columns among 16. */
function pairsEven(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 3, 19, 1, 17, 7, 23, 5, 21, 11, 27, 9, 25, 15, 31, 13, 29);
}
function pairsOdd(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 2, 18, 0, 16, 6, 22, 4, 20, 10, 26, 8, 24, 14, 30, 12, 28);
}

/** Up to this many bytes a loop fills faster than a call of the engine does. */
const SHORT_FILL: i32 = 2048;

/** `bytes` (a multiple of 16) bytes of `value` at `to`. */
function fillLines(to: i32, value: i32, bytes: i32): void {
  if (bytes > SHORT_FILL) {
    memory.fill(to, <u8>value, bytes);
    return;
  }
  const line = i8x16.splat(<i8>value);
  for (let i = 0; i < bytes; i += 16) v128.store(to + i, line);
}

/** Stores 8 pairs of int8 as 8 pairs of int16. */
function storePairs(at: i32, pairs: v128): void {
  v128.store(at, i16x8.extend_low_i8x16_s(pairs));
  v128.store(at, i16x8.extend_high_i8x16_s(pairs), 16);
}

/** Lays out one row of pairs: `a` and `b` are rows of `pitch` bytes; `mask` clears dead columns of the last 16. */
function packRow(a: i32, b: i32, to: i32, pitch: i32, mask: v128, left: i32, stride: i32, half: i32): void {
  const even = to + (((left & 1) * half + (left >> 1)) << 2);
  const odd = to + ((((left + 1) & 1) * half + ((left + 1) >> 1)) << 2);
  for (let x = 0; x < pitch; x += 16) {
    let va = v128.load(a + x);
    let vb = v128.load(b + x);
    if (x + 16 == pitch) {
      va = v128.and(va, mask);
      vb = v128.and(vb, mask);
    }
    if (stride == 1) {
      const at = to + ((left + x) << 2);
      storePairs(at, pairsLow(va, vb));
      storePairs(at + 32, pairsHigh(va, vb));
    } else {
      storePairs(even + (x << 1), pairsEven(va, vb));
      storePairs(odd + (x << 1), pairsOdd(va, vb));
    }
  }
}

/**
 * Lays out the whole input at `to`, zero padding included: [ceil(channels / 2)][paddedRows][rowBytes]. With stride 2 a row holds its
 * even columns first and its odd ones `half` pairs behind. `zeros`: `pitch` bytes of scratch.
 */
function packInput(
  input: i32,
  to: i32,
  zeros: i32,
  channels: i32,
  rows: i32,
  pitch: i32,
  dead: i32,
  top: i32,
  left: i32,
  stride: i32,
  paddedRows: i32,
  rowBytes: i32,
  half: i32,
): void {
  const planes = (channels + 1) >> 1;
  const planeBytes = paddedRows * rowBytes;
  fillLines(zeros, -1, 16);
  for (let i = 16 - dead; i < 16; i++) store<u8>(zeros + (i ^ 3), 0);
  const mask = v128.load(zeros);
  fillLines(zeros, 0, pitch);
  fillLines(to, 0, planes * planeBytes);
  for (let p = 0; p < planes; p++) {
    const first = input + 2 * p * rows * pitch;
    const alone = 2 * p + 1 == channels;
    const from = max(0, alone ? top - 1 : top);
    const end = min(paddedRows, top + rows);
    for (let r = from; r < end; r++) {
      const y = r - top;
      const a = y < 0 ? zeros : first + y * pitch;
      const below = y + 1 < rows ? first + (y + 1) * pitch : zeros;
      const b = alone ? below : first + (rows + y) * pitch;
      packRow(a, b, to + p * planeBytes + r * rowBytes, pitch, mask, left, stride, half);
    }
  }
}

/** For every pair of taps, how far it lies from the window's first element, in bytes, to `offsets`. */
function tapOffsets(
  offsets: i32,
  channels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  stride: i32,
  paddedRows: i32,
  rowBytes: i32,
  half: i32,
): void {
  let at = offsets;
  for (let c = 0; c < channels; c += 2) {
    const step = c + 1 == channels ? 2 : 1;
    for (let fy = 0; fy < kernelHeight; fy += step)
      for (let fx = 0; fx < kernelWidth; fx++) {
        const column = stride == 1 ? fx : (fx & 1) * half + (fx >> 1);
        store<i32>(at, ((c >> 1) * paddedRows + fy) * rowBytes + (column << 2));
        at += 4;
      }
  }
}

/** Puts a pair of taps (16 lanes each) in place: [4 groups of lanes][pairs][4 lanes][2]; collects in `seen` what is not 0. */
function packTaps(a: v128, b: v128, to: i32, group: i32, seen: i32): void {
  const low = pairsLow(a, b);
  const high = pairsHigh(a, b);
  v128.store(to, i16x8.extend_low_i8x16_s(low));
  v128.store(to + group, i16x8.extend_high_i8x16_s(low));
  v128.store(to + 2 * group, i16x8.extend_low_i8x16_s(high));
  v128.store(to + 3 * group, i16x8.extend_high_i8x16_s(high));
  v128.store(seen, v128.or(v128.load(seen), v128.or(a, b)));
}

/** The weights of one block, in the order of `tapOffsets`. `seen`: 16 bytes, in the core's order, 0 for lanes without weights. */
function packWeights(
  weights: i32,
  to: i32,
  seen: i32,
  channels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  pairs: i32,
): void {
  const taps = kernelHeight * kernelWidth;
  const group = pairs << 4;
  const none = i32x4.splat(0);
  v128.store(seen, none);
  for (let c = 0; c < channels; c += 2) {
    const first = weights + ((c * taps) << 4);
    if (c + 1 < channels) {
      for (let tap = 0; tap < taps; tap++) {
        const a = v128.load(first + (tap << 4));
        packTaps(a, v128.load(first + ((taps + tap) << 4)), to, group, seen);
        to += 16;
      }
    } else {
      for (let fy = 0; fy < kernelHeight; fy += 2)
        for (let fx = 0; fx < kernelWidth; fx++) {
          const at = first + ((fy * kernelWidth + fx) << 4);
          const b = fy + 1 < kernelHeight ? v128.load(at + (kernelWidth << 4)) : none;
          packTaps(v128.load(at), b, to, group, seen);
          to += 16;
        }
    }
  }
}

/** Bytes of the output that came from accumulators that wrapped: their list, and how many there are. */
let wrapList: i32 = 0;
let wraps: i32 = 0;

/** Notes the elements from `element` on whose sign is set in `mask`. */
function noteWraps(mask: v128, element: i32): void {
  const bits = i32x4.bitmask(mask);
  for (let i = 0; i < 4; i++)
    if ((bits >> i) & 1) {
      store<i32>(wrapList + (wraps << 2), (element + i) ^ 3);
      wraps++;
    }
}

/** sat8((sums + bias) >> shift), then ReLU where `low` is 0, of 8 elements in the core's order, to element `to` of `output`. */
function finish(s0: v128, s1: v128, bias: v128, shift: i32, low: v128, output: i32, to: i32): void {
  const r0 = i32x4.add(s0, bias);
  const r1 = i32x4.add(s1, bias);
  // An addition wraps where both operands' signs differ from the result's.
  const w0 = v128.and(v128.xor(s0, r0), v128.xor(bias, r0));
  const w1 = v128.and(v128.xor(s1, r1), v128.xor(bias, r1));
  if (i32x4.bitmask(v128.or(w0, w1))) {
    noteWraps(w0, to);
    noteWraps(w1, to + 4);
  }
  const words = i16x8.narrow_i32x4_s(i32x4.shr_s(r0, shift), i32x4.shr_s(r1, shift));
  const bytes = i8x16.max_s(i8x16.narrow_i16x8_s(words, words), low);
  v128.store64_lane(
    output + to,
    i8x16.shuffle(bytes, bytes, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4),
    0,
  );
}

/** Four lanes of one output row, 8 columns at a time: 8 accumulators in registers. */
function rowOfFour(
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

/** One lane of one output row, 16 columns at a time. */
function rowOfOne(
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
  for (let x = 0; x < columns; x += 16) {
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
}

/** A lane without weights: the same value everywhere (a bias alone cannot wrap). */
function fillLane(bias: i32, shift: i32, relu: i32, to: i32, plane: i32): void {
  fillLines(to, max(relu ? 0 : -128, min(127, bias >> shift)), plane);
}

/** How many of four bytes are not 0. */
function lanesIn(used: u32): i32 {
  return (
    i32((used & 0xff) != 0) + i32((used & 0xff00) != 0) + i32((used & 0xff0000) != 0) + i32(used >> 24 != 0)
  );
}

/** Bias of lane `lane`: four byte planes, least significant first, in the core's order. */
function convBias(planes: i32, lane: i32): i32 {
  const at = planes + (lane ^ 3);
  return load<u8>(at) | (load<u8>(at, 16) << 8) | (load<u8>(at, 32) << 16) | (load<u8>(at, 48) << 24);
}

/**
 * A whole conv: `source` [channels][rows][pitch] and `weights` as in the weight memory -> `output` [16 * blocks][outputRows][columns].
 * Scratch: `input` for what `packInput` makes, `zeros` (`pitch` bytes), `offsets` (4 bytes a pair), `packed` (64 bytes a pair), `small`
 * (80 bytes). `wrapped`: a list of 32-bit positions in `output` that came from accumulators that wrapped. Returns how many. The sums
 * themselves must fit int32 (fewer than 2^17 taps).
 */
export function conv(
  source: i32,
  rows: i32,
  pitch: i32,
  dead: i32,
  top: i32,
  left: i32,
  stride: i32,
  paddedRows: i32,
  rowBytes: i32,
  half: i32,
  zeros: i32,
  input: i32,
  offsets: i32,
  pairs: i32,
  weights: i32,
  blocks: i32,
  blockBytes: i32,
  channels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  outputRows: i32,
  columns: i32,
  shift: i32,
  relu: i32,
  packed: i32,
  small: i32,
  output: i32,
  wrapped: i32,
): i32 {
  wrapList = wrapped;
  wraps = 0;
  packInput(source, input, zeros, channels, rows, pitch, dead, top, left, stride, paddedRows, rowBytes, half);
  tapOffsets(offsets, channels, kernelHeight, kernelWidth, stride, paddedRows, rowBytes, half);
  const stepBytes = stride * rowBytes;
  const low = i8x16.splat(relu ? 0 : -128);
  const plane = outputRows * columns;
  const biases = small + 16;
  for (let block = 0; block < blocks; block++) {
    const from = weights + block * blockBytes;
    packWeights(from, packed, small, channels, kernelHeight, kernelWidth, pairs);
    for (let lane = 0; lane < 16; lane++)
      store<i32>(biases + (lane << 2), convBias(from + blockBytes - 64, lane));
    for (let group = 0; group < 4; group++) {
      const w = packed + group * (pairs << 4);
      const first = (block << 4) + (group << 2);
      // Four bytes of `small`, most significant first: which of the four lanes have weights.
      const used = load<u32>(small + (group << 2));
      if (lanesIn(used) >= 3) {
        for (let y = 0; y < outputRows; y++)
          rowOfFour(
            input + y * stepBytes,
            offsets,
            w,
            pairs,
            columns,
            biases + (group << 4),
            shift,
            low,
            output,
            first * plane + y * columns,
            plane,
          );
      } else {
        for (let i = 0; i < 4; i++) {
          const bias = biases + (((group << 2) + i) << 2);
          const to = (first + i) * plane;
          if ((used >> ((3 - i) << 3)) & 0xff)
            for (let y = 0; y < outputRows; y++)
              rowOfOne(
                input + y * stepBytes,
                offsets,
                w + (i << 2),
                pairs,
                columns,
                bias,
                shift,
                low,
                output,
                to + y * columns,
              );
          else fillLane(load<i32>(bias), shift, relu, output + to, plane);
        }
      }
    }
  }
  return wraps;
}

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
