import type { Shape } from '../base/tensor.js';

/** What the tail of a pattern does after the accumulation: (acc + bias) >> shift, saturated, ReLU. */
interface Requantization {
  readonly shift: number;
  readonly relu: boolean;
}

/** A conv2d on the core; depthwise when every channel has its own kernel (groups = C = K). */
export interface ConvLayer extends Requantization {
  readonly kind: 'conv';
  readonly depthwise: boolean;
  readonly input: Shape;
  readonly output: Shape;
  /** OIHW int8. */
  readonly weights: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: 1 | 2;
  readonly padTop: number;
  readonly padLeft: number;
}

/** A dense layer on the core: (1, C) -> (1, K). */
export interface DenseLayer extends Requantization {
  readonly kind: 'dense';
  readonly input: Shape;
  readonly output: Shape;
  /** [K][C] int8. */
  readonly weights: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** An element-wise sum of two tensors of one shape. */
export interface SumLayer {
  readonly kind: 'sum';
  readonly input: Shape;
  readonly output: Shape;
  readonly shift: number;
}

/** What one accelerator call computes, free of Relay. */
export type DigitalLayer = ConvLayer | DenseLayer | SumLayer;

/** Multiply-accumulates that the layer needs. */
export function usefulMacs(layer: DigitalLayer): number {
  const outputs = layer.output.reduce((n, d) => n * d, 1);
  switch (layer.kind) {
    case 'conv': {
      const channels = layer.depthwise ? 1 : (layer.input[1] ?? 1);
      return outputs * channels * layer.kernelHeight * layer.kernelWidth;
    }
    case 'dense':
      return outputs * (layer.input[1] ?? 1);
    case 'sum':
      return 0;
  }
}

/** "3x3 s2,2 p1,1 >>4 relu": a layer in short, for tables. */
export function describe(layer: DigitalLayer): string {
  const tail = `>>${layer.shift}${layer.kind !== 'sum' && layer.relu ? ' relu' : ''}`;
  if (layer.kind !== 'conv') return tail;
  const depthwise = layer.depthwise ? 'depthwise ' : '';
  return (
    `${depthwise}${layer.kernelHeight}x${layer.kernelWidth} s${layer.stride},${layer.stride} ` +
    `p${layer.padTop},${layer.padLeft} ${tail}`
  );
}
