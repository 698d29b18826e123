import { runProgram } from '../../sim/program/run.js';
import { LimitError } from '../base/errors.js';
import { type CompileOptions, compile } from '../compile.js';
import type { Func } from '../ir/expr.js';
import { modelOf } from '../ir/model-of.js';
import type { HostStep } from '../program/types.js';
import type { MappedCost, MappedTransforms } from '../results/mapping.js';
import type { LayerResult } from '../results/run.js';
import { type Choice, rewriteSites } from './rewrite.js';
import type { Site } from './sites.js';

/** What a whole network costs with its sites on the cores of a choice. */
export interface Counted {
  readonly choice: Choice;
  readonly total: MappedCost;
  /** By site. */
  readonly sites: readonly MappedCost[];
  readonly transforms: MappedTransforms;
}

export const NOTHING: MappedCost = { cycles: 0, microjoules: 0 };

/** The sum of two costs. */
export const plus = (a: MappedCost, b: MappedCost): MappedCost => ({
  cycles: a.cycles + b.cycles,
  microjoules: a.microjoules + b.microjoules,
});

const costOf = ({ totalCycles, energy }: Pick<LayerResult, 'totalCycles' | 'energy'>): MappedCost => ({
  cycles: totalCycles,
  microjoules: energy?.microjoules ?? 0,
});

/** The name under which a site is found again in a program. */
const keyOf = (i: number): string => `site ${i}`;

const isTransform = (s: { readonly kind: string }): s is HostStep =>
  s.kind === 'host' && (s as HostStep).ops[0]?.op === 'layout_transform';

/** Compiles the network with a choice and counts it; why not, where it exceeds a memory. */
export function count(
  name: string,
  main: Func,
  sites: readonly Site[],
  choice: Choice,
  options: CompileOptions,
): Counted | LimitError {
  const keys = sites.map((_, i) => keyOf(i));
  try {
    const program = compile(modelOf(name, rewriteSites(main, sites, choice, keys)), options);
    const { layers, totals } = runProgram(program, new Map(), { values: false }).result;
    const onCores = layers.filter((l) => l.target !== 'host');
    const moves = program.manifest.steps.filter(isTransform);
    const between = moves.filter(
      ({ ops }) => ![ops[0]!.attrs.src_layout, ops[0]!.attrs.dst_layout].includes('dense'),
    );
    return {
      choice,
      total: costOf(totals),
      sites: keys.map((key) =>
        onCores
          .filter((l) => l.layer === key)
          .map(costOf)
          .reduce(plus, NOTHING),
      ),
      transforms: {
        ...moves.map(({ layer }) => costOf(layers[layer]!)).reduce(plus, NOTHING),
        count: moves.length,
        betweenCores: between.length,
      },
    };
  } catch (e) {
    if (e instanceof LimitError) return e;
    throw e;
  }
}
