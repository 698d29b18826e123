import { type Backend, openBackend } from '../../golden/index.js';
import { tensor } from '../../src/base/tensor.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { verifyRun } from '../../src/library/verified-run.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import type { Manifest } from '../../src/program/types.js';
import type { LayerResult } from '../../src/results/run.js';
import type { Verdict } from '../../src/results/verdict.js';

let backend: Backend | undefined;

/** A model compiled, run and compared. */
export interface Verified {
  readonly manifest: Manifest;
  readonly verdict: Verdict;
  readonly layers: readonly LayerResult[];
  readonly totalCycles: number;
}

/** Compiles a model, runs it on its built-in input and compares it with the reference (tfjs on the cpu backend). */
export async function verified(model: Model, options: Partial<CompileOptions> = {}): Promise<Verified> {
  backend ??= await openBackend('cpu');
  const program = compile(model, { ...DEFAULT_OPTIONS, ...options });
  const input = builtinInput(model);
  // A shift amount given at run time must be one that is defined.
  if (input.has('shift')) input.set('shift', tensor([], 'int32', [5]));
  const { run, verdict } = verifyRun(program, model, input, backend, { seed: '0', run: 0 });
  return {
    manifest: program.manifest,
    verdict,
    layers: run.result.layers,
    totalCycles: run.result.totals.totalCycles,
  };
}

/** Operators of the layers on the core, one a layer. */
export const onCore = (m: Manifest): string[] =>
  m.layers.flatMap((l) => (l.target === 'digital' ? [l.operators[0]!] : []));
