import { UserError } from '../../../base/errors.js';
import { showShape, tensor } from '../../../base/tensor.js';
import { constant } from '../../../ir/build.js';
import type { Handler } from '../context.js';

/**
 * Batch normalisation at inference: y = x * m + b with m = scale / sqrt(variance + epsilon) and b = bias - mean * m, computed
 * in double precision when the file is read and held as float32.
 */
export const NORM_OPS: Readonly<Record<string, Handler>> = {
  BatchNormalization: {
    attributes: ['epsilon', 'momentum', 'spatial', 'training_mode'],
    run: (node) => {
      if (node.int('training_mode', 0) === 1)
        throw new UserError('training_mode is 1; only inference is supported');
      const x = node.type(0);
      const channels = x.shape[1] ?? 0;
      const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => {
        const t = node.constant(i);
        if (t.shape.length !== 1 || t.shape[0] !== channels)
          throw new UserError(`input ${i} has shape ${showShape(t.shape)}; must be (${channels},)`);
        return t.data;
      });
      const epsilon = node.float('epsilon', 1e-5);
      const factors = Array.from(scale!, (s, c) => s / Math.sqrt(variance![c]! + epsilon));
      const offsets = Array.from(bias!, (b, c) => b - mean![c]! * factors[c]!);
      const shape = [channels, ...x.shape.slice(2).map(() => 1)];
      const scaled = node.call('multiply', [node.input(0), constant(tensor(shape, 'float32', factors))]);
      return [node.call('add', [scaled, constant(tensor(shape, 'float32', offsets))])];
    },
  },
};
