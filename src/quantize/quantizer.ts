import { type Tensor, tensor } from '../base/tensor.js';
import { call, scalar, tuple, tupleGetItem, variable } from '../ir/build.js';
import type { Call, Expr, Func, Label, Var } from '../ir/expr.js';
import { tensorType } from '../ir/types.js';
import { postOrder, withChildren } from '../ir/visit.js';
import { toInt8 } from './exponent.js';
import { quantizeLayer } from './layer.js';
import { saturatedShare, sqnr } from './measure.js';
import { isMean, keepsScale, planExponents } from './plan.js';
import type { Evaluate, LayerReport } from './types.js';
import { findUnits, type Unit } from './units.js';
import { dequantized, evaluateOver, type IntegerTensor, type QuantizedValue, requantize } from './value.js';

/** Extra bits that a mean carries before it is rounded. */
const MEAN_BITS = 4;

export interface QuantizedBody {
  readonly input: Var;
  readonly inputExponent: number;
  readonly body: Expr;
  readonly layers: readonly LayerReport[];
  readonly floating: readonly string[];
}

/**
 * Rewrites a float function (labelled, parameters bound, one input) operator by operator; each int8 tensor is carried along on the
 * calibration samples, so that every layer is fitted on what really reaches it.
 */
export function quantizeBody(main: Func, calibration: readonly Tensor[], evaluate: Evaluate): QuantizedBody {
  return new Quantizer(main, calibration, evaluate).run();
}

class Quantizer {
  readonly #main: Func;
  readonly #input: Var;
  readonly #evaluate: Evaluate;
  readonly #units: ReadonlyMap<Expr, Unit>;
  readonly #floats: ReadonlyMap<string, readonly Tensor[]>;
  readonly #exponent: (e: Expr) => number;
  readonly #values = new Map<Expr, QuantizedValue>();
  readonly #layers: LayerReport[] = [];
  readonly #floating: string[] = [];

  constructor(main: Func, calibration: readonly Tensor[], evaluate: Evaluate) {
    this.#main = main;
    this.#input = main.params[0]!;
    this.#evaluate = evaluate;
    this.#units = findUnits(main.body);
    this.#floats = floatTensors(main, this.#units, calibration, evaluate);
    const floats = (e: Expr) => this.#float(e).map((t) => t.data);
    this.#exponent = planExponents(main.body, this.#input, this.#units, floats);
  }

  run(): QuantizedBody {
    const exponent = this.#exponent(this.#input);
    const { shape } = this.#input.type;
    const input = variable(this.#input.name, tensorType(shape, 'int8'));
    const samples = this.#float(this.#input).map((t) => quantizedTensor(t, exponent));
    this.#values.set(this.#input, { kind: 'integer', expr: input, exponent, samples });
    const inside = new Set(
      [...this.#units.values()].flatMap((u) => (u.kind === 'layer' ? [u.sum, u.product] : [u.sum])),
    );
    for (const e of postOrder(this.#main.body)) {
      if (this.#values.has(e) || (inside.has(e as Call) && !this.#units.has(e))) continue;
      this.#values.set(e, this.#quantize(e));
    }
    const body = dequantized(this.#values.get(this.#main.body)!, {});
    return { input, inputExponent: exponent, body, layers: this.#layers, floating: this.#floating };
  }

  #float(e: Expr): readonly Tensor[] {
    const label = e.kind === 'var' ? e.name : 'label' in e ? e.label.tensor : undefined;
    return this.#floats.get(label ?? '') ?? [];
  }

  #quantize(e: Expr): QuantizedValue {
    const unit = this.#units.get(e);
    const made =
      unit === undefined ? this.#other(e) : unit.kind === 'layer' ? this.#layer(unit) : this.#sum(unit);
    if (made !== undefined) return made;
    if (e.kind === 'call' && e.op !== 'nn.softmax')
      this.#floating.push(`${e.op} (${e.label.layer ?? 'unnamed'})`);
    return { kind: 'float', expr: this.#asFloat(e) };
  }

  #layer(unit: Unit & { kind: 'layer' }): QuantizedValue | undefined {
    const x = this.#values.get(unit.data);
    if (x?.kind !== 'integer') return undefined;
    const floats = {
      before: this.#float(unit.sum).map((t) => t.data),
      after: this.#float(unit.root).map((t) => t.data),
    };
    const output = this.#exponent(unit.root);
    const made = quantizeLayer(unit, x, output, floats, this.#evaluate);
    this.#report(unit.root, unit.product, x.exponent, made.value, unit.activation !== undefined, {
      weights: made.weightExponent,
      shift: made.shift,
    });
    return made.value;
  }

  #sum(unit: Unit & { kind: 'sum' }): QuantizedValue | undefined {
    const [a, b] = unit.sum.args.map((arg) => this.#values.get(arg));
    if (a?.kind !== 'integer' || b?.kind !== 'integer' || a.exponent !== b.exponent) return undefined;
    const label = labelOf(unit.sum);
    const exponent = this.#exponent(unit.root);
    const shift = exponent - a.exponent;
    const rectified = unit.activation !== undefined;
    const wide = (e: Expr) => call('cast', [e], { dtype: 'int32' }, label);
    const sum = call('add', [wide(a.expr), wide(b.expr)], {}, label);
    const signed = requantize(sum, shift, false, label);
    // The core's sum has no ReLU: it follows as an operator of the host.
    const expr = rectified ? call('clip', [signed], { a_min: 0, a_max: 127 }, label) : signed;
    const samples = a.samples.map((x, s) => {
      const y = b.samples[s]!.data;
      const sums = Array.from(x.data, (v, i) => (v + y[i]!) >> shift);
      return tensor(
        x.shape,
        'int8',
        sums.map((v) => Math.max(rectified ? 0 : -128, Math.min(127, v))),
      );
    });
    const value: IntegerTensor = { kind: 'integer', expr, exponent, samples };
    this.#report(unit.root, unit.sum, a.exponent, value, rectified, { shift });
    return value;
  }

  #other(e: Expr): QuantizedValue | undefined {
    if (e.kind === 'constant') return { kind: 'float', expr: e };
    if (e.kind !== 'call') return undefined;
    const x = this.#values.get(e.args[0]!);
    if (x?.kind !== 'integer') return undefined;
    if (keepsScale(e)) return this.#moved(e, x);
    if (isMean(e)) return this.#mean(e, x);
    if (e.op === 'nn.relu') {
      const build = (y: Expr) => call('clip', [y], { a_min: 0, a_max: 127 }, labelOf(e));
      return { ...x, expr: build(x.expr), samples: evaluateOver(this.#evaluate, x.samples, build) };
    }
    return undefined;
  }

  #moved(e: Call, x: IntegerTensor): IntegerTensor {
    const rest = e.op === 'nn.pad' ? [scalar(0, 'int8')] : [];
    const build = (y: Expr) => call(e.op, [y, ...rest], e.attrs, labelOf(e));
    return { ...x, expr: build(x.expr), samples: evaluateOver(this.#evaluate, x.samples, build) };
  }

  /** The mean of the values times 2^MEAN_BITS, rounded to the output's exponent. */
  #mean(e: Call, x: IntegerTensor): IntegerTensor {
    const exponent = this.#exponent(e);
    const bits = MEAN_BITS + Math.max(0, x.exponent - exponent);
    const shift = exponent - x.exponent + bits;
    const label = labelOf(e);
    const build = (y: Expr): Expr => {
      const wide = call(
        'left_shift',
        [call('cast', [y], { dtype: 'int32' }, label), scalar(bits)],
        {},
        label,
      );
      const mean = call(e.op, [wide], e.attrs, label);
      return requantize(call('add', [mean, scalar(2 ** (shift - 1))], {}, label), shift, false, label);
    };
    const value: IntegerTensor = {
      kind: 'integer',
      expr: build(x.expr),
      exponent,
      samples: evaluateOver(this.#evaluate, x.samples, build),
    };
    this.#report(e, e, x.exponent, value, false, { shift });
    return value;
  }

  /** `e` in float32 over whatever its operands have become. */
  #asFloat(e: Expr): Expr {
    const known = this.#values.get(e);
    if (known !== undefined) return dequantized(known, e.kind === 'call' ? labelOf(e) : {});
    if (e.kind === 'call')
      return withChildren(
        e,
        e.args.map((a) => this.#asFloat(a)),
      );
    if (e.kind === 'tuple') return tuple(e.fields.map((f) => this.#asFloat(f)));
    if (e.kind === 'tuple_get_item') return tupleGetItem(this.#asFloat(e.tuple), e.index, e.label);
    return e;
  }

  #report(
    root: Expr,
    operator: Call,
    input: number,
    value: IntegerTensor,
    rectified: boolean,
    more: Pick<LayerReport, 'weights' | 'shift'>,
  ): void {
    const samples = value.samples.map((t) => t.data);
    this.#layers.push({
      layer: operator.label.layer ?? operator.op,
      operator: operator.op,
      input,
      output: value.exponent,
      saturated: saturatedShare(samples, rectified),
      sqnr: sqnr(
        this.#float(root).map((t) => t.data),
        samples,
        value.exponent,
      ),
      ...more,
    });
  }
}

const labelOf = (e: Call): Label => (e.label.layer === undefined ? {} : { layer: e.label.layer });

/**
 * A float tensor on the int8 grid of scale 2^exponent.
 *
 * @example
 * const input = quantizedTensor(sample, quantized.inputExponent);
 */
export const quantizedTensor = (t: Tensor, exponent: number): Tensor =>
  tensor(
    t.shape,
    'int8',
    Array.from(t.data, (v) => toInt8(v, exponent)),
  );

/** The float network's tensors that scales and errors are measured on, for each calibration sample. */
export function floatTensors(
  main: Func,
  units: ReadonlyMap<Expr, Unit>,
  calibration: readonly Tensor[],
  evaluate: Evaluate,
): Map<string, Tensor[]> {
  const input = main.params[0]!;
  const wanted = new Set<string>();
  const want = (e: Expr) => {
    if (e.kind === 'call' && e.label.tensor !== undefined) wanted.add(e.label.tensor);
  };
  for (const u of units.values()) {
    want(u.root);
    want(u.sum);
  }
  for (const e of postOrder(main.body)) if (e.kind === 'call' && isMean(e)) want(e);
  const floats = new Map<string, Tensor[]>([[input.name, [...calibration]]]);
  for (const sample of calibration) {
    const tensors = evaluate(main, new Map([[input.name, sample]]));
    for (const label of wanted) {
      const list = floats.get(label) ?? [];
      list.push(tensors.get(label)!);
      floats.set(label, list);
    }
  }
  return floats;
}
