import type { CallList } from './call-list.js';
import type { CheckedRun } from './check.js';

interface Share {
  elements: number;
  saturated: number;
  zero: number;
}

/** What is counted, as plain data: it crosses from a worker. */
export interface Counts {
  graphs: number;
  runs: number;
  tensors: number;
  layers: number;
  tiled: number;
  inL1: number;
  byColumns: number;
  readonly operators: Map<string, { digital: number; analog: number; host: number }>;
  readonly lengths: Map<number, number>;
  readonly outputs: Share;
}

const NUMBERS = ['graphs', 'runs', 'tensors', 'layers', 'tiled', 'inL1', 'byColumns'] as const;

/** What the graphs were made of, and how much their values show. */
export class Statistics {
  readonly counts: Counts = {
    graphs: 0,
    runs: 0,
    tensors: 0,
    layers: 0,
    tiled: 0,
    inL1: 0,
    byColumns: 0,
    operators: new Map(),
    lengths: new Map(),
    outputs: { elements: 0, saturated: 0, zero: 0 },
  };

  get graphs(): number {
    return this.counts.graphs;
  }

  add({ operators }: CallList, runs: readonly CheckedRun[]): void {
    this.counts.graphs++;
    this.#addLength(operators, 1);
    for (const run of runs) this.#addRun(run);
  }

  /** Adds what other statistics counted. */
  join(other: Counts): void {
    for (const name of NUMBERS) this.counts[name] += other[name];
    for (const [length, count] of other.lengths) this.#addLength(length, count);
    for (const [op, { digital, analog, host }] of other.operators) {
      const row = this.#row(op);
      row.digital += digital;
      row.analog += analog;
      row.host += host;
    }
    const { outputs } = this.counts;
    outputs.elements += other.outputs.elements;
    outputs.saturated += other.outputs.saturated;
    outputs.zero += other.outputs.zero;
  }

  #addLength(operators: number, count: number): void {
    this.counts.lengths.set(operators, (this.counts.lengths.get(operators) ?? 0) + count);
  }

  #row(op: string): { digital: number; analog: number; host: number } {
    const row = this.counts.operators.get(op) ?? { digital: 0, analog: 0, host: 0 };
    this.counts.operators.set(op, row);
    return row;
  }

  #addRun({ run, verdict, program }: CheckedRun): void {
    const { counts } = this;
    counts.runs++;
    counts.tensors += verdict.tensors.length;
    counts.inL1 += program.manifest.buffers.filter((b) => b.memory === 'L1').length;
    for (const l of run.result.layers) {
      if (l.target === 'digital') {
        counts.layers++;
        if (l.tiles > 1) counts.tiled++;
        if (program.manifest.layers[l.id]!.tiles.some((t) => t.x.lo > 0)) counts.byColumns++;
      }
      for (const op of new Set(l.operators)) this.#row(op)[l.target]++;
    }
    for (const t of verdict.tensors)
      if (t.where === 'digital') {
        counts.outputs.elements += t.elements;
        counts.outputs.saturated += t.saturated;
        counts.outputs.zero += t.zero;
      }
  }

  /** How many operators the graphs have. */
  lengths(): number[] {
    return [...this.counts.lengths.keys()];
  }

  /** Operators that ran at least once, with where they did. */
  operators(): ReadonlyMap<
    string,
    { readonly digital: number; readonly analog: number; readonly host: number }
  > {
    return this.counts.operators;
  }

  /** Of the core's outputs: the share at an end of int8 and the share of zeros. */
  shares(): { readonly saturated: number; readonly zero: number } {
    const { elements, saturated, zero } = this.counts.outputs;
    return { saturated: saturated / elements, zero: zero / elements };
  }

  /** Layers of the core, how many of them ran in several tiles, tiled by columns, and tensors that stayed in L1. */
  core(): { layers: number; tiled: number; byColumns: number; inL1: number } {
    const { layers, tiled, byColumns, inL1 } = this.counts;
    return { layers, tiled, byColumns, inL1 };
  }

  toString(): string {
    const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
    const { saturated, zero } = this.shares();
    const c = this.core();
    const operators = [...this.counts.operators].sort(([a], [b]) => (a < b ? -1 : 1));
    const lengths = [...this.counts.lengths].sort(([a], [b]) => a - b).map(([n, count]) => `${n}: ${count}`);
    return [
      `${this.graphs} graphs, ${this.counts.runs} programs, ${this.counts.tensors} tensors equal to the reference`,
      `operators a graph (graphs): ${lengths.join(', ')}`,
      `core layers ${c.layers}, in several tiles ${c.tiled}, by columns ${c.byColumns}; tensors that stayed in L1 ${c.inL1}`,
      `core outputs saturated ${percent(saturated)}, zero ${percent(zero)}`,
      ...operators.map(
        ([op, n]) =>
          `  ${op.padEnd(24)} core ${String(n.digital).padStart(7)}  analog ${String(n.analog).padStart(7)}  host ${String(n.host).padStart(7)}`,
      ),
    ].join('\n');
  }
}
