/** A tensor of tfjs. Opaque: its values are read by `valuesOf`. */
export interface TfTensor {
  dataSync(): Float32Array | Int32Array | Uint8Array;
  dispose(): void;
}

type Padding = readonly (readonly [number, number])[];

/**
 * The part of tfjs that the reference computes on. Written out here because the package's own declarations ask every reader of ours for
 * packages that they do not name.
 */
export interface Tf {
  tidy(compute: () => TfTensor): TfTensor;
  tensor(values: Float32Array, shape: number[], dtype: 'float32'): TfTensor;
  tensor4d(values: Float32Array, shape: [number, number, number, number]): TfTensor;
  conv2d(
    x: TfTensor,
    filter: TfTensor,
    strides: [number, number],
    pad: 'valid' | Padding,
    dataFormat?: 'NHWC',
    dilations?: [number, number],
  ): TfTensor;
  depthwiseConv2d(
    x: TfTensor,
    filter: TfTensor,
    strides: [number, number],
    pad: 'valid' | Padding,
    dataFormat?: 'NHWC',
    dilations?: [number, number],
  ): TfTensor;
  exp(x: TfTensor): TfTensor;
  log(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  softmax(x: TfTensor): TfTensor;
  transpose(x: TfTensor, permutation: number[]): TfTensor;
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  enableProdMode(): void;
  readonly version_core: string;
}

/**
 * The values of the tensor that `compute` makes, all tensors freed. (Reading them inside `tf.tidy` would make it search the
 * values for tensors, one by one.)
 */
export function valuesOf(tf: Tf, compute: () => TfTensor): Float32Array {
  const result = tf.tidy(compute);
  const values = result.dataSync() as Float32Array;
  result.dispose();
  return values;
}
