import type { TfliteHandler } from './context.js';
import { add, multiply, subtract } from './ops/arithmetic.js';
import { conv2d, depthwiseConv2d } from './ops/conv.js';
import { fullyConnected } from './ops/dense.js';
import { averagePool, maxPool, mean } from './ops/pool.js';
import { concatenation, pad, reshape } from './ops/shape.js';
import { activation, dequantize, logistic, quantize, softmax } from './ops/unary.js';

/** Every operator that is read, by BuiltinOperator. A new one adds its line here. */
export const TFLITE_OPS: Readonly<Record<number, { readonly name: string; readonly run: TfliteHandler }>> = {
  0: { name: 'ADD', run: add },
  1: { name: 'AVERAGE_POOL_2D', run: averagePool },
  2: { name: 'CONCATENATION', run: concatenation },
  3: { name: 'CONV_2D', run: conv2d },
  4: { name: 'DEPTHWISE_CONV_2D', run: depthwiseConv2d },
  6: { name: 'DEQUANTIZE', run: dequantize },
  9: { name: 'FULLY_CONNECTED', run: fullyConnected },
  14: { name: 'LOGISTIC', run: logistic },
  17: { name: 'MAX_POOL_2D', run: maxPool },
  18: { name: 'MUL', run: multiply },
  19: { name: 'RELU', run: activation(1) },
  20: { name: 'RELU_N1_TO_1', run: activation(2) },
  21: { name: 'RELU6', run: activation(3) },
  22: { name: 'RESHAPE', run: reshape },
  25: { name: 'SOFTMAX', run: softmax },
  34: { name: 'PAD', run: pad },
  40: { name: 'MEAN', run: mean },
  41: { name: 'SUB', run: subtract },
  43: { name: 'SQUEEZE', run: reshape },
  60: { name: 'PADV2', run: pad },
  114: { name: 'QUANTIZE', run: quantize },
};
