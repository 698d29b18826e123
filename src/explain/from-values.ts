import type { Reference } from '../../golden/index.js';
import type { Tensor } from '../base/tensor.js';
import { childrenOf, type Expr, type Model } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import type { Program } from '../program/types.js';
import type { Explanation, LayerExplanation } from '../results/explanation.js';
import { modelLayers } from './model-layers.js';
import { pictureOf } from './picture.js';
import { moved } from './recognise/moved.js';
import { operands } from './recognise/operands.js';
import { pattern } from './recognise/pattern.js';
import { relu, shift, wrap } from './recognise/requantization.js';
import { type Recogniser, suspectOf } from './suspect.js';

/** What looks at values alone, at no job: another compiler's program has no steps that could be changed back. */
const RECOGNISERS: readonly Recogniser[] = [shift, relu, wrap, operands, moved, pattern];
const MOST_CAUSES = 3;

/** A tensor that some program made of the model. */
export interface MadeTensor {
  readonly tensor: string;
  readonly actual: Tensor;
  readonly differing: number;
}

/** The compared tensors that each compared tensor is computed from, through whatever lies between that was not compared. */
function sourcesOf(model: Model, compared: ReadonlySet<string>): Map<string, ReadonlySet<string>> {
  const reached = new Map<Expr, ReadonlySet<string>>();
  const sources = new Map<string, ReadonlySet<string>>();
  for (const e of postOrder(model.main.body)) {
    const read = new Set(childrenOf(e).flatMap((child) => [...(reached.get(child) ?? [])]));
    const name = 'label' in e ? e.label.tensor : undefined;
    const isCompared = name !== undefined && compared.has(name);
    if (isCompared) sources.set(name, read);
    reached.set(e, isCompared ? new Set([name]) : read);
  }
  return sources;
}

/**
 * Why tensors that another compiler's program made differ from the reference, by their values alone: those at fault are computed from
 * tensors that are right, the others follow. Nothing is run again, so no cause is proved. `program` is our own compiler's of the model: it
 * names the layers, its steps are not looked at.
 */
export function explainValues(
  program: Program,
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
  reference: Reference,
  made: readonly MadeTensor[],
): Explanation {
  const { layers, buffers, hardware } = program.manifest;
  const nameOf = (tensor: string): string => layers.find((l) => l.tensor === tensor)?.layer ?? tensor;
  const sources = sourcesOf(model, new Set(made.map((m) => m.tensor)));
  const wrong = new Map(made.filter((m) => m.differing > 0).map((m) => [m.tensor, m]));
  const known = modelLayers(model, hardware);
  const atFault: LayerExplanation[] = [];
  const following: string[] = [];
  for (const [tensor, { actual, differing }] of wrong) {
    const index = layers.findIndex((l) => l.tensor === tensor);
    const buffer = buffers.find((b) => b.tensor === tensor);
    const expected = reference.tensors.get(tensor);
    const follows = [...(sources.get(tensor) ?? [])].some((source) => wrong.has(source));
    if (follows || index < 0 || buffer === undefined || expected === undefined) {
      following.push(nameOf(tensor));
      continue;
    }
    const difference = {
      layer: index,
      buffer,
      expected,
      actual,
      differing,
      fault: undefined,
      overwrittenBy: undefined,
    };
    const own = suspectOf(program, difference, reference, inputs, known);
    const suspect = { ...own, jobs: [], layer: { ...own.layer, tiles: [] }, tiles: [] };
    const causes = RECOGNISERS.flatMap((r) => r(suspect)).sort((a, b) => b.strength - a.strength);
    const picture = pictureOf(suspect);
    atFault.push({
      layer: own.name,
      tensor,
      operator: own.layer.operators[0] ?? '',
      shape: expected.shape,
      differing,
      elements: expected.data.length,
      causes: causes
        // Beside what explains the values, where they lie is not worth a line.
        .filter(({ kind }) => kind !== 'pattern' || causes[0]!.strength < 0.9)
        .slice(0, MOST_CAUSES)
        .map(({ kind, claim, evidence }) => ({ kind, claim, evidence })),
      ...(picture === undefined ? {} : { picture }),
    });
  }
  return { differing: [...wrong.keys()].map(nameOf), atFault, following };
}
