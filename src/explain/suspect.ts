import type { Reference } from '../../golden/index.js';
import { coordinates, type Tensor } from '../base/tensor.js';
import type { DigitalLayer } from '../passes/digital-layer.js';
import { tileOfElement } from '../program/tiles.js';
import type { Layer, Program } from '../program/types.js';
import type { CauseKind } from '../results/explanation.js';
import type { LayerDifference } from './isolate.js';
import { type Job, jobsOfLayer } from './jobs.js';
import type { ModelLayer } from './model-layers.js';
import { sumsOf } from './sums.js';

/** A layer at fault with all that recognisers look at. */
export interface Suspect {
  readonly program: Program;
  readonly faulty: LayerDifference;
  readonly layer: Layer;
  readonly name: string;
  /** What the model asks of the core; undefined for a host kernel. */
  readonly asked: DigitalLayer | undefined;
  /** The reference's values of what the layer reads, in the core's order. */
  readonly inputs: readonly Tensor[];
  /** Their names. */
  readonly inputNames: readonly (string | undefined)[];
  readonly jobs: readonly Job[];
  /** Indices of the elements that differ; empty where the chip refused the layer. */
  readonly wrong: readonly number[];
  /** Tiles that hold wrong elements, most of them first; where the chip refused a step, that step's tile. */
  readonly tiles: readonly number[];
  readonly reference: Reference;
  /** Accumulators of the layer by the model, with bias. */
  readonly sums: () => Int32Array;
}

/** A change that may put the layer right. */
export interface Repair {
  /** "with `shift_fixed_point` 8 instead of 9 in step 82". */
  readonly says: string;
  readonly change: () => Program;
}

/** What a recogniser makes of a layer. */
export interface Suspicion {
  readonly kind: CauseKind;
  readonly claim: string;
  readonly evidence: string;
  /** From 0 to 1: which share of the difference it explains. */
  readonly strength: number;
  readonly repairs: readonly Repair[];
}

export type Recogniser = (suspect: Suspect) => readonly Suspicion[];

function wrongElements({ expected, actual }: LayerDifference): number[] {
  const out: number[] = [];
  if (actual !== undefined)
    for (let i = 0; i < actual.data.length; i++)
      if (!Object.is(expected.data[i], actual.data[i])) out.push(i);
  return out;
}

export function suspectOf(
  program: Program,
  faulty: LayerDifference,
  reference: Reference,
  given: ReadonlyMap<string, Tensor>,
  model: ReadonlyMap<string, ModelLayer>,
): Suspect {
  const layer = program.manifest.layers[faulty.layer]!;
  const asked = model.get(layer.tensor ?? '');
  const isAsked = layer.target === 'digital' ? asked : undefined;
  const inputs = (isAsked?.inputs ?? []).flatMap((name) => {
    const t = reference.tensors.get(name ?? '') ?? given.get(name ?? '');
    return t === undefined ? [] : [t];
  });
  const complete = isAsked !== undefined && inputs.length === isAsked.inputs.length;
  const wrong = faulty.overwrittenBy === undefined ? wrongElements(faulty) : [];
  const counts = new Map<number, number>();
  for (const i of wrong) {
    const tile = tileOfElement(layer, i);
    if (tile !== undefined) counts.set(tile, (counts.get(tile) ?? 0) + 1);
  }
  const at = program.manifest.steps[faulty.fault?.step ?? -1];
  const refusedTile = at === undefined || at.kind === 'host' ? [] : [at.tile];
  let sums: Int32Array | undefined;
  return {
    program,
    faulty,
    layer,
    name: layer.layer ?? layer.name,
    asked: complete ? isAsked?.asked : undefined,
    inputs,
    inputNames: isAsked?.inputs ?? [],
    jobs: jobsOfLayer(program, faulty.layer),
    wrong,
    tiles:
      counts.size === 0 ? refusedTile : [...counts].sort(([a, m], [b, n]) => n - m || a - b).map(([t]) => t),
    reference,
    sums: () => {
      sums ??= sumsOf(isAsked!.asked, inputs);
      return sums;
    },
  };
}

/** "12 of 40 (30.0 %)". */
export const share = (part: number, whole: number): string =>
  `${part} of ${whole} (${whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1)} %)`;

/** Channel, row and column of an element; the whole of a vector is one row of channels. */
export function place(index: number, shape: readonly number[]): { k: number; y: number; x: number } {
  const at = coordinates(index, shape);
  return { k: at[1] ?? 0, y: at[2] ?? 0, x: at[3] ?? 0 };
}

/** "channels 16..31, rows 0..9, columns 0..19" of the elements that differ; empty for none. */
export function extentOf({ wrong, faulty }: Suspect): string {
  if (wrong.length === 0) return '';
  const shape = faulty.expected.shape;
  const places = wrong.map((i) => place(i, shape));
  const range = (what: string, of: (p: { k: number; y: number; x: number }) => number): string => {
    let lo = Infinity;
    let hi = -Infinity;
    for (const p of places) {
      lo = Math.min(lo, of(p));
      hi = Math.max(hi, of(p));
    }
    return lo === hi ? `${what} ${lo}` : `${what} ${lo}..${hi}`;
  };
  const parts = [range('channel', (p) => p.k)];
  if (shape.length === 4)
    parts.push(
      range('row', (p) => p.y),
      range('column', (p) => p.x),
    );
  return parts.join(', ');
}
