import { describe, expect, it } from 'vitest';
import { middlePart, planesOf, resized } from '../../web/worker/picture.js';
import { pictureSamples } from '../../web/worker/quantize.js';

/** A grey picture of rows of values. */
const grey = (...rows: readonly (readonly number[])[]) => ({
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8ClampedArray.from(rows.flat().flatMap((v) => [v, v, v, 255])),
});

describe('the middle part of another proportion', () => {
  it.each([
    // picture, wanted, part
    [640, 480, 96, 96, { x: 80, y: 0, width: 480, height: 480 }],
    [480, 640, 96, 96, { x: 0, y: 80, width: 480, height: 480 }],
    [640, 480, 32, 24, { x: 0, y: 0, width: 640, height: 480 }],
    [10, 10, 20, 10, { x: 0, y: 2, width: 10, height: 5 }],
    [1, 7, 40, 10, { x: 0, y: 3, width: 1, height: 1 }],
  ])('%ix%i for %ix%i', (width, height, w, h, part) =>
    expect(middlePart({ width, height }, w, h)).toEqual(part),
  );
});

describe('resizing', () => {
  it.each([
    ['one grey stays', grey([7, 7, 7], [7, 7, 7], [7, 7, 7]), 2, 2, [7, 7, 7, 7]],
    // Twice as small: pixels a half from the middle weigh 3/4, those one and a half away 1/4; the edge has three of the four.
    ['half the width', grey([0, 8, 16, 24], [0, 8, 16, 24]), 2, 1, [40 / 7, 128 / 7]],
    // Twice as large: a quarter of the way, at the edges the edge's.
    [
      'twice the width',
      grey([0, 8], [0, 8]),
      4,
      4,
      [0, 2, 6, 8].flatMap((v) => [v]).concat([0, 2, 6, 8], [0, 2, 6, 8], [0, 2, 6, 8]),
    ],
  ])('%s', (_, picture, width, height, values) => {
    const [r, g, b] = resized(planesOf(picture), width, height).channels;
    for (const [i, v] of values.entries()) expect(r[i]).toBeCloseTo(v, 4);
    expect([g, b]).toEqual([r, r]);
  });
});

it('samples of pictures of any size have the shape of the input', () => {
  const [sample] = pictureSamples([grey([0, 255], [255, 0])], [1, 1, 4, 4], 1 / 255, -0.5);
  expect(sample!.shape).toEqual([1, 1, 4, 4]);
  expect(sample!.data[0]).toBeCloseTo(-0.5, 6);
  expect(sample!.data[3]).toBeCloseTo(0.5, 6);
});
