import type { Layer } from '../../program/types.js';
import type { Finding } from '../../results/finding.js';
import type { TensorComparison } from '../../results/verdict.js';
import { worst } from '../compare-held.js';
import type { FoundTensor } from './find-tensors.js';
import type { FollowedStretch } from './follow-run.js';
import { coreOf, type Stretch } from './kernel-result.js';

/** A stretch whose tensor was computed there, not only moved. */
export type Computed = FollowedStretch & { readonly found: FoundTensor };

/** The stretches in which a tensor of the reference was computed, by kernels or by jobs. */
export const computedIn = (stretches: readonly FollowedStretch[]): Computed[] =>
  stretches.filter((s): s is Computed => s.found !== undefined && s.found.by !== 'copy');

/** A stretch for the result's row; of a tensor that only moved it says where to. */
export function stretchOf({ found, ...stretch }: FollowedStretch): Stretch {
  if (found === undefined) return stretch;
  const { tensor, actual, by, memory, layout } = found;
  if (by !== 'copy') return { ...stretch, made: { tensor, actual } };
  const moved = memory === 'L2' && layout === 'dense' ? 'to the host' : 'to the core';
  return { ...stretch, made: { tensor, actual, moved } };
}

function comparisonOf({ found, name, jobs }: Computed, layer: Layer | undefined): TensorComparison {
  const { first, ...counts } = found.comparison;
  const { actual } = found;
  return {
    tensor: found.tensor,
    ...(layer?.layer === undefined ? {} : { layer: layer.layer }),
    operator: layer?.operators[0] ?? name,
    where: coreOf(jobs),
    shape: actual.shape,
    dtype: actual.dtype,
    elements: actual.data.length,
    ...counts,
    ...(first === undefined
      ? {}
      : {
          first: {
            coordinates: first.coordinates,
            expected: first.expected,
            actual: first.actual,
            layer: layer?.layer ?? found.tensor,
            writer: name,
          },
        }),
  };
}

/** Each computed tensor beside the reference, the worst of those made more than once; `layers` are our compiler's by tensor. */
export const comparisonsOf = (
  computed: readonly Computed[],
  layers: ReadonlyMap<string, Layer>,
): TensorComparison[] => worst(computed.map((s) => comparisonOf(s, layers.get(s.found.tensor))));

/** The finding about a job of the first stretch that is wrong, or about one before it. */
export function causeOf(
  wrong: FollowedStretch | undefined,
  findings: readonly Finding[],
): Finding | undefined {
  const jobs = new Set(wrong?.jobs.map(({ index }) => index));
  const last = wrong?.jobs.at(-1)?.index ?? -1;
  return (
    findings.find(({ first: { job } }) => job !== undefined && jobs.has(job)) ??
    findings.find(({ first: { job } }) => job !== undefined && job <= last)
  );
}
