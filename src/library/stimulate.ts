import { UserError } from '../base/errors.js';
import { encodeNpy } from '../base/npy.js';
import type { Tensor } from '../base/tensor.js';
import { compile } from '../compile.js';
import type { Model } from '../ir/expr.js';
import { builtinInput } from '../models/builtin-input.js';
import type { Program } from '../program/types.js';
import type { ResultDocument } from '../results/document.js';
import type { Strength } from '../results/strength.js';
import { type SearchOptions, searchInputs } from '../strength/stimulate.js';
import { compileOptions } from './compile-options.js';
import { resultDocument } from './result-document.js';
import { modelInputs } from './simulate.js';
import { Turns } from './turns.js';
import { combined } from './verified-run.js';
import { type FinishedRun, type Inputs, type VerifyOptions, verify } from './verify.js';

export interface StimulateOptions
  extends SearchOptions,
    Pick<
      VerifyOptions,
      'target' | 'hardware' | 'fuse' | 'l1Reuse' | 'backend' | 'program' | 'signal' | 'onProgress'
    > {}

/** Better inputs of a model, and what they are worth. */
export interface Stimulation {
  /** Of the built-in inputs. */
  readonly before: Strength;
  /** Of the inputs found, together. */
  readonly after: Strength;
  /** Both again for as many faults drawn anew, which the search has not seen: what the inputs are worth beyond its sample. */
  readonly anew: { readonly before: Strength; readonly after: Strength };
  /** The inputs, and how they were made. */
  readonly vectors: readonly { readonly inputs: Inputs; readonly how: string }[];
  /** Inputs that the search looked at. */
  readonly tries: number;
  /** The model verified on them, with `after` as its strength. */
  readonly document: ResultDocument;
  /**
   * Recorded vectors, bytes by file name: the inputs, and each tensor that was compared as the reference has it. Of several vectors each has
   * a folder, "0" on.
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A name that any file system takes. */
const fileStem = (name: string): string => name.replaceAll(/[^\w.%-]+/g, '_');

/** The files of a test vector. Throws a UserError where the names of several inputs cannot be names of files. */
function vectorFiles(
  inputs: Inputs,
  tensors: ReadonlyMap<string, Tensor>,
  compared: readonly string[],
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [name, value] of inputs) {
    // "input" is the only input's name, whatever the model calls it.
    const stem = inputs.size === 1 ? 'input' : name;
    if (fileStem(stem) !== stem)
      throw new UserError(`input "${name}" cannot be a file's name; rename the model's inputs.`);
    files.set(`${stem}.npy`, encodeNpy(value));
  }
  for (const name of compared) {
    const value = tensors.get(name);
    if (value === undefined || inputs.has(name)) continue;
    let stem = fileStem(name);
    for (let n = 2; files.has(`${stem}.npy`); n++) stem = `${fileStem(name)}_${n}`;
    files.set(`${stem}.npy`, encodeNpy(value));
  }
  return files;
}

/**
 * Searches inputs of a model for which `verify` notices more of a sample of planted faults than for the built-in ones, and makes a test vector
 * of them: `recordedVectors`, `verify --golden` and `compile --emit c --golden` take it. Same model, options and seed, same inputs.
 * Throws what `verify` throws.
 *
 * @example
 * const { before, after, files } = await stimulate(buildModel('dae'), { tries: 32 });
 * console.log(shareNoticed(before), shareNoticed(after), [...files.keys()]);
 */
export async function stimulate(model: Model, options: StimulateOptions = {}): Promise<Stimulation> {
  const turns = new Turns(options);
  const program: Program = options.program ?? compile(model, compileOptions(options));
  const seed = options.seed ?? '0';
  options.onProgress?.({ what: `${model.name}, inputs`, done: 0, total: 1 });
  await turns.pause();
  const found = await turns.run(
    searchInputs(program, modelInputs(model), builtinInput(model, seed, 0), options),
  );
  const documents: ResultDocument[] = [];
  const files = new Map<string, Uint8Array>();
  for (const [number, { inputs }] of found.vectors.entries()) {
    const keep = ({ verdict, reference }: FinishedRun): undefined => {
      const compared = verdict.tensors.map(({ tensor }) => tensor);
      const folder = found.vectors.length === 1 ? '' : `${number}/`;
      for (const [name, bytes] of vectorFiles(inputs, reference.tensors, compared))
        files.set(folder + name, bytes);
    };
    const { backend, signal } = options;
    documents.push(
      await verify(model, {
        program,
        inputs,
        seed,
        ...(backend === undefined ? {} : { backend }),
        ...(signal === undefined ? {} : { signal }),
        onRun: keep,
      }),
    );
  }
  return { ...found, document: ofAllVectors(documents, found.after), files };
}

/** The runs on all vectors as the runs of one model. */
function ofAllVectors(documents: readonly ResultDocument[], strength: Strength): ResultDocument {
  const verdicts = documents.flatMap((d, run) => d.models[0]!.verdicts.map((v) => ({ ...v, run })));
  const ok = verdicts.every((v) => v.ok);
  return resultDocument('verify', [
    {
      run: combined(documents.map((d) => d.models[0]!.run)),
      verdicts,
      ...(ok ? { strength } : {}),
    },
  ]);
}
