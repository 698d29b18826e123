import { type Code, OP } from './binary.js';
import { components } from './components.js';

/** A control-flow graph whose nodes are numbered from 0. */
export interface Graph {
  readonly successors: readonly (readonly number[])[];
  /** Nodes that control comes to from outside. */
  readonly entries: readonly number[];
}

/**
 * Emits the branch to a node. `inner` is the number of blocks that the node's code itself has open; `last` that nothing follows
 * in the node.
 */
export type Go = (target: number, inner?: number, last?: boolean) => void;

interface Route {
  readonly label: number;
  /** The number of the node must be put where the dispatch of the label looks for it. */
  readonly tell: boolean;
}

/**
 * Emits any graph as nested blocks and loops, which is all that WebAssembly has: strongly connected components in topological
 * order become a sequence, in which a jump ahead leaves blocks; a component that is a cycle becomes a loop around the sequence
 * that it is without the edges to its heads. A loop with several heads, and a graph with several entries, begin with a jump
 * table on the local `select`.
 */
export class Structure {
  readonly #graph: Graph;
  readonly #code: Code;
  readonly #select: number;
  readonly #node: (number: number, go: Go) => void;
  readonly #routes = new Map<number, Route>();
  /** Heads of the loops around the place: the edges to them are jumps back. */
  readonly #heads = new Set<number>();
  readonly #loops = new Set<number>();
  /** Blocks and loops that are open; the label of one is their number before it. */
  #depth = 0;

  constructor(graph: Graph, code: Code, select: number, node: (number: number, go: Go) => void) {
    this.#graph = graph;
    this.#code = code;
    this.#select = select;
    this.#node = node;
  }

  /** Emits the graph inside one block, which `exitDepth` leaves. */
  emit(): void {
    this.#open(OP.block);
    const reached = new Set<number>();
    const work = [...this.#graph.entries];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      if (reached.has(node)) continue;
      reached.add(node);
      work.push(...this.#graph.successors[node]!);
    }
    this.#sequence(
      [...reached].sort((a, b) => a - b),
      this.#graph.entries,
    );
    this.#close();
  }

  /** For `br` in a node's code: how many blocks to leave for the end of everything. */
  get exitDepth(): number {
    return this.#depth - 1;
  }

  #open(opcode: number): number {
    this.#code.open(opcode);
    return this.#depth++;
  }

  #close(): void {
    this.#code.end();
    this.#depth--;
  }

  readonly #go: Go = (target, inner = 0, last = false) => {
    const route = this.#routes.get(target)!;
    if (route.tell) this.#code.int(target).set(this.#select);
    const next = route.label === this.#depth - 1 && !this.#loops.has(route.label);
    if (!(last && inner === 0 && next)) this.#code.br(this.#depth - 1 - route.label + inner);
  };

  #forward(node: number): readonly number[] {
    return this.#graph.successors[node]!.filter((to) => !this.#heads.has(to));
  }

  /** Nodes in an order without jumps back but to heads around them. `entered` are those that control comes to first. */
  #sequence(nodes: readonly number[], entered: readonly number[]): void {
    const parts = components(nodes, (node) => this.#forward(node));
    const partOf = new Map(parts.flatMap((part, i) => part.map((node) => [node, i] as const)));
    const arrivals = parts.map(() => new Set<number>());
    for (const node of entered) arrivals[partOf.get(node)!]!.add(node);
    for (const node of nodes)
      for (const to of this.#forward(node)) {
        const part = partOf.get(to);
        if (part !== undefined && part !== partOf.get(node)) arrivals[part]!.add(to);
      }
    const dispatch = new Set(entered.map((node) => partOf.get(node))).size > 1;
    const labels = parts.map(() => -1);
    for (let i = parts.length - 1; i >= (dispatch ? 0 : 1); i--) {
      labels[i] = this.#open(OP.block);
      const tell = arrivals[i]!.size > 1;
      for (const node of arrivals[i]!)
        if (!this.#heads.has(node)) this.#routes.set(node, { label: labels[i]!, tell });
    }
    if (dispatch) this.#dispatch(entered, (node) => labels[partOf.get(node)!]!);
    parts.forEach((part, i) => {
      if (labels[i] !== -1) this.#close();
      this.#part(part, [...arrivals[i]!]);
    });
  }

  #dispatch(entered: readonly number[], labelOf: (node: number) => number): void {
    const most = Math.max(...entered);
    const known = new Set(entered);
    const depths = Array.from({ length: most + 1 }, (_, node) =>
      known.has(node) ? this.#depth - 1 - labelOf(node) : this.exitDepth,
    );
    this.#code.get(this.#select).brTable(depths, this.exitDepth);
  }

  #part(part: readonly number[], heads: readonly number[]): void {
    const [first] = part;
    const cyclic = part.length > 1 || this.#forward(first!).includes(first!);
    if (!cyclic) {
      this.#node(first!, this.#go);
      return;
    }
    const label = this.#open(OP.loop);
    this.#loops.add(label);
    for (const head of heads) {
      this.#routes.set(head, { label, tell: heads.length > 1 });
      this.#heads.add(head);
    }
    this.#sequence(part, heads);
    this.#loops.delete(label);
    this.#close();
  }
}
