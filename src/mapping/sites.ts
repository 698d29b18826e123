import { variable } from '../ir/build.js';
import { type Call, type Expr, type Func, tensorTypeOf } from '../ir/expr.js';
import type { Accelerator, CoreLayer, Match } from '../passes/match.js';
import { findLayers } from '../passes/partition.js';
import { isRefusal, type Refusal } from '../passes/pattern.js';
import type { MappedCore } from '../results/mapping.js';
import { analogForm } from './analog-form.js';
import { digitalForm } from './digital-form.js';
import type { Form, FormOrRefusal } from './form.js';

/** A conv or dense layer that one of the cores takes, and how the other one would. */
export interface Site {
  readonly name: string;
  readonly written: MappedCore;
  readonly layer: CoreLayer;
  readonly input: Expr;
  /** The layer's last operator. */
  readonly root: Call;
  readonly calls: readonly Call[];
  readonly other: Form | Refusal;
}

const otherForm = ({ layer }: Match): FormOrRefusal | undefined => {
  switch (layer.kind) {
    case 'analog':
      return digitalForm(layer);
    case 'conv':
    case 'dense':
      return analogForm(layer);
    case 'sum':
      return undefined;
  }
};

/** The form, if the other core takes it as it stands: its limits are those of its own pattern. */
export function accepted(form: FormOrRefusal, input: Expr, accelerator: Accelerator): Form | Refusal {
  if (isRefusal(form)) return form;
  const x = variable('x', tensorTypeOf(input));
  const body = form.build(x, 'layer');
  const main: Func = { name: 'main', params: [x], body, attrs: {} };
  const [refusal] = findLayers(main, accelerator).refusals.values();
  return refusal ?? form;
}

/** The layers of a network that a core holds. */
export interface Layers {
  readonly sites: readonly Site[];
  /** Sums, which only the digital core takes. */
  readonly sums: readonly Match[];
}

/** The layers of `main` that may be moved between the cores, or that one of them holds, in the order of the graph. */
export function layersOf(main: Func, accelerator: Accelerator): Layers {
  const { matches } = findLayers(main, accelerator);
  const sites = matches.flatMap((match, i): Site[] => {
    const form = otherForm(match);
    if (form === undefined) return [];
    const [input] = match.inputs;
    const layer = match.calls.map((c) => c.label.layer).find((name) => name !== undefined);
    return [
      {
        name: layer ?? `layer ${i + 1}`,
        written: match.layer.kind === 'analog' ? 'analog' : 'digital',
        layer: match.layer,
        input: input!,
        root: match.calls.at(-1)!,
        calls: match.calls,
        other: accepted(form, input!, accelerator),
      },
    ];
  });
  return { sites, sums: matches.filter(({ layer }) => layer.kind === 'sum') };
}
