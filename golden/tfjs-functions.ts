/** The functions of `Tf`, exported by name: a bundler leaves out the other hundreds. */
export {
  conv2d,
  depthwiseConv2d,
  enableProdMode,
  exp,
  getBackend,
  log,
  setBackend,
  sigmoid,
  softmax,
  tanh,
  tensor,
  tensor4d,
  tidy,
  transpose,
  version_core,
} from '@tensorflow/tfjs-core';
