import { type Backend, evaluate, type Reference } from '../../golden/index.js';
import { ProgramFault } from '../../sim/program/fault.js';
import { UserError } from '../../src/base/errors.js';
import { random } from '../../src/base/random.js';
import type { Tensor } from '../../src/base/tensor.js';
import { explain } from '../../src/explain/explain.js';
import { modelLayers } from '../../src/explain/model-layers.js';
import type { Model } from '../../src/ir/expr.js';
import { compareRun } from '../../src/library/verified-run.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import type { Layer, Program } from '../../src/program/types.js';
import type { Explanation } from '../../src/results/explanation.js';
import type { Verdict } from '../../src/results/verdict.js';
import { type FaultKind, siteOf } from './fault.js';

/** A network with what is needed to plant faults and to see what becomes of them. */
export interface Bed {
  readonly name: string;
  readonly model: Model;
  readonly program: Program;
  readonly backend: Backend;
  /** Inputs with the reference of each; faults that one does not show are tried on the next. */
  readonly inputs: readonly { readonly values: ReadonlyMap<string, Tensor>; readonly reference: Reference }[];
  readonly asked: ReturnType<typeof modelLayers>;
}

export function bedOf(name: string, model: Model, program: Program, backend: Backend, inputs = 4): Bed {
  return {
    name,
    model,
    program,
    backend,
    inputs: Array.from({ length: inputs }, (_, i) => {
      const values = builtinInput(model, 'faults', i);
      return { values, reference: evaluate(model.main, values, model.params, backend) };
    }),
    asked: modelLayers(model, program.manifest.hardware),
  };
}

/** What became of one planted fault. */
export interface Outcome {
  readonly kind: FaultKind;
  readonly bed: string;
  readonly layer: string;
  /** The program with the fault. */
  readonly program: Program;
  readonly noticed: boolean;
  readonly refused: boolean;
  readonly layerRight: boolean;
  readonly named: boolean;
  readonly proved: boolean;
  readonly explanation: Explanation | undefined;
}

/** A fault of a kind in a layer of a network; undefined where the layer cannot have it. */
export function tryFault(bed: Bed, layer: Layer, kind: FaultKind, seed: string): Outcome | undefined {
  const asked = layer.target === 'digital' ? bed.asked.get(layer.tensor ?? '')?.asked : undefined;
  const site = siteOf(bed.program, layer, asked, random('faults', seed, bed.name, layer.name, kind.name));
  const planted = kind.plant(site);
  if (planted === undefined) return undefined;
  const outcome = { kind, bed: bed.name, layer: layer.layer ?? layer.name, program: planted };
  for (const { values, reference } of bed.inputs) {
    let verdict: Verdict | undefined;
    let refused = false;
    try {
      const identity = { backend: bed.backend.name, seed: '', run: 0 };
      verdict = compareRun(planted, bed.model.name, values, reference, identity).verdict;
    } catch (e) {
      if (!(e instanceof ProgramFault) && !(e instanceof UserError)) throw e;
      refused = true;
    }
    if (verdict?.ok === true) continue;
    const explanation = explain(planted, bed.model, values, reference, verdict);
    const { atFault } = explanation;
    const own = atFault.find((f) => f.layer === outcome.layer);
    return {
      ...outcome,
      noticed: true,
      refused,
      layerRight: own !== undefined && atFault.length === 1,
      named: own?.causes.some((c) => kind.causes.includes(c.kind)) ?? false,
      proved: own?.causes.some((c) => c.proof !== undefined) ?? false,
      explanation,
    };
  }
  return {
    ...outcome,
    noticed: false,
    refused: false,
    layerRight: false,
    named: false,
    proved: false,
    explanation: undefined,
  };
}
