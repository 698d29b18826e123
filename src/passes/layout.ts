import { coreLayout } from '../../sim/isa/layout.js';
import { call } from '../ir/build.js';
import { type Call, childrenOf, type Expr, type Func, type Label, tensorTypeOf } from '../ir/expr.js';
import { opDef } from '../ir/registry.js';
import { elementsOf, type TensorType } from '../ir/types.js';
import { postOrder, usersOf, withChildren } from '../ir/visit.js';
import type { BufferLayout } from '../program/types.js';
import { cheapestLayouts, isScalar, type LayoutRules, type Maker } from './layout-choice.js';

/** `main` with layout transforms inserted, and in which layout each of its values lies. */
export interface LaidOut {
  readonly main: Func;
  readonly layouts: ReadonlyMap<Expr, BufferLayout>;
  /** The last operator of each inserted transform (reshape, reverse, reshape) -> the value that it transforms. */
  readonly transforms: ReadonlyMap<Expr, Expr>;
}

const isTensorOf = (e: Expr, dtype: string): boolean => e.type.kind === 'tensor' && e.type.dtype === dtype;

/** A reshape between two shapes whose rows fill whole lines moves nothing in the core's layout. */
function movesNothing(from: TensorType, to: TensorType): boolean {
  const [a, b] = [coreLayout(from.shape), coreLayout(to.shape)];
  return a.pitch === a.columns && b.pitch === b.columns;
}

/** Not defined for every right operand, so not for whatever the padding of the core's layout holds. */
const PARTIAL: readonly string[] = ['divide', 'left_shift', 'right_shift'];

/**
 * Whether a host operator gives the same values when it runs over the bytes of the core's layout: element-wise on int8, with
 * operands of the result's shape or scalars, and defined for all of them; or a reshape that moves nothing.
 */
function isLayoutAgnostic(e: Expr): e is Call {
  if (e.kind !== 'call' || !isTensorOf(e, 'int8')) return false;
  const tensors = e.args.filter((a) => !isScalar(a));
  if (tensors.length === 0 || !tensors.every((a) => isTensorOf(a, 'int8'))) return false;
  if (e.op === 'reshape') return movesNothing(tensorTypeOf(tensors[0]!), tensorTypeOf(e));
  if (PARTIAL.includes(e.op) && !isScalar(e.args[1]!)) return false;
  const { pattern } = opDef(e.op);
  const shape = String(tensorTypeOf(e).shape);
  return (
    (pattern === 'elementwise' || pattern === 'broadcast') &&
    tensors.every((a) => a.kind !== 'constant' && String(tensorTypeOf(a).shape) === shape)
  );
}

/** What the cores' layers make and read, and what transforms cost. */
export interface LayoutChoices {
  readonly makerOf: (callee: Func) => Maker;
  readonly transform: LayoutRules['transform'];
}

const PLANES: Maker = { kind: 'fixed', layout: 'core' };
const DENSE: Maker = { kind: 'fixed', layout: 'dense' };
/** All layers are the digital core's, in planes. */
const ALL_PLANES: LayoutChoices = { makerOf: () => PLANES, transform: () => 1 };

/** Whether a host operator that does not care about layout may run over pixels, too: element by element, on (1, C, H, W). */
const mayBePixels = (e: Call): boolean => {
  const { shape } = tensorTypeOf(e);
  return e.op !== 'reshape' && shape.length === 4 && shape[0] === 1;
};

/**
 * How each value of `main` is made: layers as their core makes them, host operators that do not care about layout and stand between layers
 * as their operands come, all else dense.
 */
function makersOf(main: Func, choices: LayoutChoices): Map<Expr, Maker> {
  const order = postOrder(main.body);
  const users = usersOf(main.body);
  const wanted = new Set<Expr>();
  for (const e of [...order].reverse())
    if (
      (users.get(e) ?? []).some((u) => u.kind === 'function_call' || (wanted.has(u) && isLayoutAgnostic(u)))
    )
      wanted.add(e);
  const makers = new Map<Expr, Maker>();
  for (const e of order) {
    const agnostic =
      wanted.has(e) && isLayoutAgnostic(e) && e.args.every((a) => isScalar(a) || makers.get(a) !== DENSE);
    const hostMaker = !agnostic ? DENSE : mayBePixels(e) ? AS_IT_COMES : PLANES;
    makers.set(e, e.kind === 'function_call' ? choices.makerOf(e.callee) : hostMaker);
  }
  return makers;
}
/** A host operator over bytes takes as long in either layout. */
const AS_IT_COMES: Maker = { kind: 'through', pixelCycles: 0 };

/** In which layout a user reads its operands; undefined for one that reads what it makes. */
const readBy = (maker: Maker): BufferLayout | undefined =>
  maker.kind === 'fixed' ? maker.layout : maker.kind === 'either' ? 'core' : undefined;

/** Reverses every four elements, which is what takes a value to the core's side and back. [htvm] */
function transform(e: Expr, label: Label, between: boolean): Call {
  const type = tensorTypeOf(e);
  // Words are reversed on both cores' sides: what moves is what Relay's types cannot say, planes to pixels.
  if (between) return call('reshape', [e], { newshape: type.shape }, label);
  const words = call('reshape', [e], { newshape: [elementsOf(type) / 4, 4] });
  const reversed = call('reverse', [words], { axis: 1 });
  return call('reshape', [reversed], { newshape: type.shape }, label);
}

const labelOf = (e: Expr): Label =>
  e.kind === 'var' ? { tensor: e.name, layer: e.name } : 'label' in e ? e.label : {};

/**
 * Inserts a layout transform wherever a value made on one side is used on the other; one transform serves all users, and none
 * stands between two layers of one core or around an operator that does not care about layout. Where a layer may make planes or pixels, it makes what
 * costs least (`cheapestLayouts`). In Relay's text a transform is reshape, reverse, reshape; the padding of rows to 16 columns, which
 * Relay's types cannot say, happens in the same step.
 */
export function insertLayoutTransforms(main: Func, choices: LayoutChoices = ALL_PLANES): LaidOut {
  const makers = makersOf(main, choices);
  const makerOf = (e: Expr): Maker => makers.get(e)!;
  const { transform: price } = choices;
  const readOf = (e: Expr): BufferLayout | undefined => readBy(makerOf(e));
  const chosen = cheapestLayouts(main, { makerOf, readOf, transform: price });
  const layouts = new Map<Expr, BufferLayout>();
  const transforms = new Map<Expr, Expr>();
  const rebuilt = new Map<Expr, Expr>();
  const converted: Record<BufferLayout, Map<Expr, Expr>> = {
    dense: new Map(),
    core: new Map(),
    analog: new Map(),
  };
  const inLayout = (original: Expr, layout: BufferLayout): Expr => {
    const e = rebuilt.get(original)!;
    if (original.type.kind === 'tuple' || isScalar(original) || chosen.get(original) === layout) return e;
    const existing = converted[layout].get(original);
    if (existing !== undefined) return existing;
    const between = layout !== 'dense' && chosen.get(original) !== 'dense';
    const made = transform(e, labelOf(original), between);
    converted[layout].set(original, made);
    transforms.set(made, e);
    layouts.set(made, layout);
    return made;
  };
  for (const original of postOrder(main.body)) {
    const layout = chosen.get(original)!;
    // A conv that makes pixels reads planes, everything else reads what it makes.
    const e = withChildren(
      original,
      childrenOf(original).map((c) => inLayout(c, readOf(original) ?? layout)),
    );
    rebuilt.set(original, e);
    layouts.set(e, layout);
  }
  return { main: { ...main, body: inLayout(main.body, 'dense') }, layouts, transforms };
}
