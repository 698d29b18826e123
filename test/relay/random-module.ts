import fc from 'fast-check';
import { type DType, integerRange } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { elementCount, type Tensor, tensor } from '../../src/base/tensor.js';
import { call, callFunction, constant, scalar, tuple, tupleGetItem, variable } from '../../src/ir/build.js';
import { type Expr, type Func, type FuncAttrs, tensorTypeOf, type Var } from '../../src/ir/expr.js';
import { tensorType } from '../../src/ir/types.js';

/** What one step of a random network does: which operator, on which earlier value, with which number. */
interface Step {
  readonly kind: number;
  readonly pick: number;
  readonly other: number;
  readonly amount: number;
}

const arbitraryStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(24),
  pick: fc.nat(),
  other: fc.nat(),
  amount: fc.double({ min: -300, max: 300, noNaN: true }),
});

/** Values that differ from place to place, so that a constant taken for another shows. */
function filled(shape: readonly number[], dtype: DType, from: number): Tensor {
  const [least, most] = dtype === 'float32' ? [-4, 4] : integerRange(dtype);
  const span = Math.min(200, most - least + 1);
  const data = Array.from(
    { length: elementCount(shape) },
    (_, i) => Math.max(least, -100) + ((from + i) % span),
  );
  return tensor(shape, dtype, data);
}

/** Steps grow a pool of values; each step's result joins the pool, and the last value is the result. */
class Growth {
  readonly params: Var[];
  readonly #pool: Expr[];
  readonly #functions: Func[] = [];

  constructor(params: Var[]) {
    this.params = params;
    this.#pool = [...params];
  }

  get result(): Expr {
    return this.#pool.at(-1)!;
  }

  /** A step that does not fit its value (an operator's own rules) is left out. */
  grow(step: Step): void {
    const x = this.#pool[step.pick % this.#pool.length]!;
    try {
      const made =
        x.type.kind === 'tuple' ? tupleGetItem(x, step.other % x.type.fields.length) : this.#apply(x, step);
      if (made.type.kind === 'tuple' || elementCount(made.type.shape) <= 2048) this.#pool.push(made);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }

  #apply(x: Expr, { kind, other, amount }: Step): Expr {
    const { shape, dtype } = tensorTypeOf(x);
    const n = Math.trunc(amount);
    const peers = this.#pool.filter(
      (e) => e.type.kind === 'tensor' && e.type.dtype === dtype && String(e.type.shape) === String(shape),
    );
    const peer = peers[other % peers.length]!;
    switch (kind) {
      case 0:
        return call('clip', [x], { a_min: -Math.abs(amount), a_max: Math.abs(n) });
      case 1:
        return call('cast', [x], {
          dtype: (['int8', 'int32', 'uint8', 'int16', 'float32'] as const)[other % 5]!,
        });
      case 2:
        return call('add', [x, peer]);
      case 3:
        return call('add', [x, scalar(dtype === 'float32' ? Math.fround(amount) : n & 127, dtype)]);
      case 4:
        return call('reshape', [x], { newshape: [1, -1] });
      case 5:
        return call('reverse', [x], { axis: other % shape.length });
      case 6:
        return tuple([x, peer]);
      case 7:
        return call('nn.bias_add', [x, constant(filled([shape[1]!], dtype, other))], { axis: 1 });
      case 8:
      case 9:
        return shape.length === 4 ? this.#conv(x, kind === 8, other) : call('add', [peer, x]);
      case 10:
        return shape.length === 4 ? call('nn.max_pool2d', [x], { pool_size: [1, 1], ceil_mode: n > 0 }) : x;
      case 11:
        return call('add', [x, constant(filled(shape, dtype, other))]);
      case 12:
        return call('concatenate', [tuple([x, peer, x])], { axis: other % shape.length });
      case 13:
        return call('split', [x], { indices_or_sections: other % 2 === 0 ? 2 : [1], axis: 1 });
      case 14:
        return call(
          'transpose',
          [x],
          other % 2 === 0 ? {} : { axes: shape.map((_, i) => shape.length - 1 - i) },
        );
      case 15:
        return call('mean', [x], { axis: other % 2 === 0 ? null : [1], keepdims: other % 3 === 0 });
      case 16:
        return call('nn.pad', [x, scalar(0, dtype)], { pad_width: shape.map((_, i) => [i % 2, other % 2]) });
      case 17:
        return call('strided_slice', [x], { begin: [0, 0], end: [1, 1 + (other % 2)], strides: [1] });
      case 18:
        return call('nn.leaky_relu', [x], { alpha: Math.abs(amount) });
      case 19:
        return call('nn.softmax', [x], { axis: other % 2 === 0 ? -1 : 1 });
      default:
        return this.#function(x, kind < 22 ? '' : `f${this.#functions.length}`, other);
    }
  }

  #conv(x: Expr, quantized: boolean, other: number): Expr {
    const { shape, dtype } = tensorTypeOf(x);
    const weights = [1 + (other % 3), shape[1]!, 3, 3];
    const w = other % 2 === 0 ? constant(filled(weights, dtype, other)) : this.#parameter(weights, dtype);
    const attrs = {
      padding: [1, 1, 1, 1],
      ...(other % 3 === 0
        ? {}
        : { kernel_size: [3, 3], ...(dtype === 'float32' ? {} : { out_dtype: 'int32' }) }),
    };
    if (!quantized) return call('nn.conv2d', [x, w], attrs);
    return call(
      'qnn.conv2d',
      [x, w, scalar(0), scalar(0), scalar(1, 'float32'), scalar(0.5, 'float32')],
      attrs,
    );
  }

  #parameter(shape: readonly number[], dtype: DType): Var {
    const made = variable(`layer${this.params.length}.weights`, tensorType(shape, dtype));
    this.params.push(made);
    return made;
  }

  /** A function on x; one function in three is called a second time. */
  #function(x: Expr, name: string, other: number): Expr {
    const type = tensorTypeOf(x);
    const fits = this.#functions.find(
      (f) => String(f.params[0]!.type.shape) === String(type.shape) && f.params[0]!.type.dtype === type.dtype,
    );
    if (fits !== undefined && other % 3 === 0) return callFunction(fits, [x]);
    const p = variable('i0', type);
    const inside = call('add', [call('clip', [p], { a_min: 0, a_max: other % 9 }), p]);
    const attrs: FuncAttrs =
      name === ''
        ? { PartitionedFromPattern: 'clip_add_', Composite: 'c' }
        : { Inline: 1, Compiler: 'soma_dory', global_symbol: name, Primitive: 1 };
    const f: Func = { name, params: [p], body: inside, attrs };
    this.#functions.push(f);
    return callFunction(f, [x]);
  }
}

/** Random networks with branches, tuples, inner and global functions, constants and parameters. */
export const randomMain: fc.Arbitrary<Func> = fc
  .array(arbitraryStep, { minLength: 1, maxLength: 25 })
  .map((steps) => {
    const growth = new Growth([
      variable('input', tensorType([1, 2, 4, 4], 'int8')),
      variable('b', tensorType([1, 2, 4, 4], 'int32')),
    ]);
    for (const step of steps) growth.grow(step);
    const result = growth.result;
    return { name: 'main', params: growth.params, body: result, attrs: {} };
  });
