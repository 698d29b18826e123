import type { TypedArray } from '../base/dtype.js';
import type { Shape } from '../base/tensor.js';

/** A conv2d on the analog core: ternary weights, gain and converter, batch norm, shift, ReLU. */
export interface AnalogLayer {
  readonly kind: 'analog';
  readonly input: Shape;
  readonly output: Shape;
  /** OIHW, -1, 0 or 1. */
  readonly weights: TypedArray;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: 1 | 2;
  readonly padTop: number;
  readonly padLeft: number;
  /** What the pattern divides the sum by: a float32. */
  readonly gain: number;
  /** One int16 a channel each. */
  readonly multiply: ArrayLike<number>;
  readonly add: ArrayLike<number>;
  readonly shift: number;
  readonly relu: boolean;
}

/** "analog 3x3 s2,2 p1,1 /8 >>4 relu": a layer in short, for tables. */
export const describeAnalog = (l: AnalogLayer): string =>
  `analog ${l.kernelHeight}x${l.kernelWidth} s${l.stride},${l.stride} p${l.padTop},${l.padLeft} ` +
  `/${l.gain} >>${l.shift}${l.relu ? ' relu' : ''}`;

/** Multiply-accumulates that the layer needs. */
export const analogMacs = (l: AnalogLayer): number =>
  l.output.reduce((n, d) => n * d, 1) * l.input[1]! * l.kernelHeight * l.kernelWidth;
