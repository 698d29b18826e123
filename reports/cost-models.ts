import type { CyclesByReason, OtherModels, Reason, RunResult } from '../src/results/run.js';
import { layerLabel, REASON_ORDER, REASON_TEXT } from './metrics.js';
import { count } from './numbers.js';

/** From this share on, a difference between two cost models is explained. */
const NOTABLE = 0.2;

const sum = (cycles: CyclesByReason): number => REASON_ORDER.reduce((n, r) => n + cycles[r], 0);

interface Costed {
  readonly cycles: CyclesByReason;
  readonly totalCycles: number;
  readonly otherModels?: OtherModels;
}

/** What another cost model makes of a run or a layer. */
export interface OtherCost {
  readonly name: string;
  readonly cycles: number;
  /** Over the run's own cycles. */
  readonly ratio: number;
  /** The reason that makes most of the difference, where that is more than 20 %: "compute 48,384 for 117,700". */
  readonly because: string;
  /** That reason's name ("compute"); empty where the difference is smaller. */
  readonly term: string;
}

/** The reason in which two models differ most. */
const widest = (own: CyclesByReason, other: CyclesByReason): Reason =>
  REASON_ORDER.reduce((a, b) => (Math.abs(other[b] - own[b]) > Math.abs(other[a] - own[a]) ? b : a));

/** The other cost models of a run or a layer, by name; empty where the result has none. */
export function otherCosts({ cycles, totalCycles, otherModels = {} }: Costed): OtherCost[] {
  return Object.entries(otherModels).map(([name, other]) => {
    const total = sum(other);
    const ratio = totalCycles === 0 ? 1 : total / totalCycles;
    const reason = widest(cycles, other);
    const term = Math.abs(ratio - 1) > NOTABLE ? REASON_TEXT[reason].label : '';
    const because = term === '' ? '' : `${term} ${count(other[reason])} for ${count(cycles[reason])}`;
    return { name, cycles: total, ratio, because, term };
  });
}

/** "116,070..158,034": the least and the most that the other models count; empty where there are none. */
export function otherRange(item: Costed): string {
  const all = otherCosts(item).map((o) => o.cycles);
  if (all.length === 0) return '';
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? count(least) : `${count(least)}..${count(most)}`;
}

/** A layer of the core under every model: a row for tables. */
export interface LayerModels {
  readonly label: string;
  readonly cycles: number;
  readonly others: readonly OtherCost[];
}

/** The layers of the core; host kernels cost the same in all models. */
export const layerModels = (run: RunResult): LayerModels[] =>
  run.layers
    .filter((l) => l.target === 'digital' && l.otherModels !== undefined)
    .map((l) => ({ label: layerLabel(l), cycles: l.totalCycles, others: otherCosts(l) }));

/** The model that is furthest from the run's own. */
export const furthest = (others: readonly OtherCost[]): OtherCost =>
  others.reduce((a, b) => (Math.abs(b.ratio - 1) > Math.abs(a.ratio - 1) ? b : a));

/** Layers for which some model differs by more than 20 %, by the term that makes most of it, the dearest first: "compute" and "conv1 0.62 (odimo)", ... */
export function layersByTerm(run: RunResult): Map<string, string[]> {
  const terms = new Map<string, string[]>();
  for (const { label, others } of layerModels(run).sort((a, b) => b.cycles - a.cycles)) {
    if (others.length === 0) continue;
    const { name, ratio, term } = furthest(others);
    if (term !== '') terms.set(term, [...(terms.get(term) ?? []), `${label} ${ratio.toFixed(2)} (${name})`]);
  }
  return terms;
}

/** "183,437 cycles (other models 123,334..133,350)": what stands at the head of a report. */
export function cyclesWithRange(item: Costed): string {
  const range = otherRange(item);
  return `${count(item.totalCycles)} cycles${range === '' ? '' : ` (other models ${range})`}`;
}
