/** A picture's pixels, red green blue alpha, as a canvas gives them. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Red, green and blue of a picture, not rounded: [channel][y * width + x]. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly channels: readonly [Float32Array, Float32Array, Float32Array];
}

export function planesOf({ width, height, data }: Pixels): Planes {
  const plane = (c: number): Float32Array =>
    Float32Array.from({ length: width * height }, (_, i) => data[4 * i + c]!);
  return { width, height, channels: [plane(0), plane(1), plane(2)] };
}

/** The weights with which the pixels of `from` to `from + length` on a line make each of `to` pixels: a triangle as wide as the step. */
function triangle(from: number, length: number, to: number): { first: number; weights: number[] }[] {
  const step = length / to;
  const reach = Math.max(1, step);
  return Array.from({ length: to }, (_, i) => {
    const middle = from + (i + 0.5) * step - 0.5;
    const first = Math.max(from, Math.ceil(middle - reach));
    const last = Math.min(from + length - 1, Math.floor(middle + reach));
    const raw = Array.from({ length: last - first + 1 }, (_, k) => 1 - Math.abs(first + k - middle) / reach);
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((w) => w / sum) };
  });
}

/** The largest middle part of a picture with the proportions of `width` x `height`, in whole pixels. */
export function middlePart(
  picture: { readonly width: number; readonly height: number },
  width: number,
  height: number,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const wide = Math.min(picture.width, Math.max(1, Math.round((picture.height * width) / height)));
  const high = Math.min(picture.height, Math.max(1, Math.round((picture.width * height) / width)));
  return {
    x: Math.floor((picture.width - wide) / 2),
    y: Math.floor((picture.height - high) / 2),
    width: wide,
    height: high,
  };
}

/** The middle part of a picture with other proportions, scaled to `width` x `height`; the same numbers in every browser. */
export function resized(picture: Planes, width: number, height: number): Planes {
  const part = middlePart(picture, width, height);
  const columns = triangle(part.x, part.width, width);
  const rows = triangle(part.y, part.height, height);
  const scale = (plane: Float32Array): Float32Array => {
    const narrow = new Float32Array(picture.height * width);
    for (let y = 0; y < picture.height; y++)
      columns.forEach(({ first, weights }, x) => {
        let sum = 0;
        weights.forEach((w, k) => {
          sum += w * plane[y * picture.width + first + k]!;
        });
        narrow[y * width + x] = sum;
      });
    const out = new Float32Array(height * width);
    rows.forEach(({ first, weights }, y) => {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        weights.forEach((w, k) => {
          sum += w * narrow[(first + k) * width + x]!;
        });
        out[y * width + x] = sum;
      }
    });
    return out;
  };
  const [r, g, b] = picture.channels;
  return { width, height, channels: [scale(r), scale(g), scale(b)] };
}
