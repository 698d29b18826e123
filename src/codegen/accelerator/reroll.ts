import type { Action } from './calls.js';

/**
 * A layer's calls as loops. In a `loop` every number of the body is an affine function of the loop's counter: base + step *
 * counter, added over all loops around it. In a `table` the numbers come from rows of a table.
 */
export type Node =
  | { readonly kind: 'action'; readonly action: Action }
  | {
      readonly kind: 'loop';
      readonly count: number;
      readonly body: readonly Node[];
      /** What one turn adds to each number of the body, in the order of `numbersOf`. */
      readonly steps: readonly number[];
      /** The body as it stood in the last turn, for comments. */
      readonly last: readonly Node[];
    }
  | {
      readonly kind: 'table';
      /** The body's numbers, a row a turn. The body stands for the first row. */
      readonly rows: readonly (readonly number[])[];
      readonly body: readonly Node[];
      readonly last: readonly Node[];
    };

const numberCache = new WeakMap<Node, readonly number[]>();

/** All numbers of a node, in the order of its calls: those of a loop's or table's first turn. */
export function numbersOf(node: Node): readonly number[] {
  if (node.kind === 'action') return node.action.params;
  const known = numberCache.get(node);
  if (known !== undefined) return known;
  const made = node.body.flatMap(numbersOf);
  numberCache.set(node, made);
  return made;
}

const shapeCache = new WeakMap<Node, string>();

/** Equal for nodes that differ in their numbers alone. */
function shapeOf(node: Node): string {
  if (node.kind === 'action') return node.action.shape;
  const known = shapeCache.get(node);
  if (known !== undefined) return known;
  const inner = node.body.map(shapeOf).join(';');
  const made =
    node.kind === 'loop'
      ? `loop ${node.count} [${node.steps}] {${inner}}`
      : `table ${JSON.stringify(node.rows.map((row) => row.map((v, i) => v - node.rows[0]![i]!)))} {${inner}}`;
  shapeCache.set(node, made);
  return made;
}

const difference = (a: readonly number[], b: readonly number[]): number[] => b.map((v, i) => v - a[i]!);
const same = (a: readonly number[], b: readonly number[]): boolean => a.every((v, i) => v === b[i]);

/** How often the `length` nodes from `at` on repeat, and what each turn adds. */
function repetition(
  nodes: readonly Node[],
  shapes: readonly string[],
  at: number,
  length: number,
): { count: number; steps: number[] } | null {
  const turn = (n: number) => nodes.slice(at + n * length, at + (n + 1) * length).flatMap(numbersOf);
  const fits = (n: number) => {
    const start = at + n * length;
    if (start + length > nodes.length) return false;
    for (let i = 0; i < length; i++) if (shapes[start + i] !== shapes[at + i]) return false;
    return true;
  };
  if (!fits(1)) return null;
  const steps = difference(turn(0), turn(1));
  let count = 2;
  while (fits(count) && same(difference(turn(count - 1), turn(count)), steps)) count++;
  return { count, steps };
}

/** Longest body of a loop, in nodes: a tile with its rows copied one by one is a few loops. */
const MAX_BODY = 12;
/** Loops of fewer turns are longer than what they replace. */
const MIN_TURNS = 3;

/** One pass from left to right with bodies of `length` nodes. */
function rollOnce(nodes: readonly Node[], length: number): Node[] {
  const shapes = nodes.map(shapeOf);
  const out: Node[] = [];
  for (let i = 0; i < nodes.length; ) {
    const found = repetition(nodes, shapes, i, length);
    const isWorth = found !== null && (found.count >= MIN_TURNS || length * (found.count - 1) >= MIN_TURNS);
    if (found === null || !isWorth) {
      out.push(nodes[i++]!);
      continue;
    }
    const end = i + found.count * length;
    const [body, last] = [nodes.slice(i, i + length), nodes.slice(end - length, end)];
    out.push({ kind: 'loop', count: found.count, body, steps: found.steps, last });
    i = end;
  }
  return out;
}

/** Rows of a table: fewer are written out. */
const MIN_ROWS = 3;

/** Runs of bodies of equal shape whose numbers follow no rule. */
function tabulate(nodes: readonly Node[], length: number): Node[] {
  const shapes = nodes.map(shapeOf);
  const out: Node[] = [];
  for (let i = 0; i < nodes.length; ) {
    let count = 1;
    const fits = (n: number) =>
      i + (n + 1) * length <= nodes.length &&
      Array.from({ length }, (_, k) => shapes[i + n * length + k] === shapes[i + k]).every(Boolean);
    while (fits(count)) count++;
    if (count < MIN_ROWS) {
      out.push(nodes[i++]!);
      continue;
    }
    const rows = Array.from({ length: count }, (_, n) =>
      nodes.slice(i + n * length, i + (n + 1) * length).flatMap(numbersOf),
    );
    const end = i + count * length;
    out.push({
      kind: 'table',
      rows,
      body: nodes.slice(i, i + length),
      last: nodes.slice(end - length, end),
    });
    i = end;
  }
  return out;
}

/** Applies `pass` with ever longer bodies; after a success it starts again with the shortest. */
function untilStable(nodes: readonly Node[], pass: (n: readonly Node[], length: number) => Node[]): Node[] {
  let current = [...nodes];
  for (let length = 1; length <= Math.min(MAX_BODY, current.length / 2); ) {
    const next = pass(current, length);
    length = next.length < current.length ? 1 : length + 1;
    current = next;
  }
  return current;
}

/** The calls that nodes make, one after another: what the generated C does. */
export function expand(
  nodes: readonly Node[],
  add?: readonly number[],
): { shape: string; params: number[] }[] {
  const out: { shape: string; params: number[] }[] = [];
  let at = 0;
  for (const node of nodes) {
    const own = numbersOf(node).length;
    const extra = add?.slice(at, at + own) ?? new Array<number>(own).fill(0);
    at += own;
    if (node.kind === 'action')
      out.push({ shape: node.action.shape, params: node.action.params.map((v, i) => v + extra[i]!) });
    else {
      const turns = node.kind === 'loop' ? node.count : node.rows.length;
      for (let turn = 0; turn < turns; turn++) {
        const offsets =
          node.kind === 'loop'
            ? node.steps.map((s) => s * turn)
            : difference(node.rows[0]!, node.rows[turn]!);
        out.push(
          ...expand(
            node.body,
            offsets.map((v, i) => v + extra[i]!),
          ),
        );
      }
    }
  }
  return out;
}

/** Whether the nodes make exactly these calls. */
export function reproduces(nodes: readonly Node[], actions: readonly Action[]): boolean {
  const made = expand(nodes);
  return (
    made.length === actions.length &&
    made.every((m, i) => m.shape === actions[i]!.shape && same(m.params, actions[i]!.params))
  );
}

/** The calls of each tile as one node: a loop of one turn, rolled inside. */
function tileNodes(actions: readonly Action[]): Node[] {
  const tiles: Action[][] = [];
  for (const action of actions) {
    if (action.call.kind === 'tile' || tiles.length === 0) tiles.push([]);
    tiles.at(-1)!.push(action);
  }
  return tiles.map((tile) => {
    const body = roll(tile.map((action): Node => ({ kind: 'action', action })));
    return { kind: 'loop', count: 1, body, steps: body.flatMap(numbersOf).map(() => 0), last: body };
  });
}

const roll = (nodes: readonly Node[]): Node[] => untilStable(untilStable(nodes, rollOnce), tabulate);

/**
 * Rolls a layer's calls into loops, tile by tile and then over the tiles, and what follows no rule into tables. The result is expanded
 * and compared with the calls; should it ever differ, the calls are returned one by one.
 */
export function reroll(actions: readonly Action[]): readonly Node[] {
  const rolled = roll(tileNodes(actions));
  return reproduces(rolled, actions) ? rolled : actions.map((action): Node => ({ kind: 'action', action }));
}
