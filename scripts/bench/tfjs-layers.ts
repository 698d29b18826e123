import * as Core from '@tensorflow/tfjs-core';
import type { Backend } from '../../golden/index.js';
import { type Tf, type TfTensor, valuesOf } from '../../golden/tfjs.js';
import { intAttr, intsAttr } from '../../src/ir/attrs.js';
import { type Call, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';

type Shape4 = readonly [number, number, number, number];

/** Whole numbers from -8 to 8: as fast as any, and no denormals. */
const values = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7) % 17) - 8);

function tensor4(tf: Tf, shape: Shape4): TfTensor {
  return tf.tensor4d(values(shape.reduce((a, b) => a * b)), [...shape]);
}

/** A convolution as tfjs computes it by itself: float32, channels last, on tensors that are there already. */
function convolution(tf: Tf, call: Call): () => void {
  const [n, c, h, w] = tensorTypeOf(call.args[0]!).shape as Shape4;
  const [k, ci, kh, kw] = tensorTypeOf(call.args[1]!).shape as Shape4;
  const [top, left, bottom, right] = intsAttr(call.attrs, 'padding') as Shape4;
  const [sy, sx] = intsAttr(call.attrs, 'strides') as [number, number];
  const x = tensor4(tf, [n, h, w, c]);
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  if (intAttr(call.attrs, 'groups') > 1) {
    const weights = tensor4(tf, [kh, kw, c, 1]);
    return () => void valuesOf(tf, () => tf.depthwiseConv2d(x, weights, [sy, sx], pad));
  }
  const weights = tensor4(tf, [kh, kw, ci, k]);
  return () => void valuesOf(tf, () => tf.conv2d(x, weights, [sy, sx], pad));
}

function dense(tf: Tf, call: Call): () => void {
  const [n, c] = tensorTypeOf(call.args[0]!).shape as [number, number];
  const [k] = tensorTypeOf(call.args[1]!).shape as [number, number];
  const x = Core.tensor2d(values(n * c), [n, c]);
  const weights = Core.tensor2d(values(k * c), [k, c]);
  return () => void valuesOf(tf, () => Core.matMul(x, weights, false, true));
}

/** All convolutions and dense layers of a model on tfjs, one after another; nothing between them. */
export function tfjsLayers(model: Model, backend: Backend): () => void {
  backend.activate();
  const layers = postOrder(model.main.body).flatMap((e) => {
    if (e.kind !== 'call') return [];
    if (e.op === 'qnn.conv2d' || e.op === 'nn.conv2d') return [convolution(backend.tf, e)];
    return e.op === 'nn.dense' ? [dense(backend.tf, e)] : [];
  });
  return () => {
    backend.activate();
    for (const layer of layers) layer();
  };
}
