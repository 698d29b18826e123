import type { DType } from '../base/dtype.js';
import { decodeNpy, requireType } from '../base/npy.js';
import { decodeNpz } from '../base/npz.js';
import type { Shape, Tensor } from '../base/tensor.js';
import { readBytes } from './files.js';

/**
 * The tensor in the .npy file `path`; with `wanted`, of that shape and dtype. Throws a UserError.
 *
 * @example
 * const image = readNpyFile('image.npy', { shape: [1, 3, 32, 32], dtype: 'int8' });
 */
export function readNpyFile(path: string, wanted?: { readonly shape: Shape; readonly dtype: DType }): Tensor {
  const found = decodeNpy(readBytes(path), path);
  if (wanted !== undefined) requireType(found, wanted, path);
  return found;
}

/**
 * The tensors in the .npz file `path`, by name. Throws a UserError.
 *
 * @example
 * const weights = readNpzFile('weights.npz').get('conv1.weights');
 */
export const readNpzFile = (path: string): Map<string, Tensor> => decodeNpz(readBytes(path), path);
