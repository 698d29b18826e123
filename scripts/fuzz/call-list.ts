import type { DType, Expr, Model, Shape, Tensor } from '../../src/index.js';
import {
  call,
  constant,
  ModelBuilder,
  op,
  random,
  randomInts,
  randomUniform,
  tensor,
  tuple,
  tupleGetItem,
} from '../../src/index.js';

/** The value of an earlier call. */
export interface Ref {
  readonly ref: number;
}

/** A tensor of random numbers from `low` to `high`, drawn from the stream `name`. */
export interface Draw {
  readonly draw: string;
  readonly shape: Shape;
  readonly low: number;
  readonly high: number;
  readonly dtype: DType;
}

export type Arg =
  | null
  | boolean
  | number
  | string
  | Ref
  | Draw
  | readonly Arg[]
  | { readonly [key: string]: Arg };

/** One call of the package's builder API: "m.conv2d" (m the ModelBuilder), "op.reshape", "tuple", ... */
export interface ApiCall {
  readonly fn: string;
  readonly args: readonly Arg[];
}

/** A model as the calls that build it. The last call's value is its result. */
export interface CallList {
  readonly name: string;
  /** How many operators, a compound layer counted as one. */
  readonly operators: number;
  readonly calls: readonly ApiCall[];
}

export const isRef = (a: Arg): a is Ref => typeof a === 'object' && a !== null && 'ref' in a;
export const isDraw = (a: Arg): a is Draw => typeof a === 'object' && a !== null && 'draw' in a;

/** The earlier calls whose values a call takes. */
export function refsOf(args: readonly Arg[]): number[] {
  return args.flatMap((a): number[] => {
    if (isRef(a)) return [a.ref];
    return typeof a === 'object' && a !== null && !isDraw(a) ? refsOf(Object.values(a)) : [];
  });
}

/** A float draw is any number of its range, an integer draw a whole one. */
const drawn = (list: string, d: Draw): Tensor =>
  (d.dtype === 'float32' ? randomUniform : randomInts)(random(list, d.draw), d.shape, d.low, d.high, d.dtype);

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** Makes calls one after another. */
export class Execution {
  readonly #functions: Readonly<Record<string, unknown>>;
  readonly #draw: (d: Draw) => Tensor;
  readonly #values: unknown[] = [];

  constructor(builder: ModelBuilder, draw: (d: Draw) => Tensor) {
    this.#draw = draw;
    this.#functions = {
      ...Object.fromEntries(Object.entries(op).map(([name, f]) => [`op.${name}`, f])),
      'm.input': builder.input.bind(builder),
      'm.parameter': builder.parameter.bind(builder),
      'm.conv2d': builder.conv2d.bind(builder),
      'm.analogConv2d': builder.analogConv2d.bind(builder),
      'm.dense': builder.dense.bind(builder),
      'm.add': builder.add.bind(builder),
      call,
      constant,
      tuple,
      tupleGetItem,
    };
  }

  /** Makes the call and keeps its value. Throws a UserError when the arguments do not fit each other. */
  make({ fn, args }: ApiCall): Expr {
    const f = this.#functions[fn];
    if (typeof f !== 'function') throw new Error(`the builder has no ${fn}`);
    const value = (f as AnyFunction)(...args.map((a) => this.#value(a))) as Expr;
    this.#values.push(value);
    return value;
  }

  /** Forgets the values from call `length` on. */
  truncate(length: number): void {
    this.#values.length = length;
  }

  #value(a: Arg): unknown {
    if (isRef(a)) return this.#values[a.ref];
    if (isDraw(a)) return this.#draw(a);
    if (Array.isArray(a)) return a.map((x: Arg) => this.#value(x));
    if (typeof a !== 'object' || a === null) return a;
    return Object.fromEntries(Object.entries(a).map(([k, v]) => [k, this.#value(v)]));
  }
}

/** Zeros in place of every draw: for types alone. */
export const undrawn = (d: Draw): Tensor => tensor(d.shape, d.dtype);

/** The calls that the last one needs, in order, renumbered. */
export function pruned({ name, operators, calls }: CallList): CallList {
  const needed = new Set([calls.length - 1]);
  for (let i = calls.length - 1; i >= 0; i--)
    if (needed.has(i)) for (const r of refsOf(calls[i]!.args)) needed.add(r);
  const kept = [...needed].sort((a, b) => a - b);
  const place = new Map(kept.map((old, i) => [old, i]));
  const moved = (a: Arg): Arg => {
    if (isRef(a)) return { ref: place.get(a.ref)! };
    if (typeof a !== 'object' || a === null || isDraw(a)) return a;
    if (Array.isArray(a)) return a.map(moved);
    return Object.fromEntries(Object.entries(a).map(([k, v]) => [k, moved(v)]));
  };
  return { name, operators, calls: kept.map((i) => ({ fn: calls[i]!.fn, args: calls[i]!.args.map(moved) })) };
}

/** Builds the model. Every call must be needed by the last (`pruned`). */
export function buildModel(list: CallList): Model {
  const builder = new ModelBuilder(list.name);
  const execution = new Execution(builder, (d) => drawn(list.name, d));
  const values = list.calls.map((c) => execution.make(c));
  return builder.build(values.at(-1)!);
}
