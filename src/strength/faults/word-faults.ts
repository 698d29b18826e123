import type { Layer } from '../../program/types.js';
import { type Change, type FaultSource, oneOf } from './fault.js';

/** A kind of wrong words of an instruction, and the values that a compiler could plausibly write into one instead. */
export interface WordKind<Fields, Values> {
  readonly kind: string;
  readonly wrong: (fields: Fields) => readonly Values[];
}

/** A compute job, of which its first instruction matters here. */
interface Job<Fields> {
  readonly index: number;
  readonly report: { readonly instructions: readonly { readonly fields: Fields }[] };
}

/** A source for each kind that has wrong values in one of the jobs: each fault in one job. `show`: what is wrong, in words. */
export function wordFaults<Fields, Values>(
  layer: Layer,
  compute: readonly Job<Fields>[],
  kinds: readonly WordKind<Fields, Values>[],
  show: (fields: Fields, values: Values) => string,
  change: (step: number, values: Values) => Change,
): FaultSource[] {
  return kinds.flatMap(({ kind, wrong }): FaultSource[] => {
    const jobs = compute.filter(({ report }) => wrong(report.instructions[0]!.fields).length > 0);
    if (jobs.length === 0) return [];
    return [
      {
        group: 'fields',
        kind,
        draw: (rng) => {
          const { index, report } = oneOf(rng, jobs);
          const { fields } = report.instructions[0]!;
          const values = oneOf(rng, wrong(fields));
          const what = `${show(fields, values)} in step ${index}`;
          return { layer: layer.id, kind, what, change: change(index, values) };
        },
      },
    ];
  });
}
