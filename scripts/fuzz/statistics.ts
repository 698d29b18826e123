import type { CallList } from './call-list.js';
import type { CheckedRun } from './check.js';

interface Share {
  elements: number;
  saturated: number;
  zero: number;
}

/** What the graphs were made of, and how much their values show. */
export class Statistics {
  graphs = 0;
  #runs = 0;
  #tensors = 0;
  #layers = 0;
  #tiled = 0;
  #inL1 = 0;
  #byColumns = 0;
  readonly #operators = new Map<string, { digital: number; analog: number; host: number }>();
  readonly #lengths = new Map<number, number>();
  readonly #outputs: Share = { elements: 0, saturated: 0, zero: 0 };

  add({ operators }: CallList, runs: readonly CheckedRun[]): void {
    this.graphs++;
    this.#lengths.set(operators, (this.#lengths.get(operators) ?? 0) + 1);
    for (const run of runs) this.#addRun(run);
  }

  #addRun({ run, verdict, program }: CheckedRun): void {
    this.#runs++;
    this.#tensors += verdict.tensors.length;
    this.#inL1 += program.manifest.buffers.filter((b) => b.memory === 'L1').length;
    for (const l of run.result.layers) {
      if (l.target === 'digital') {
        this.#layers++;
        if (l.tiles > 1) this.#tiled++;
        if (program.manifest.layers[l.id]!.tiles.some((t) => t.x.lo > 0)) this.#byColumns++;
      }
      for (const op of new Set(l.operators)) {
        const row = this.#operators.get(op) ?? { digital: 0, analog: 0, host: 0 };
        row[l.target]++;
        this.#operators.set(op, row);
      }
    }
    for (const t of verdict.tensors)
      if (t.where === 'digital') {
        this.#outputs.elements += t.elements;
        this.#outputs.saturated += t.saturated;
        this.#outputs.zero += t.zero;
      }
  }

  /** How many operators the graphs have. */
  lengths(): number[] {
    return [...this.#lengths.keys()];
  }

  /** Operators that ran at least once, with where they did. */
  operators(): ReadonlyMap<
    string,
    { readonly digital: number; readonly analog: number; readonly host: number }
  > {
    return this.#operators;
  }

  /** Of the core's outputs: the share at an end of int8 and the share of zeros. */
  shares(): { readonly saturated: number; readonly zero: number } {
    const { elements, saturated, zero } = this.#outputs;
    return { saturated: saturated / elements, zero: zero / elements };
  }

  /** Layers of the core, how many of them ran in several tiles, tiled by columns, and tensors that stayed in L1. */
  core(): { layers: number; tiled: number; byColumns: number; inL1: number } {
    return { layers: this.#layers, tiled: this.#tiled, byColumns: this.#byColumns, inL1: this.#inL1 };
  }

  toString(): string {
    const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
    const { saturated, zero } = this.shares();
    const c = this.core();
    const operators = [...this.#operators].sort(([a], [b]) => (a < b ? -1 : 1));
    const lengths = [...this.#lengths].sort(([a], [b]) => a - b).map(([n, count]) => `${n}: ${count}`);
    return [
      `${this.graphs} graphs, ${this.#runs} programs, ${this.#tensors} tensors equal to the reference`,
      `operators a graph (graphs): ${lengths.join(', ')}`,
      `core layers ${c.layers}, in several tiles ${c.tiled}, by columns ${c.byColumns}; tensors that stayed in L1 ${c.inL1}`,
      `core outputs saturated ${percent(saturated)}, zero ${percent(zero)}`,
      ...operators.map(
        ([op, n]) =>
          `  ${op.padEnd(24)} core ${String(n.digital).padStart(7)}  host ${String(n.host).padStart(7)}`,
      ),
    ].join('\n');
  }
}
