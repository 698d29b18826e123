import { fillLines } from './order';

/** Positions in the output of what came from accumulators that wrapped: their list, and how many there are. */
let wrapList: i32 = 0;
export let wraps: i32 = 0;

/** Starts the list at `list`. */
export function beginWraps(list: i32): void {
  wrapList = list;
  wraps = 0;
}

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
// @ts-ignore: decorator
@inline
export function finish(s0: v128, s1: v128, bias: v128, shift: i32, low: v128, output: i32, to: i32): void {
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

/** What comes of no products but zeros: the same value everywhere (a bias alone cannot wrap). */
export function fillLane(bias: i32, shift: i32, relu: i32, to: i32, plane: i32): void {
  fillLines(to, max(relu ? 0 : -128, min(127, bias >> shift)), plane);
}
