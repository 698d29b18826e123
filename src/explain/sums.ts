import type { Tensor } from '../base/tensor.js';
import type { ConvLayer, DenseLayer, DigitalLayer } from '../passes/digital-layer.js';

/** Saturates to int8. */
export const saturate = (v: number): number => Math.max(-128, Math.min(127, v));

/** What leaves the core for one accumulator: shifted, saturated, and at least 0 with ReLU. */
export const requantize = (sum: number, shift: number, relu: boolean): number => {
  const v = saturate(sum >> Math.min(shift, 31));
  return relu && v < 0 ? 0 : v;
};

function convSums(l: ConvLayer, x: Tensor, channels: number): Int32Array {
  const [, inputs, height, width] = l.input as [number, number, number, number];
  const [, outputs, rows, columns] = l.output as [number, number, number, number];
  const taps = l.kernelHeight * l.kernelWidth;
  const each = l.depthwise ? 1 : inputs;
  const out = new Int32Array(outputs * rows * columns);
  for (let k = 0; k < outputs; k++)
    for (let y = 0; y < rows; y++)
      for (let o = 0; o < columns; o++) {
        let sum = l.bias[k] ?? 0;
        for (let c = 0; c < Math.min(each, channels); c++) {
          const plane = (l.depthwise ? k : c) * height * width;
          for (let fy = 0; fy < l.kernelHeight; fy++) {
            const row = y * l.stride + fy - l.padTop;
            if (row < 0 || row >= height) continue;
            for (let fx = 0; fx < l.kernelWidth; fx++) {
              const column = o * l.stride + fx - l.padLeft;
              if (column < 0 || column >= width) continue;
              const w = l.weights[(k * each + c) * taps + fy * l.kernelWidth + fx]!;
              sum += w * x.data[plane + row * width + column]!;
            }
          }
        }
        out[(k * rows + y) * columns + o] = sum;
      }
  return out;
}

function denseSums(l: DenseLayer, x: Tensor, channels: number): Int32Array {
  const inputs = l.input[1]!;
  return Int32Array.from({ length: l.output[1]! }, (_, k) => {
    let sum = l.bias[k] ?? 0;
    for (let c = 0; c < Math.min(inputs, channels); c++) sum += l.weights[k * inputs + c]! * x.data[c]!;
    return sum;
  });
}

/**
 * The accumulators of a layer before its shift, bias and all, one an output element (row-major); of its first `channels` input channels
 * alone where that is given. Slow and obvious: for a layer that is under suspicion only.
 */
export function sumsOf(layer: DigitalLayer, inputs: readonly Tensor[], channels = Infinity): Int32Array {
  switch (layer.kind) {
    case 'conv':
      return convSums(layer, inputs[0]!, channels);
    case 'dense':
      return denseSums(layer, inputs[0]!, channels);
    case 'sum':
      return Int32Array.from(inputs[0]!.data, (a, i) => a + inputs[1]!.data[i]!);
  }
}
