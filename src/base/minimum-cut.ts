/** A directed edge that costs `capacity` where its start is on the source's side and its end on the sink's. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly capacity: number;
}

/** What is left of a network's capacities while flow runs through it. */
class Residual {
  readonly #to: number[] = [];
  readonly #left: number[] = [];
  readonly #out: number[][];

  constructor(nodes: number, edges: readonly Edge[]) {
    this.#out = Array.from({ length: nodes }, () => []);
    for (const { from, to, capacity } of edges) {
      this.#add(from, to, capacity);
      this.#add(to, from, 0);
    }
  }

  #add(from: number, to: number, capacity: number): void {
    this.#out[from]!.push(this.#to.length);
    this.#to.push(to);
    this.#left.push(capacity);
  }

  /** For each node the edge by which it was reached from `source`; -1 for the source, undefined for what cannot be reached. */
  reach(source: number): (number | undefined)[] {
    const by: (number | undefined)[] = new Array(this.#out.length).fill(undefined);
    by[source] = -1;
    const queue = [source];
    for (let at = queue.shift(); at !== undefined; at = queue.shift())
      for (const e of this.#out[at]!) {
        const to = this.#to[e]!;
        if (this.#left[e]! <= 0 || by[to] !== undefined) continue;
        by[to] = e;
        queue.push(to);
      }
    return by;
  }

  /** Sends as much as fits along the path that `by` describes. */
  push(by: readonly (number | undefined)[], sink: number): void {
    const path: number[] = [];
    for (let e = by[sink]!; e !== -1; e = by[this.#to[e ^ 1]!]!) path.push(e);
    const amount = Math.min(...path.map((e) => this.#left[e]!));
    for (const e of path) {
      // What empties an edge empties it whole: a rest by rounding would be sent again and again.
      this.#left[e] = this.#left[e] === amount ? 0 : this.#left[e]! - amount;
      this.#left[e ^ 1]! += amount;
    }
  }
}

/**
 * The cheapest way to part the nodes 0..`nodes` - 1 such that `source` and `sink` are apart: whether each node is on the source's side. Shortest
 * augmenting paths (Edmonds and Karp). An infinite capacity holds a pair together.
 */
export function minimumCut(nodes: number, edges: readonly Edge[], source: number, sink: number): boolean[] {
  const residual = new Residual(nodes, edges);
  for (;;) {
    const by = residual.reach(source);
    if (by[sink] === undefined) return by.map((e) => e !== undefined);
    residual.push(by, sink);
  }
}
