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
  /** The place behind the label must be told which node is meant. */
  readonly tell: boolean;
}

/** A strongly connected component of a sequence. */
interface Part {
  readonly nodes: readonly number[];
  readonly cyclic: boolean;
  /** Nodes that edges from other parts, or from before the sequence, lead to. */
  readonly arrivals: Set<number>;
  /** The node that a jump to the part means when nothing else is said. */
  readonly head: number;
  /** Other nodes that one comes to from outside. */
  readonly others: readonly number[];
}

/**
 * Emits any graph as nested blocks and loops, which is all that WebAssembly has: strongly connected components in topological
 * order become a sequence, in which a jump ahead leaves blocks; a component that is a cycle becomes a loop around the sequence
 * that it is without the edges to its head. Who comes to another node of a loop than its head, or to one of several entries of
 * the graph, puts the node's number + 1 into the local `select` first; loops on the way look there, and the node clears it.
 */
export class Structure {
  readonly #graph: Graph;
  readonly #code: Code;
  readonly #select: number;
  readonly #node: (number: number, go: Go) => void;
  readonly #routes = new Map<number, Route>();
  /** Heads of the loops around the place: the edges to them are jumps back. */
  readonly #heads = new Set<number>();
  /** Labels of open loops. */
  readonly #loops = new Set<number>();
  /** Nodes that `select` may name. */
  readonly #selected = new Set<number>();
  /** Blocks and loops that are open; the label of one is their number before it. */
  #depth = 0;

  constructor(graph: Graph, code: Code, select: number, node: (number: number, go: Go) => void) {
    this.#graph = graph;
    this.#code = code;
    this.#select = select;
    this.#node = node;
  }

  /** Emits the graph inside one block, which `exitDepth` leaves; `select` names an entry. */
  emit(): void {
    this.#open(OP.block);
    const reached = new Set<number>();
    const work = [...this.#graph.entries];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      if (reached.has(node)) continue;
      reached.add(node);
      work.push(...this.#graph.successors[node]!);
    }
    for (const node of this.#graph.entries) this.#selected.add(node);
    this.#sequence(
      [...reached].sort((a, b) => a - b),
      undefined,
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
    if (route.tell) this.#code.int(target + 1).set(this.#select);
    const next = route.label === this.#depth - 1 && !this.#loops.has(route.label);
    if (!(last && inner === 0 && next)) this.#code.br(this.#depth - 1 - route.label + inner);
  };

  #forward(node: number): readonly number[] {
    return this.#graph.successors[node]!.filter((to) => !this.#heads.has(to));
  }

  /** Parts in an order without jumps back but to heads around them. `selected`: nodes that `select` may name at the start. */
  #parts(nodes: readonly number[], first: number | undefined, selected: readonly number[]): Part[] {
    const found = components(nodes, (node) => this.#forward(node));
    const partOf = new Map(found.flatMap((part, i) => part.map((node) => [node, i] as const)));
    const arrivals = found.map(() => new Set<number>());
    if (first !== undefined) arrivals[partOf.get(first)!]!.add(first);
    for (const node of nodes)
      for (const to of this.#forward(node)) {
        const part = partOf.get(to);
        if (part !== undefined && part !== partOf.get(node)) arrivals[part]!.add(to);
      }
    return found.map((part, i) => {
      const named = selected.filter((node) => partOf.get(node) === i).sort((a, b) => a - b);
      const arrived = [...arrivals[i]!].sort((a, b) => a - b);
      const head = arrived[0] ?? named[0] ?? part[0]!;
      return {
        nodes: part,
        cyclic: part.length > 1 || this.#forward(part[0]!).includes(part[0]!),
        arrivals: arrivals[i]!,
        head,
        others: [...new Set([...arrived, ...named])].filter((node) => node !== head),
      };
    });
  }

  /** Comes from before to `first`, or to one of `selected`. */
  #sequence(nodes: readonly number[], first: number | undefined, selected: readonly number[]): void {
    const parts = this.#parts(nodes, first, selected);
    const within = (node: number): number => parts.findIndex((part) => part.nodes.includes(node));
    const meant = new Set(selected.map(within));
    // Without a first node something is always selected; if all of that is in the first part, its loop looks.
    const dispatch = first === undefined ? meant.size > 1 || !meant.has(0) : selected.length > 0;
    const labels = parts.map(() => -1);
    for (let i = parts.length - 1; i >= (dispatch ? 0 : 1); i--) {
      labels[i] = this.#open(OP.block);
      const { arrivals, head } = parts[i]!;
      for (const node of arrivals)
        if (!this.#heads.has(node)) this.#routes.set(node, { label: labels[i]!, tell: node !== head });
    }
    if (dispatch) this.#dispatch(first, selected, (node) => labels[within(node)]!);
    parts.forEach((part, i) => {
      if (labels[i] !== -1) this.#close();
      this.#part(part);
    });
  }

  #dispatch(first: number | undefined, selected: readonly number[], labelOf: (node: number) => number): void {
    const depth = (node: number): number => this.#depth - 1 - labelOf(node);
    if (first !== undefined) this.#code.get(this.#select).op(OP.eqz).brIf(depth(first));
    const otherwise = this.exitDepth;
    const depths = Array.from({ length: Math.max(...selected) + 2 }, () => otherwise);
    for (const node of selected) depths[node + 1] = depth(node);
    this.#code.get(this.#select).brTable(depths, otherwise);
  }

  #part({ nodes, cyclic, head, others }: Part): void {
    if (!cyclic) {
      if (this.#selected.has(head)) this.#code.int(0).set(this.#select);
      this.#node(head, this.#go);
      return;
    }
    const label = this.#open(OP.loop);
    this.#loops.add(label);
    this.#routes.set(head, { label, tell: false });
    this.#heads.add(head);
    for (const node of others) this.#selected.add(node);
    const selected = this.#selected.has(head) ? [head, ...others] : others;
    this.#sequence(nodes, head, others.length > 0 ? selected : []);
    this.#loops.delete(label);
    this.#close();
  }
}
