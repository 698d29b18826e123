import { type Call, childrenOf, type Expr, type FunctionCall } from '../ir/expr.js';
import type { OpPattern } from '../ir/op.js';
import { opDef } from '../ir/registry.js';
import { postOrder, useCounts } from '../ir/visit.js';
import type { LaidOut } from './layout.js';

/** One call that the generated program makes, in the order of the calls. */
export type Kernel =
  | { readonly kind: 'accelerator'; readonly call: FunctionCall; readonly name: string }
  | { readonly kind: 'transform'; readonly from: Expr; readonly to: Call; readonly name: string }
  | { readonly kind: 'host'; readonly calls: readonly Call[]; readonly name: string };

/** What may follow inside a fused kernel, as in TVM: behind a reduction only what works element by element. */
const FOLLOWS: Readonly<Record<OpPattern, readonly OpPattern[]>> = {
  anchor: ['elementwise', 'broadcast'],
  elementwise: ['elementwise', 'broadcast', 'injective'],
  broadcast: ['elementwise', 'broadcast', 'injective'],
  injective: ['elementwise', 'broadcast', 'injective'],
  opaque: [],
};

interface Group {
  readonly calls: Call[];
  pattern: OpPattern;
}

/** The group that `e` may join: that of an argument which only `e` uses and whose pattern allows it. */
function joinable(
  e: Call,
  groups: ReadonlyMap<Expr, Group>,
  uses: ReadonlyMap<Expr, number>,
  laidOut: LaidOut,
): Group | undefined {
  const { pattern } = opDef(e.op);
  for (const a of e.args) {
    const group = groups.get(a);
    if (group === undefined || a.type.kind === 'tuple' || e.type.kind === 'tuple' || uses.get(a) !== 1)
      continue;
    if (!FOLLOWS[group.pattern].includes(pattern)) continue;
    if (laidOut.layouts.get(a) === laidOut.layouts.get(e)) return group;
  }
  return undefined;
}

/** The operators inside the inserted transforms, which belong to no host kernel. */
function insideTransforms(laidOut: LaidOut): Set<Expr> {
  const inside = new Set<Expr>();
  for (const [last, from] of laidOut.transforms)
    for (let e = last; e !== from; e = childrenOf(e)[0]!) inside.add(e);
  return inside;
}

/** The operators of an inserted transform, first to last. */
export const transformOps = (last: Expr, from: Expr): string[] => {
  const ops: string[] = [];
  for (let e = last; e !== from && e.kind === 'call'; e = e.args[0]!) ops.unshift(e.op);
  return ops;
};

const flat = (op: string): string => op.replaceAll('.', '_');

/** TVM's names: tvmgen_default_fused_<operators>, numbered from the second use on. */
function namer(): (ops: readonly string[]) => string {
  const taken = new Map<string, number>();
  return (ops) => {
    const base = `tvmgen_default_fused_${ops.map(flat).join('_')}`;
    const n = taken.get(base) ?? 0;
    taken.set(base, n + 1);
    return n === 0 ? base : `${base}_${n}`;
  };
}

/**
 * The calls of the program in order. With `fuse`, host operators join the kernel of the operator before them by TVM's rules,
 * so that the values between them never reach memory; a layout transform is always one kernel.
 */
export function formKernels(laidOut: LaidOut, fuse: boolean): Kernel[] {
  const { main, transforms } = laidOut;
  const uses = useCounts(main.body);
  const skipped = insideTransforms(laidOut);
  const groups = new Map<Expr, Group>();
  const order = postOrder(main.body);
  for (const e of order) {
    if (e.kind !== 'call' || skipped.has(e)) continue;
    const pattern = opDef(e.op).pattern;
    const group = fuse ? joinable(e, groups, uses, laidOut) : undefined;
    if (group === undefined) groups.set(e, { calls: [e], pattern });
    else {
      group.calls.push(e);
      if (group.pattern !== 'anchor') group.pattern = pattern;
      groups.set(e, group);
    }
  }
  const name = namer();
  const kernels: Kernel[] = [];
  for (const e of order) {
    const from = transforms.get(e);
    const group = groups.get(e);
    if (e.kind === 'function_call') kernels.push({ kind: 'accelerator', call: e, name: e.callee.name });
    else if (from !== undefined)
      kernels.push({ kind: 'transform', from, to: e as Call, name: name(transformOps(e, from)) });
    else if (group !== undefined && group.calls.at(-1) === e)
      kernels.push({ kind: 'host', calls: group.calls, name: name(group.calls.map((c) => c.op)) });
  }
  return kernels;
}
