import { compareTensor, type Reference } from '../../golden/index.js';
import type { HeldTensor } from '../../sim/program/run-options.js';
import { tileOfElement } from '../program/tiles.js';
import type { Layer, Program } from '../program/types.js';
import type { Difference, TensorComparison } from '../results/verdict.js';

/**
 * Where an element came from, for a difference's line. Where the last write is not the making layer's, the layer left the
 * element out and the bytes are stale: then the tile that should have written it is named.
 */
function originOf(program: Program, held: HeldTensor, index: number): Partial<Difference> {
  const { layers, steps } = program.manifest;
  const stepIndex = held.writerOf(index);
  const step = steps[stepIndex];
  const named = (layer: Layer): string => layer.layer ?? layer.name;
  const maker = layers[held.layer]!;
  if (step?.layer !== held.layer) {
    const tile = tileOfElement(maker, index);
    const left =
      step === undefined ? 'the image or an input' : `step ${stepIndex} (${named(layers[step.layer]!)})`;
    const origin = { layer: named(maker), writer: `never written there: bytes of ${left} are left` };
    return tile === undefined ? origin : { ...origin, tile };
  }
  const origin = { step: stepIndex, layer: named(maker) };
  return step.kind === 'job'
    ? { ...origin, tile: step.tile, writer: step.note }
    : { ...origin, writer: 'host kernel' };
}

/** Compares the tensor that one buffer holds with the reference's of the same name. */
export function compareHeld(program: Program, held: HeldTensor, reference: Reference): TensorComparison {
  const name = held.buffer.tensor!;
  const { first, ...counts } = compareTensor(reference.tensors.get(name)!, held.tensor);
  const maker = program.manifest.layers.find((l) => l.tensor === name);
  const wrapped = reference.wrapped.get(name);
  const distance = reference.tfjsDistance.get(name);
  return {
    tensor: name,
    ...(maker?.layer === undefined ? {} : { layer: maker.layer }),
    operator: maker?.operators[0] ?? 'input',
    where: maker?.target ?? 'host',
    shape: held.tensor.shape,
    dtype: held.tensor.dtype,
    elements: held.tensor.data.length,
    ...counts,
    ...(first === undefined
      ? {}
      : {
          first: {
            coordinates: first.coordinates,
            expected: first.expected,
            actual: first.actual,
            ...originOf(program, held, first.index),
          },
        }),
    ...(wrapped === undefined ? {} : { wrapped }),
    ...(distance === undefined ? {} : { tfjsDistance: distance }),
  };
}

/** A tensor that lies in several places (L1 and L2, either layout) is compared in each; the row tells of the worst. */
export function worst(rows: readonly TensorComparison[]): TensorComparison[] {
  const byName = new Map<string, TensorComparison>();
  for (const row of rows) {
    const known = byName.get(row.tensor);
    if (known === undefined || row.differing > known.differing) byName.set(row.tensor, row);
  }
  return [...byName.values()];
}
