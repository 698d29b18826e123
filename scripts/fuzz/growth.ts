import { elementCount } from '../../src/base/tensor.js';
import { type DType, type Expr, ModelBuilder, type Shape, UserError } from '../../src/index.js';
import { tensorTypeOf } from '../../src/ir/expr.js';
import {
  type ApiCall,
  type Arg,
  type CallList,
  Execution,
  isRef,
  pruned,
  type Ref,
  refsOf,
  undrawn,
} from './call-list.js';

/** A tensor of the graph so far. */
export interface Value extends Ref {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Estimated root mean square of its elements, from which shifts are chosen. */
  readonly rms: number;
}

/** The numbers that decide one step; any numbers give some step, smaller ones simpler ones. */
export interface Choices {
  /** Which operator; 0: none. */
  readonly kind: number;
  /** Which value it takes; 0: the newest that fits. */
  readonly pick: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** No tensor has more elements: it bounds the time of one graph. */
const MOST_ELEMENTS = 12_000;

/** A reference without what the growth knows about its value. */
const bare = (a: Arg): Arg => {
  if (isRef(a)) return { ref: a.ref };
  return Array.isArray(a) ? a.map(bare) : a;
};

/** A step that cannot be made of the values at hand. */
export class Unsuitable extends UserError {}

/** Operators grow a pool of values; what nothing uses in the end are the model's results. */
export class Growth {
  readonly #name: string;
  readonly #calls: ApiCall[] = [];
  readonly #execution: Execution;
  #pool: Value[] = [];
  #offered: Value[] = [];
  #steps = 0;

  constructor(name: string) {
    this.#name = name;
    this.#execution = new Execution(new ModelBuilder(name), undrawn);
  }

  /** Number of the next call: makes names distinct. */
  get next(): number {
    return this.#calls.length;
  }

  /** Steps made so far, the declaration of the inputs left out. */
  get operators(): number {
    return this.#steps - 1;
  }

  /** Appends a call. Throws a UserError when its arguments do not fit, or the result is too large. */
  call(fn: string, ...args: readonly Arg[]): Ref & { readonly expr: Expr } {
    const made: ApiCall = { fn, args: args.map(bare) };
    const expr = this.#execution.make(made);
    this.#calls.push(made);
    const types = expr.type.kind === 'tuple' ? expr.type.fields : [expr.type];
    for (const t of types)
      if (elementCount(t.shape) > MOST_ELEMENTS || elementCount(t.shape) < 1)
        throw new Unsuitable('too large');
    return { ref: this.#calls.length - 1, expr };
  }

  /** `call` for a result of tensor type. */
  tensor(rms: number, fn: string, ...args: readonly Arg[]): Value {
    const { ref, expr } = this.call(fn, ...args);
    const { shape, dtype } = tensorTypeOf(expr);
    return { ref, shape, dtype, rms };
  }

  /** Lets later steps use a value. */
  offer(...values: readonly Value[]): void {
    this.#offered.push(...values);
  }

  /** The value that `pick` chooses among those that fit: every second pick takes the newest. Throws when none fits. */
  pick(pick: number, fits: (v: Value) => boolean = () => true): Value {
    const fitting = this.#pool.filter(fits).reverse();
    const found = fitting[pick % 2 === 0 ? 0 : (pick >> 1) % fitting.length];
    if (found === undefined) throw new Unsuitable('no such value');
    return found;
  }

  /** Makes a whole step or nothing of it; false when the step does not suit the values at hand. */
  attempt(step: () => void): boolean {
    const before = this.#calls.length;
    try {
      step();
      this.#pool.push(...this.#offered);
      this.#steps++;
      return true;
    } catch (e) {
      if (!(e instanceof UserError)) throw e;
      this.#calls.length = before;
      this.#execution.truncate(before);
      return false;
    } finally {
      this.#offered = [];
    }
  }

  /** The graph; its results are the values that nothing uses and, where `extra` says so, one that is used as well. */
  finish(extra: number): CallList {
    const used = new Set(this.#calls.flatMap((c) => refsOf(c.args)));
    const made = this.#pool.filter((v) => this.#calls[v.ref]!.fn !== 'm.input');
    const leaves = made.filter((v) => !used.has(v.ref));
    const inner = made.filter((v) => used.has(v.ref));
    const results = extra % 4 === 3 && inner.length > 0 ? [...leaves, inner[extra % inner.length]!] : leaves;
    if (results.length === 0) throw new Error('a graph without operators');
    const fields = results.map((v): Ref => ({ ref: v.ref }));
    if (fields.length > 1) this.call('tuple', fields);
    const end = fields.length > 1 ? this.#calls.length - 1 : fields[0]!.ref;
    return pruned({ name: this.#name, operators: this.operators, calls: this.#calls.slice(0, end + 1) });
  }
}

/** The element that a number chooses. */
export const choose = <T>(from: readonly T[], n: number): T => from[n % from.length]!;
