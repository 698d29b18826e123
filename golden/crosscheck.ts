import { coordinates, showShape, type Tensor } from '../src/base/tensor.js';
import { type Tolerance, ulpsApart } from './tolerance.js';

/**
 * The largest distance, in ulps, between a float reference computed by its operator's definition and tfjs' own result.
 * Throws when it passes the tolerance: then the reference, tfjs or the definition is wrong, and no verdict can stand on it.
 */
export function crossCheck(
  op: string,
  reference: Tensor,
  tfjs: ArrayLike<number>,
  tolerance: Tolerance,
): number {
  let most = 0;
  for (let i = 0; i < reference.data.length; i++) {
    const apart = ulpsApart(reference.data[i]!, tfjs[i]!, tolerance.scale);
    // Not "apart > ulps": a NaN must not pass.
    if (!(apart <= tolerance.ulps))
      throw new Error(
        `the reference of ${op} ${showShape(reference.shape)} at [${coordinates(i, reference.shape).join(', ')}] is ` +
          `${reference.data[i]} by definition and ${tfjs[i]} on tfjs; they must agree within ${tolerance.ulps} ulp`,
      );
    most = Math.max(most, apart);
  }
  return most;
}
