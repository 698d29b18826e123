import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { DeclaredInput } from '../library/simulate.js';
import { readNpyFile } from '../node/npy-file.js';

/**
 * Inputs from `--input`: a file for the only input, or NAME=FILE for each. Throws a UserError for a missing, unknown or doubled
 * name and for a file of another shape or dtype.
 */
export function readInputs(
  words: readonly string[],
  declared: readonly DeclaredInput[],
): Map<string, Tensor> {
  const names = declared.map((d) => d.name).join(', ');
  const out = new Map<string, Tensor>();
  for (const word of words) {
    const cut = word.indexOf('=');
    const only = declared.length === 1 ? declared[0] : undefined;
    const name = cut < 0 ? only?.name : word.slice(0, cut);
    const wanted = declared.find((d) => d.name === name);
    if (name === undefined)
      throw new UserError(`--input ${word}: the model has several inputs (${names}); give NAME=FILE.`);
    if (wanted === undefined)
      throw new UserError(`--input ${word}: the model has no input ${name}; it has ${names}.`);
    if (out.has(name)) throw new UserError(`--input ${word}: input ${name} is given twice.`);
    out.set(name, readNpyFile(cut < 0 ? word : word.slice(cut + 1), wanted));
  }
  const missing = declared.filter((d) => !out.has(d.name)).map((d) => d.name);
  if (missing.length > 0) throw new UserError(`--input: no file for ${missing.join(', ')}.`);
  return out;
}
