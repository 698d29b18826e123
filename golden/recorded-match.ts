import { UserError } from '../src/base/errors.js';
import { coordinates, type Tensor } from '../src/base/tensor.js';
import type { Func } from '../src/ir/expr.js';
import { postOrder } from '../src/ir/visit.js';
import type { Comparison } from './compare.js';
import { fits, type RecordedTensor, valuesInOrder } from './recorded.js';
import { type Tolerance, ulpsApart } from './tolerance.js';

/** A recorded tensor beside the model's. */
export interface RecordedComparison extends Pick<Comparison, 'differing' | 'first'> {
  readonly recorded: string;
  readonly path: string;
  /** The label of the model's tensor that it was compared with. */
  readonly tensor: string;
  readonly elements: number;
  /**
   * How that tensor was found: by its label or layer name; as the one that holds exactly these values; or, when none does,
   * as the one with the fewest different elements among those of the same extents.
   */
  readonly matchedBy: 'name' | 'values' | 'nearest';
}

/** The labels that a recording's name can mean: a tensor's own, or the last tensor of the layer of that name. */
function labelsByName(main: Func): Map<string, string> {
  const labels = new Map<string, string>();
  for (const e of postOrder(main.body)) {
    if (e.kind === 'var' || e.kind === 'constant' || e.kind === 'tuple') continue;
    const { tensor, layer } = e.label;
    if (tensor === undefined) continue;
    if (layer !== undefined) labels.set(layer, tensor);
    labels.set(tensor, tensor);
  }
  return labels;
}

function compareValues(
  recorded: RecordedTensor,
  actual: Tensor,
  tolerance: Tolerance | undefined,
): Pick<Comparison, 'differing' | 'first'> {
  const expected = valuesInOrder(recorded, actual.shape);
  let differing = 0;
  let first: Comparison['first'];
  for (let i = 0; i < expected.length; i++) {
    const [e, a] = [expected[i]!, actual.data[i]!];
    const apart = e === a ? 0 : tolerance === undefined ? 1 : ulpsApart(e, a, tolerance.scale);
    if (apart <= (tolerance?.ulps ?? 0)) continue;
    differing++;
    first ??= { index: i, coordinates: coordinates(i, actual.shape), expected: e, actual: a };
  }
  return first === undefined ? { differing } : { differing, first };
}

/**
 * Compares every recorded tensor with the model's tensor of that name or layer or, as recordings seldom use the model's
 * names, with the first that holds the same values. `tensors` are a run's, of the reference or of the simulator, by label.
 * Recordings named as one of the run's inputs in `inputs` are skipped.
 * Throws a UserError when a recording fits no tensor of the model.
 */
export function compareRecorded(
  recordings: readonly RecordedTensor[],
  main: Func,
  tensors: ReadonlyMap<string, Tensor>,
  inputs: readonly string[],
  tolerance?: Tolerance,
): RecordedComparison[] {
  const named = labelsByName(main);
  const labels = new Set(named.values());
  return recordings
    .filter((r) => r.name !== 'input' && !inputs.includes(r.name))
    .map((r) => {
      const describe = (tensor: string, matchedBy: RecordedComparison['matchedBy']): RecordedComparison => ({
        ...{ recorded: r.name, path: r.path, tensor, elements: r.values.length, matchedBy },
        ...compareValues(r, tensors.get(tensor)!, tolerance),
      });
      const byName = named.get(r.name);
      const ofName = byName === undefined ? undefined : tensors.get(byName);
      if (byName !== undefined && ofName !== undefined && fits(r, ofName.shape))
        return describe(byName, 'name');
      const candidates = [...tensors].filter(([label, t]) => labels.has(label) && fits(r, t.shape));
      let best: RecordedComparison | undefined;
      for (const [label] of candidates) {
        const found = describe(label, 'values');
        if (found.differing === 0) return found;
        if (best === undefined || found.differing < best.differing) best = { ...found, matchedBy: 'nearest' };
      }
      if (best === undefined)
        throw new UserError(
          `${r.path}: no tensor of the model has the extents of ${r.name}, ${r.shape.join('x')}.`,
        );
      return best;
    });
}
