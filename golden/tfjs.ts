import type * as Core from '@tensorflow/tfjs-core';

/** The tfjs namespace that convolutions and float functions run on. */
export type Tf = typeof Core;

/**
 * The values of the tensor that `compute` makes, all tensors freed. (Reading them inside `tf.tidy` would make it search the
 * values for tensors, one by one.)
 */
export function valuesOf(tf: Tf, compute: () => Core.Tensor): Float32Array {
  const result = tf.tidy(compute);
  const values = result.dataSync<'float32'>();
  result.dispose();
  return values;
}
