import { evaluationSteps, openBackend } from '../../golden/index.js';
import { programSteps } from '../../sim/program/run.js';
import { UserError } from '../base/errors.js';
import { showShape, type Tensor } from '../base/tensor.js';
import { compile } from '../compile.js';
import { inputsOf } from '../ir/expr.js';
import { type Quantized, quantizedInput } from '../quantize/index.js';
import { Turns, type WorkOptions } from './turns.js';

/** How many samples' label is among the largest outputs. */
export interface Accuracy {
  readonly samples: number;
  /** Share of samples whose largest output is their label. */
  readonly top1: number;
  /** Share of samples whose label is among the five largest outputs; undefined for five classes or fewer. */
  readonly top5: number | undefined;
}

/** Accuracy of a float network, and of its quantized one on the reference and on the simulated core. */
export interface Accuracies {
  readonly float: Accuracy;
  readonly reference: Accuracy;
  readonly core: Accuracy;
}

/** Accuracy of outputs, one tensor of class scores a sample; among equal scores the first counts as the largest. */
export function accuracyOf(outputs: readonly Tensor[], labels: readonly number[]): Accuracy {
  const ranks = outputs.map(({ data }, s) => {
    const [label, own] = [labels[s]!, data[labels[s]!]!];
    let rank = 0;
    for (let i = 0; i < data.length; i++) if (data[i]! > own || (data[i] === own && i < label)) rank++;
    return rank;
  });
  const share = (most: number) => ranks.filter((r) => r < most).length / ranks.length;
  const classes = outputs[0]?.data.length ?? 0;
  return { samples: ranks.length, top1: share(1), top5: classes > 5 ? share(5) : undefined };
}

/**
 * Labels from a tensor of whole numbers, one a sample. Throws a UserError that begins with `path`, the tensor's file, when their number or a
 * value does not fit.
 */
export function labelsOf({ shape, data }: Tensor, path: string, samples: number, classes: number): number[] {
  if (data.length !== samples)
    throw new UserError(
      `${path} is of shape ${showShape(shape)}; must hold ${samples} labels, one for each held-aside sample.`,
    );
  const bad = data.find((v) => !(Number.isInteger(v) && v >= 0 && v < classes));
  if (bad !== undefined)
    throw new UserError(`${path} holds the label ${bad}; must be whole numbers in 0..${classes - 1}.`);
  return [...data];
}

/**
 * Runs a quantized network on labelled samples (float32, as the float network takes them; those that it was quantized with as `test`), on
 * the reference and on the simulated chip.
 */
export async function measureAccuracy(
  quantized: Quantized,
  samples: readonly Tensor[],
  labels: readonly number[],
  options: WorkOptions = {},
): Promise<Accuracies> {
  const turns = new Turns(options);
  const { model } = quantized;
  const program = compile(model);
  const backend = await openBackend('wasm');
  const name = inputsOf(model)[0]!.name;
  const [reference, core]: [Tensor[], Tensor[]] = [[], []];
  for (const [i, sample] of samples.entries()) {
    options.onProgress?.({ what: `labelled sample ${i + 1}`, done: i, total: samples.length });
    const inputs = new Map([[name, quantizedInput(sample, quantized.input)]]);
    const evaluated = await turns.run(evaluationSteps(model.main, inputs, model.params, backend));
    reference.push(evaluated.tensors.get('output')!);
    const run = await turns.run(programSteps(program, inputs, {}));
    core.push(run.outputs.get('output')!);
  }
  return {
    float: accuracyOf(quantized.outputs.float, labels),
    reference: accuracyOf(reference, labels),
    core: accuracyOf(core, labels),
  };
}
