import type { Model } from '../../ir/expr.js';
import { recordedVectors } from '../../library/recorded-vectors.js';
import type { Inputs } from '../../library/verify.js';
import { readRecorded } from '../../node/recorded-folder.js';

/** The inputs of a folder of recorded vectors. Throws a UserError where they do not fit the model. */
export const recordedInputs = (folder: string, model: Model, seed: string): Inputs =>
  recordedVectors(readRecorded(folder), model, seed).inputs;
