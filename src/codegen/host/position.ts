import { elementCount, type Shape, strides } from '../../base/tensor.js';

/** Whether a C expression needs parentheses as an operand. */
const isSimple = (e: string): boolean =>
  /^\w+$/.test(e) || (e.startsWith('(') && e.endsWith(')') && balanced(e));

/** Whether the first parenthesis of `e` closes at its end. */
function balanced(e: string): boolean {
  let depth = 0;
  for (let i = 0; i < e.length; i++) {
    if (e[i] === '(') depth++;
    if (e[i] === ')' && --depth === 0) return i === e.length - 1;
  }
  return false;
}

export const operand = (e: string): string => (isSimple(e) ? e : `(${e})`);

/** `e * factor` and `a + b`, without what changes nothing. */
export const times = (e: string, factor: number): string =>
  e === '0' || factor === 0 ? '0' : factor === 1 ? e : `${operand(e)} * ${factor}`;
export const plus = (a: string, b: string | number): string => {
  if (a === '0') return String(b);
  if (b === 0 || b === '0') return a;
  return typeof b === 'number' && b < 0 ? `${a} - ${-b}` : `${a} + ${b}`;
};

/** Row-major element number of the element at `axes`, by Horner's rule. */
export function flatIndex(axes: readonly string[], shape: Shape): string {
  let flat = '0';
  axes.forEach((axis, i) => {
    flat = plus(times(flat, shape[i]!), axis === '0' ? 0 : axis);
  });
  return flat;
}

/**
 * Where in a tensor of `shape` a kernel stands: by axes or by the row-major element number, each made from the other where it
 * is asked for.
 */
export class Position {
  readonly shape: Shape;
  readonly #axes: readonly string[] | null;
  readonly #flat: string | null;

  private constructor(shape: Shape, axes: readonly string[] | null, flat: string | null) {
    this.shape = shape;
    this.#axes = axes;
    this.#flat = flat;
  }

  static ofAxes(shape: Shape, axes: readonly string[]): Position {
    return new Position(
      shape,
      axes.map((a, i) => (shape[i] === 1 ? '0' : a)),
      null,
    );
  }

  static ofElement(shape: Shape, flat: string): Position {
    return new Position(shape, null, elementCount(shape) === 1 ? '0' : flat);
  }

  /** The element at `axes`, whose element number is known as well. */
  static ofBoth(shape: Shape, axes: readonly string[], flat: string): Position {
    return new Position(shape, Position.ofAxes(shape, axes).axes, flat);
  }

  get flat(): string {
    return this.#flat ?? flatIndex(this.#axes!, this.shape);
  }

  get axes(): readonly string[] {
    if (this.#axes !== null) return this.#axes;
    const step = strides(this.shape);
    return this.shape.map((extent, i) => {
      if (extent === 1) return '0';
      const whole = step[i] === 1 ? operand(this.#flat!) : `${operand(this.#flat!)} / ${step[i]}`;
      const outermost = this.shape.slice(0, i).every((d) => d === 1);
      return outermost ? whole : `${whole} % ${extent}`;
    });
  }

  /** The same element under another shape of as many elements. */
  reshaped(shape: Shape): Position {
    return String(shape) === String(this.shape) ? this : Position.ofElement(shape, this.flat);
  }

  /** The element of an operand that is broadcast to this shape. */
  broadcast(shape: Shape): Position {
    if (String(shape) === String(this.shape)) return this;
    if (elementCount(shape) === 1) return Position.ofElement(shape, '0');
    return Position.ofAxes(shape, this.axes.slice(this.shape.length - shape.length));
  }
}

/** Names of loop variables for a rank: channels and image axes where they are usual. */
export function axisNames(rank: number): readonly string[] {
  if (rank === 4) return ['n', 'c', 'y', 'x'];
  if (rank === 2) return ['n', 'c'];
  if (rank === 3) return ['n', 'y', 'x'];
  return Array.from({ length: rank }, (_, i) => (rank === 1 ? 'i' : `i${i}`));
}
