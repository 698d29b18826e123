import { type RecordedTensor, recordedInput } from '../../golden/recorded.js';
import { compareRecorded, type RecordedComparison } from '../../golden/recorded-match.js';
import type { Tensor } from '../base/tensor.js';
import type { LoadedModel } from '../frontends/load.js';
import { inputsOf, type Model } from '../ir/expr.js';
import { builtinInput } from '../models/builtin-input.js';

/** What a model calls the tensors of its file, where it was read from one. */
const sourceNames = (model: Model): ReadonlyMap<string, string> =>
  (model as Partial<LoadedModel>).sourceNames ?? new Map();

/** Recorded vectors of one model's run. */
export interface RecordedVectors {
  /** The recorded inputs; built-in ones (of run 0) where the folder has none. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Compares the other recordings with a run's tensors, by label: of the reference or of the simulator. */
  readonly compare: (tensors: ReadonlyMap<string, Tensor>) => RecordedComparison[];
}

/**
 * What recordings are of a model's: one belongs to the input of its name (the file's or ours) or, named "input", to the only input; the
 * others are compared. Throws a UserError when one does not fit.
 *
 * @example
 * const { inputs, compare } = recordedVectors(parseRecorded(files), model, '0');
 * await verify(model, { inputs, onRun: ({ reference }) => void console.log(compare(reference.tensors)) });
 */
export function recordedVectors(
  found: readonly RecordedTensor[],
  model: Model,
  seed: string,
): RecordedVectors {
  const known = sourceNames(model);
  const nameOf = new Map(found.map((r) => [r.path, r.name]));
  const recordings = found.map((r): RecordedTensor => ({ ...r, name: known.get(r.name) ?? r.name }));
  const declared = inputsOf(model);
  const inputs = new Map(builtinInput(model, seed, 0));
  for (const v of declared) {
    const named = (r: RecordedTensor) => r.name === v.name || (declared.length === 1 && r.name === 'input');
    const recorded = recordings.find(named);
    if (recorded !== undefined) inputs.set(v.name, recordedInput(recorded, v.type));
  }
  const names = declared.map((v) => v.name);
  const compare = (tensors: ReadonlyMap<string, Tensor>) =>
    compareRecorded(recordings, model.main, tensors, names).map((row) => ({
      ...row,
      recorded: nameOf.get(row.path) ?? row.recorded,
    }));
  return { inputs, compare };
}
