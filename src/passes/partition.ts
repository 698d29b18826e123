import { callFunction, variable } from '../ir/build.js';
import { type Call, type Expr, type Func, tensorTypeOf } from '../ir/expr.js';
import { postOrder, rewriteGraph, useCounts, usersOf } from '../ir/visit.js';
import type { Warning } from '../program/types.js';
import { type Accelerator, type CoreLayer, type Match, matchAt } from './match.js';
import { beginsAnalog } from './match-analog.js';
import { isRefusal, type Refusal } from './pattern.js';

/** `main` over calls of accelerator functions, what each of those computes, and what stayed on the host and why. */
export interface Partition {
  readonly main: Func;
  readonly layers: ReadonlyMap<Func, CoreLayer>;
  readonly warnings: readonly Warning[];
}

const SUPPORTED_OPERATORS = 'conv2d, dense and element-wise add, each requantized to int8';

/** The layer's name in the model: that of the first operator that has one. */
const layerName = (calls: readonly Call[]): string | undefined =>
  calls.map((c) => c.label.layer).find((l) => l !== undefined);

/** Constants and operators of a match as a function over its inputs, in TVM's two levels: global function, composite. */
function accelerate(match: Match, index: number): Func {
  const name = `tvmgen_default_soma_dory_main_${index}`;
  const distinct = [...new Set(match.inputs)];
  const types = distinct.map(tensorTypeOf);
  const inner = types.map((t, i) => variable(`FunctionVar_${index}_${i}`, t));
  const outer = types.map((t, i) => variable(`soma_dory_${index}_i${i}`, t));
  const replace = new Map<Expr, Expr>(distinct.map((e, i) => [e, inner[i]!]));
  const last = match.calls.at(-1)!;
  const rebuilt = new Map<Expr, Expr>();
  for (const c of match.calls)
    rebuilt.set(c, { ...c, args: c.args.map((a) => rebuilt.get(a) ?? replace.get(a) ?? a) });
  const composite: Func = {
    name: '',
    params: inner,
    body: rebuilt.get(last)!,
    attrs: {
      PartitionedFromPattern: match.calls.map((c) => `${c.op}_`).join(''),
      Composite: match.composite,
    },
  };
  return {
    name,
    params: outer,
    body: callFunction(composite, outer),
    attrs: { Inline: 1, Compiler: 'soma_dory', global_symbol: name, Primitive: 1 },
  };
}

function warningOf(call: Call, refusal: Refusal, layer: string | undefined): Warning {
  const base = { operator: call.op, ...refusal };
  const withLayer = layer === undefined ? base : { ...base, layer };
  return call.label.tensor === undefined ? withLayer : { ...withLayer, tensor: call.label.tensor };
}

const TAIL = ['nn.bias_add', 'add', 'right_shift', 'clip', 'cast', 'nn.relu'];

/** The operators that belong to a refused anchor and need no warning of their own: its tail up to the cast or clip. */
function tailOf(anchor: Call, users: ReadonlyMap<Expr, readonly Expr[]>, analog: boolean): Set<Expr> {
  const known = analog ? [...TAIL, 'divide', 'floor', 'multiply'] : TAIL;
  const tail = new Set<Expr>();
  if (anchor.op === 'add') for (const a of anchor.args) if (a.kind === 'call' && a.op === 'cast') tail.add(a);
  let at: Expr = anchor;
  for (;;) {
    const list: readonly Expr[] = users.get(at) ?? [];
    const user: Expr | undefined = list.length === 1 ? list[0] : undefined;
    if (user?.kind !== 'call') return tail;
    const constants = user.args.filter((a) => a.kind === 'constant').length === user.args.length - 1;
    if (!constants || !known.includes(user.op)) return tail;
    tail.add(user);
    at = user;
  }
}

/** What the cores can take of `main`, and why not the rest. */
export interface FoundLayers {
  readonly matches: readonly Match[];
  /** By the operator at which a pattern begins. */
  readonly refusals: ReadonlyMap<Call, Refusal>;
  /** Operators of matches, refused anchors and their tails. */
  readonly covered: ReadonlySet<Expr>;
}

/** The layers of `main` that a core can take, in the order of the graph. */
export function findLayers(main: Func, accelerator: Accelerator): FoundLayers {
  const users = usersOf(main.body);
  const graph = { users, uses: useCounts(main.body) };
  const matches: Match[] = [];
  const covered = new Set<Expr>();
  const refusals = new Map<Call, Refusal>();
  for (const e of postOrder(main.body)) {
    // An add of a constant may be the bias of a layer that was seen before it.
    if (covered.has(e)) continue;
    const found = matchAt(e, graph, accelerator);
    if (found === undefined || e.kind !== 'call') continue;
    if (isRefusal(found)) {
      refusals.set(e, found);
      const analog = beginsAnalog(e, graph);
      for (const t of tailOf(e, users, analog)) covered.add(t);
      covered.add(e);
    } else {
      matches.push(found);
      for (const c of found.calls) covered.add(c);
    }
  }
  return { matches, refusals, covered };
}

/**
 * Moves everything that a core can take (hardware.md section 6) into functions of its own. Each operator that
 * stays gets one warning; the bias, shift, clip and cast behind a refused conv2d, dense or add share its warning.
 */
export function partition(main: Func, accelerator: Accelerator): Partition {
  const { matches, refusals, covered } = findLayers(main, accelerator);
  const warnings: Warning[] = [];
  for (const e of postOrder(main.body)) {
    if (e.kind !== 'call') continue;
    const refused = refusals.get(e);
    if (refused !== undefined) warnings.push(warningOf(e, refused, e.label.layer));
    else if (!covered.has(e))
      warnings.push(
        warningOf(e, { attribute: 'operator', value: e.op, supported: SUPPORTED_OPERATORS }, e.label.layer),
      );
  }
  const layers = new Map<Func, CoreLayer>();
  const byRoot = new Map<Expr, { match: Match; func: Func }>();
  matches.forEach((match, i) => {
    const func = accelerate(match, i);
    layers.set(func, match.layer);
    byRoot.set(match.calls.at(-1)!, { match, func });
  });
  const rewritten = new Map<Expr, Expr>();
  const body = rewriteGraph(main.body, (e, original) => {
    const hit = byRoot.get(original);
    const out = hit === undefined ? e : replaceRoot(hit, original as Call, rewritten);
    rewritten.set(original, out);
    return out;
  });
  return { main: { ...main, body }, layers, warnings };
}

function replaceRoot(
  hit: { match: Match; func: Func },
  root: Call,
  rewritten: ReadonlyMap<Expr, Expr>,
): Expr {
  const layer = layerName(hit.match.calls);
  const label = layer === undefined ? root.label : { ...root.label, layer };
  const args = [...new Set(hit.match.inputs)].map((e) => rewritten.get(e)!);
  return callFunction(hit.func, args, label);
}
