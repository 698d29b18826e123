import { allocate, bytesPerElement, type DType, type TypedArray } from './dtype.js';

export type Shape = readonly number[];

/** A dense row-major array of values. */
export interface Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** Number of elements of a shape; 1 for a scalar (`[]`). */
export const elementCount = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

/**
 * A tensor over `data`, or of zeros. Throws when the data's length is not the shape's element count.
 *
 * @example
 * const image = tensor([1, 3, 32, 32], 'int8', pixels);
 */
export function tensor(shape: Shape, dtype: DType, data?: ArrayLike<number>): Tensor {
  const array = allocate(dtype, elementCount(shape));
  if (data !== undefined) {
    if (data.length !== array.length)
      throw new Error(`tensor of shape ${showShape(shape)} needs ${array.length} values, not ${data.length}`);
    array.set(data);
  }
  return { shape, dtype, data: array };
}

/** "(1, 3, 32, 32)", as Relay and numpy print a shape. */
export const showShape = (shape: Shape): string => `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;

/** Size in the chip's memory, dense, in bytes. */
export const denseBytes = (shape: Shape, dtype: DType): number =>
  elementCount(shape) * bytesPerElement(dtype);

/** The distance in elements between neighbours along each axis of a dense row-major array. */
export function strides(shape: Shape): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    out[i] = step;
    step *= shape[i] ?? 1;
  }
  return out;
}

/** The coordinates of element number `index` of a dense row-major array. */
export const coordinates = (index: number, shape: Shape): number[] =>
  strides(shape).map((step, axis) => Math.floor(index / step) % (shape[axis] ?? 1));

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);
