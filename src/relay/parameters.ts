import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from '../base/errors.js';
import { fileError, readBytes } from '../base/files.js';
import { nearest } from '../base/nearest.js';
import { readNpyFile, requireType } from '../base/npy.js';
import { readNpzFile } from '../base/npz.js';
import type { Tensor } from '../base/tensor.js';
import { type Expr, type Func, tensorTypeOf, type Var } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import { readParams } from './params-file.js';

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError('read', path, error);
  }
};

/** The .npy files of a folder that are named after a parameter: "conv1.weights.npy". Other files may lie beside them. */
function readFolder(path: string, wanted: ReadonlySet<string>): Map<string, Tensor> {
  const names = readdirSync(path)
    .filter((f) => f.endsWith('.npy') && wanted.has(f.slice(0, -4)))
    .sort();
  if (names.length === 0)
    throw new UserError(
      `${path} holds no parameter: its .npy files must be named after them, such as ${[...wanted].at(-1) ?? 'weights'}.npy.`,
    );
  return new Map(names.map((f) => [f.slice(0, -4), readNpyFile(join(path, f))]));
}

/**
 * The values in `path` of parameters of `main`: TVM's .params file, a .npz archive, or a folder of .npy files.
 * Throws a UserError when the file cannot be read or has a value for something that `main` does not take.
 */
function readValues(path: string, main: Func): Map<string, Tensor> {
  const wanted = new Set(main.params.map((p) => p.name));
  if (isFolder(path)) return readFolder(path, wanted);
  const values = extname(path) === '.npz' ? readNpzFile(path) : readParams(readBytes(path), path);
  for (const name of values.keys())
    if (!wanted.has(name)) {
      const near = nearest(name.slice(0, 256), [...wanted].slice(0, 200)).map((n) => `%${n}`);
      throw new UserError(
        `${path} has a value for ${JSON.stringify(name.slice(0, 256))}, which @main does not take; nearest: ${near.join(', ')}.`,
      );
    }
  return values;
}

/** The variables that stand where a layer's weights or bias do; a network without them cannot run. */
function weightVars(main: Func): Set<Expr> {
  const second = postOrder(main.body).flatMap((e) =>
    e.kind === 'call' && /conv2d$|dense$|bias_add$/.test(e.op) ? e.args.slice(1, 2) : [],
  );
  return new Set(second.filter((e) => e.kind === 'var'));
}

/**
 * The values of `main`'s parameters that `path` holds, checked against the types in the text. The rest are the inputs.
 * Throws a UserError when a type differs, weights are missing, or no input is left.
 */
export function readParameters(path: string, main: Func): Map<string, Tensor> {
  const values = readValues(path, main);
  const given = (p: Var) => values.get(p.name);
  for (const p of main.params) {
    const value = given(p);
    if (value !== undefined) requireType(value, tensorTypeOf(p), `${path}: parameter ${p.name}`);
  }
  const weights = weightVars(main);
  const missing = main.params.find((p) => weights.has(p) && given(p) === undefined);
  if (missing !== undefined)
    throw new UserError(`${path} has no value for %${missing.name}, the weights or bias of a layer; add it.`);
  if (main.params.length > 0 && main.params.every((p) => given(p) !== undefined))
    throw new UserError(
      `${path} has a value for every parameter of @main, which leaves no input; take the input's out.`,
    );
  return new Map(main.params.flatMap((p) => (values.has(p.name) ? [[p.name, given(p)!] as const] : [])));
}
