import { describe, expect, it } from 'vitest';
import {
  type Conversion,
  conversionOf,
  conversionSqnr,
  convert,
  type Observed,
} from '../../src/quantize/ternary/conversion.js';

/** Sums from `from` to `to`, each once, in two samples of one position a sum; what each should become. */
function observed(
  from: number,
  to: number,
  wanted: readonly ((sum: number) => number)[],
  relu = false,
): Observed {
  const half = (to - from + 1) / 2;
  const positions = Math.floor(half);
  const sums: number[] = [];
  const want: number[] = [];
  for (let sample = 0; sample < 2; sample++)
    for (const f of wanted)
      for (let i = 0; i < positions; i++) {
        const sum = from + sample * positions + i;
        sums.push(sum);
        want.push(f(sum));
      }
  return {
    sums: Float32Array.from(sums),
    wanted: Float32Array.from(want),
    channels: wanted.length,
    positions,
    relu,
  };
}

/** Output for a sum: factor over the gain. */
const slope = (c: Conversion, k: number): number => c.factors[k]! / 2 ** c.shift / c.gain;

describe('what an analog layer makes of a sum', () => {
  const c: Conversion = { gain: 4, factors: Int16Array.of(12, -8), addends: Int16Array.of(40, 0), shift: 2 };
  it.each([
    // floor(10 / 4) = 2; (2 * 12 + 40) >> 2 = 16
    [10, 0, 16],
    [-1, 0, 7], // floor(-0.25) = -1; 28 >> 2
    [1000, 0, 103], // the converter ends at 31
    [-1000, 0, -86], // and at -32
    [1000, 1, -62],
    [-1000, 1, 64],
  ])('%i of channel %i becomes %i', (sum, k, expected) => expect(convert(sum, k, c, false)).toBe(expected));
  it('is limited to int8, with ReLU from 0', () => {
    const steep: Conversion = { ...c, factors: Int16Array.of(40, -40), addends: Int16Array.of(0, 0) };
    expect([convert(1000, 0, steep, false), convert(1000, 1, steep, false)]).toEqual([127, -128]);
    expect([convert(1000, 0, steep, true), convert(1000, 1, steep, true)]).toEqual([127, 0]);
  });
});

describe('gain, batch norm and shift from what was observed', () => {
  it('a line of each channel is found, whatever its sums are centred on', () => {
    const o = observed(-40, 160, [(s) => s / 2 + 3, (s) => 20 - s / 4]);
    const c = conversionOf(o);
    expect(slope(c, 0)).toBeCloseTo(0.5, 1);
    expect(slope(c, 1)).toBeCloseTo(-0.25, 1);
    for (const s of [-40, 0, 80, 150]) {
      expect(Math.abs(convert(s, 0, c, false) - Math.floor(s / 2 + 3))).toBeLessThanOrEqual(3);
      expect(Math.abs(convert(s, 1, c, false) - Math.floor(20 - s / 4))).toBeLessThanOrEqual(2);
    }
  });

  it('has the gain whose steps lose least: 17 levels on the root mean square of even sums', () => {
    // The largest of them is 1.73 times that mean: 22 levels would leave the converter's range.
    const o = observed(-100, 99, [(s) => s / 2]);
    const c = conversionOf(o);
    const rms = Math.sqrt(o.sums.reduce((n, s) => n + s * s, 0) / o.sums.length);
    expect(rms / c.gain).toBeCloseTo(17, 3);
    expect(conversionSqnr(o, c)).toBeGreaterThan(30);
  });

  it('fills int16: as many bits behind the point as a level of -32 leaves', () => {
    const { factors, addends, shift } = conversionOf(observed(-100, 99, [(s) => s / 2]));
    const most = (more: number) => Math.abs(factors[0]!) * 2 ** more * 32 + Math.abs(addends[0]!) * 2 ** more;
    expect(most(0)).toBeLessThanOrEqual(32767);
    expect(shift === 14 || most(1) > 32767).toBe(true);
  });

  it('what leaves int8 counts as a little outside, so that the ends are reached', () => {
    const o = observed(-100, 99, [(s) => 2 * s]);
    const c = conversionOf(o);
    expect([convert(99, 0, c, false), convert(-100, 0, c, false)]).toEqual([127, -128]);
    expect(slope(c, 0)).toBeGreaterThan(1.6);
  });

  it.each([
    [(s: number) => 2 * s, 24],
    [(s: number) => 1.5 * s + 60, 19],
  ])('a line that leaves int8, %o, keeps its slope: more than %i dB', (line, least) => {
    const o = observed(-100, 99, [line]);
    expect(conversionSqnr(o, conversionOf(o))).toBeGreaterThan(least);
  });

  it('a layer with ReLU makes 0 of what lies far below', () => {
    const o = observed(-200, 99, [(s) => s + 10], true);
    expect(convert(-200, 0, conversionOf(o), true)).toBe(0);
  });

  // From -120 to 119: cut off at -12, the line would be drawn flatter.
  it('under a ReLU a line is followed below 0, where it does not count', () => {
    const o = observed(-120, 119, [(s) => s], true);
    expect(conversionSqnr(o, conversionOf(o))).toBeGreaterThan(20);
  });

  it('sums that are all alike become what is wanted of them', () => {
    const o = observed(5, 5 + 9, [() => 42]);
    const same = { ...o, sums: o.sums.map(() => 7) };
    expect(convert(7, 0, conversionOf(same), false)).toBe(42);
  });
});

it('signal to noise: ten times the logarithm of the squares', () => {
  // Wanted 10 and 20, made 10 and 21: 500 / 1.
  const c: Conversion = { gain: 1, factors: Int16Array.of(1), addends: Int16Array.of(0), shift: 0 };
  const o: Observed = {
    sums: Float32Array.of(10, 21),
    wanted: Float32Array.of(10.5, 20),
    channels: 1,
    positions: 2,
    relu: false,
  };
  expect(conversionSqnr(o, c)).toBeCloseTo(26.99, 2);
});
