import { pairsHigh, pairsLow } from './order';

/** Puts a pair of taps (16 lanes each) in place: [4 groups of lanes][pairs][4 lanes][2]; collects in `seen` what is not 0. */
export function packTaps(a: v128, b: v128, to: i32, group: i32, seen: i32): void {
  const low = pairsLow(a, b);
  const high = pairsHigh(a, b);
  v128.store(to, i16x8.extend_low_i8x16_s(low));
  v128.store(to + group, i16x8.extend_high_i8x16_s(low));
  v128.store(to + 2 * group, i16x8.extend_low_i8x16_s(high));
  v128.store(to + 3 * group, i16x8.extend_high_i8x16_s(high));
  v128.store(seen, v128.or(v128.load(seen), v128.or(a, b)));
}

/** The weights of one block, in the order of `tapOffsets`. `seen`: 16 bytes, in the core's order, 0 for lanes without weights. */
export function packWeights(
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

/** Bias of lane `lane`: four byte planes, least significant first, in the core's order. */
export function convBias(planes: i32, lane: i32): i32 {
  const at = planes + (lane ^ 3);
  return load<u8>(at) | (load<u8>(at, 16) << 8) | (load<u8>(at, 32) << 16) | (load<u8>(at, 48) << 24);
}

/** The weights of lane 0 of a block of one channel, in the order of `tapOffsets`: a pair every 16 bytes. */
export function packLane(weights: i32, to: i32, kernelHeight: i32, kernelWidth: i32): void {
  const down = kernelWidth << 4;
  for (let fy = 0; fy < kernelHeight; fy += 2)
    for (let fx = 0; fx < kernelWidth; fx++) {
      const at = weights + fy * down + (fx << 4) + 3;
      const a = <i32>load<i8>(at);
      const b = fy + 1 < kernelHeight ? <i32>load<i8>(at + down) : 0;
      store<i32>(to, (a & 0xffff) | (b << 16));
      to += 16;
    }
}
