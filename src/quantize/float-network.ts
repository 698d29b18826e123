import { elementCount } from '../base/tensor.js';
import { childrenOf, type Expr, tensorTypeOf } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import { type Batch, channelsOf, newBatch } from './batch.js';
import { type Operand, operandsOf } from './operators.js';
import { productsOf } from './products.js';
import type { Evaluate } from './types.js';
import type { Activation, LayerUnit, SumUnit, Units } from './units.js';

/** What a float network computes for a batch. */
export interface FloatValues {
  /** The tensor of an expression that ends a unit or stands outside of all. */
  readonly of: (e: Expr) => Batch | undefined;
  /** Mean of each channel of a layer's value before its activation, for each sample: shape (channels). */
  readonly means: (unit: LayerUnit) => Batch;
}

/** A float network that is computed for many samples at once, a layer at a time. */
export class FloatNetwork {
  readonly #body: Expr;
  readonly #input: Expr;
  readonly #units: Units;
  readonly #evaluate: Evaluate;
  readonly #order: readonly Expr[];

  constructor(body: Expr, input: Expr, units: Units, evaluate: Evaluate) {
    this.#body = body;
    this.#input = input;
    this.#units = units;
    this.#evaluate = evaluate;
    this.#order = postOrder(body).filter((e) => !units.inside.has(e));
  }

  /** Every tensor for a batch of inputs. */
  run(x: Batch): FloatValues {
    const means = new Map<Expr, Batch>();
    const values = this.#compute(x, means, false);
    return {
      of: (e) => {
        const found = values.get(e);
        return found?.length === 1 && 'count' in found[0]! ? found[0] : undefined;
      },
      means: (unit) => means.get(unit.root)!,
    };
  }

  /** The result alone; other tensors are let go as soon as nothing reads them. */
  output(x: Batch): Batch {
    return this.#compute(x, new Map(), true).get(this.#body)![0] as Batch;
  }

  #compute(x: Batch, means: Map<Expr, Batch>, frugal: boolean): Map<Expr, readonly Operand[]> {
    const values = new Map<Expr, readonly Operand[]>([[this.#input, [x]]]);
    const readers = new Map<Expr, number>();
    const read = (e: Expr) => this.#reads(e);
    for (const e of this.#order) for (const c of read(e)) readers.set(c, (readers.get(c) ?? 0) + 1);
    for (const e of this.#order) {
      if (e !== this.#input) values.set(e, this.#value(e, values, x.count, means));
      for (const c of frugal ? read(e) : []) {
        readers.set(c, readers.get(c)! - 1);
        if (readers.get(c) === 0) values.delete(c);
      }
    }
    return values;
  }

  #reads(e: Expr): readonly Expr[] {
    const unit = this.#units.byRoot.get(e);
    if (unit === undefined) return childrenOf(e);
    return unit.kind === 'layer' ? [unit.data] : unit.sum.args;
  }

  #value(
    e: Expr,
    values: ReadonlyMap<Expr, readonly Operand[]>,
    count: number,
    means: Map<Expr, Batch>,
  ): readonly Operand[] {
    const unit = this.#units.byRoot.get(e);
    if (unit?.kind === 'layer') {
      const { out, mean } = floatLayer(unit, values.get(unit.data)![0] as Batch);
      means.set(e, mean);
      return [out];
    }
    if (unit?.kind === 'sum') {
      const [a, b] = unit.sum.args.map((arg) => values.get(arg)![0]!) as [Operand, Operand];
      const sum = sameSum(a, b) ? addBatches(unit, a, b) : undefined;
      if (sum !== undefined) return [sum];
      const plain = operandsOf(unit.sum, values, this.#evaluate, count);
      return unit.root === unit.sum
        ? plain
        : operandsOf(unit.root, new Map([[unit.sum, plain]]), this.#evaluate, count);
    }
    return operandsOf(e, values, this.#evaluate, count);
  }
}

const sameSum = (a: Operand, b: Operand): boolean =>
  'count' in a && 'count' in b && String(a.shape) === String(b.shape);

/** Leaves of each value what a ReLU, limited or not, does. */
function activate({ data }: Batch, activation: Activation | undefined): void {
  if (activation === undefined) return;
  const { hi } = activation;
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    data[i] = v > 0 ? (v < hi ? v : hi) : 0;
  }
}

function addBatches(unit: SumUnit, a: Operand, b: Operand): Batch {
  const x = a as Batch;
  const out = newBatch(x.shape, 'float32', x.count);
  for (let i = 0; i < out.data.length; i++) out.data[i] = x.data[i]! + b.data[i]!;
  activate(out, unit.activation);
  return out;
}

function floatLayer(unit: LayerUnit, x: Batch): { out: Batch; mean: Batch } {
  const { shape } = tensorTypeOf(unit.root);
  const out = newBatch(shape, 'float32', x.count);
  const { channels, inner } = channelsOf(shape);
  const mean = newBatch([channels], 'float32', x.count);
  const { data } = out;
  const size = elementCount(shape);
  productsOf(unit.product).each(unit.weights.value.data, x, (sums, s) => {
    for (let i = 0, at = s * size; i < size; at += inner) {
      const c = (i / inner) % channels;
      const bias = unit.bias?.data[c] ?? 0;
      let total = 0;
      for (let k = 0; k < inner; k++, i++) {
        const v = sums[i]! + bias;
        total += v;
        data[at + k] = v;
      }
      mean.data[s * channels + c]! += (total * channels) / size;
    }
  });
  activate(out, unit.activation);
  return { out, mean };
}
