import { LimitError } from '../base/errors.js';
import { call, tuple, variable } from '../ir/build.js';
import { type Call, childrenOf, type Expr, type Label, tensorTypeOf, type Var } from '../ir/expr.js';
import { tensorType } from '../ir/types.js';
import { postOrder, usersOf, withChildren } from '../ir/visit.js';
import { type Batch, newBatch } from './batch.js';
import type { FloatValues } from './float-network.js';
import { quantizeLayer } from './layer.js';
import { saturatedShare, sqnr } from './measure.js';
import { type Operand, operandsOf, runOver } from './operators.js';
import { planExponents } from './plan.js';
import { isConstant, isProduct } from './prepare/affine.js';
import { bent, constantOperand, meaned, moved, type Rewrite, summed } from './rewrites.js';
import { factorAt, Scaling } from './scaling.js';
import { isBend, isMean, isMover, joinedBy } from './structure.js';
import type { Evaluate, FloatOperator, LayerReport } from './types.js';
import type { LayerUnit, SumUnit, Units } from './units.js';
import {
  dequantized,
  type FloatTensor,
  type IntegerTensor,
  type QuantizedValue,
  quantizedBatch,
  quantizedExpression,
  requantizedRange,
} from './value.js';

/** Below this a sum of unequal scales has lost what it adds; a warning says so. */
const POOR_SQNR = 20;

/** A float network with what is known of it on the calibration samples. */
export interface FloatGraph {
  readonly body: Expr;
  readonly input: Var;
  readonly units: Units;
  readonly values: FloatValues;
  readonly calibration: Batch;
}

export interface QuantizedBody {
  readonly input: Var;
  /** Integer = round(real * scale). */
  readonly inputScale: number;
  readonly body: Expr;
  readonly layers: readonly LayerReport[];
  readonly floating: readonly FloatOperator[];
  readonly warnings: readonly string[];
  /** The quantized network's result on calibration samples, and for any input of the network. */
  readonly calibration: Batch;
  readonly run: (x: Batch) => Batch;
}

/** How the quantized network computes the value of an expression from those before it. */
interface Stage {
  readonly e: Expr;
  readonly run: (of: (e: Expr) => Batch) => Batch;
}

/**
 * Rewrites a float network operator by operator; each int8 tensor is carried along on the calibration samples, so that every layer
 * is fitted on what really reaches it. What has no integer form is computed in float32 between a dequantization and a
 * quantization, so that the layers behind it are integer again.
 */
export function quantizeBody(
  graph: FloatGraph,
  channels: ReadonlyMap<Expr, Float64Array>,
  evaluate: Evaluate,
): QuantizedBody {
  return new Quantizer(graph, channels, evaluate).run();
}

class Quantizer {
  readonly #graph: FloatGraph;
  readonly #evaluate: Evaluate;
  readonly #scaling: Scaling;
  readonly #exponent: (e: Expr) => number;
  readonly #values = new Map<Expr, QuantizedValue>();
  readonly #stages: Stage[] = [];
  readonly #layers: LayerReport[] = [];
  readonly #floating: FloatOperator[] = [];
  readonly #warnings: string[] = [];
  readonly #users: ReadonlyMap<Expr, readonly Expr[]>;
  /** Layers, sums and what they depend on. */
  readonly #leading = new Set<Expr>();

  constructor(graph: FloatGraph, channels: ReadonlyMap<Expr, Float64Array>, evaluate: Evaluate) {
    this.#graph = graph;
    this.#evaluate = evaluate;
    const { body, units, values } = graph;
    this.#scaling = new Scaling(body, units, channels, values.of);
    this.#exponent = planExponents(body, units, this.#scaling, values.of);
    this.#users = usersOf(body);
    for (const e of postOrder(body).reverse())
      if (isProduct(e) || units.byRoot.has(e) || units.inside.has(e) || this.#feedsLayers(e))
        this.#leading.add(e);
  }

  run(): QuantizedBody {
    const { body, input: given, units, calibration } = this.#graph;
    const scale = this.#scaleOf(given);
    const input = variable(given.name, tensorType(given.type.shape, 'int8'));
    const samples = quantizedBatch(calibration, scale.exponent, scale.factor);
    this.#values.set(given, { kind: 'integer', expr: input, ...scale, samples });
    for (const e of postOrder(body)) {
      if (this.#values.has(e) || units.inside.has(e)) continue;
      this.#values.set(e, this.#quantize(e));
    }
    const result = this.#values.get(body)!;
    const inputScale = factorAt(scale.factor, 0) * 2 ** -scale.exponent;
    const run = (x: Batch) => this.#runStages(new Map([[given, x]]));
    return {
      input,
      inputScale,
      body: dequantized(result, {}),
      layers: this.#layers,
      floating: this.#floating,
      warnings: this.#warnings,
      calibration: realBatch(result),
      run,
    };
  }

  #scaleOf(e: Expr) {
    return { exponent: this.#exponent(e), factor: this.#scaling.of(e) };
  }

  /** The quantized network on further samples, tensors let go once nothing reads them. */
  #runStages(values: Map<Expr, Batch>): Batch {
    const { body } = this.#graph;
    for (const { e, run } of this.#stages)
      values.set(
        e,
        run((of) => values.get(of)!),
      );
    const result = this.#values.get(body)!;
    return realBatch(
      result.kind === 'integer'
        ? { ...result, samples: values.get(body)! }
        : { ...result, samples: values.get(body) },
    );
  }

  #quantize(e: Expr): QuantizedValue {
    const unit = this.#graph.units.byRoot.get(e);
    const made =
      unit === undefined ? this.#other(e) : unit.kind === 'layer' ? this.#layer(unit) : this.#sum(unit);
    return made ?? this.#float(e, undefined);
  }

  /** An int8 operand; a float one is quantized first. */
  #integer(e: Expr): IntegerTensor | undefined {
    const known = this.#values.get(e);
    if (known === undefined || known.kind === 'integer') return known;
    if (isConstant(e) || known.samples === undefined) return undefined;
    const scale = this.#scaleOf(e);
    const label = e.kind === 'call' ? labelOf(e) : {};
    const expr = quantizedExpression(known.expr, scale.exponent, scale.factor, label);
    const samples = quantizedBatch(known.samples, scale.exponent, scale.factor);
    const made: IntegerTensor = { kind: 'integer', expr, ...scale, samples };
    this.#values.set(e, made);
    const stage = this.#stages.findIndex((s) => s.e === e);
    const { run } = this.#stages[stage]!;
    this.#stages[stage] = { e, run: (of) => quantizedBatch(run(of), scale.exponent, scale.factor) };
    return made;
  }

  #layer(unit: LayerUnit): QuantizedValue | undefined {
    const x = this.#integer(unit.data);
    const after = this.#graph.values.of(unit.root);
    if (x === undefined || after === undefined) return undefined;
    const float = { means: this.#graph.values.means(unit), after };
    let made: ReturnType<typeof quantizeLayer>;
    try {
      made = quantizeLayer(unit, x, this.#scaleOf(unit.root), float);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      return this.#float(unit.root, error.message);
    }
    this.#stages.push({ e: unit.root, run: (of) => made.run(of(unit.data)) });
    this.#report(unit.root, unit.product, x.exponent, made.value, unit.activation !== undefined, {
      weights: made.weightExponent,
      shift: made.shift,
    });
    return made.value;
  }

  #sum(unit: SumUnit): QuantizedValue | undefined {
    const operands = unit.sum.args.filter((a) => !isConstant(a));
    const integers = operands.map((a) => this.#integer(a));
    const [a] = integers;
    if (a === undefined || integers.some((x) => x === undefined || x.exponent !== a.exponent))
      return undefined;
    const label = labelOf(unit.sum);
    const scale = this.#scaleOf(unit.root);
    const shift = scale.exponent - a.exponent;
    const { activation } = unit;
    const top =
      activation === undefined
        ? undefined
        : Math.max(
            0,
            Math.min(127, Math.round(activation.hi * factorAt(scale.factor, 0) * 2 ** -scale.exponent)),
          );
    const constants = new Map(
      unit.sum.args.flatMap((c, i) => (isConstant(c) ? [[i, constantOperand(c, a)] as const] : [])),
    );
    const build = summed(constants, shift, top, label);
    const value = this.#apply(
      unit.root,
      operands,
      scale,
      build,
      sameShapes(unit) ? sumOf(shift, top) : undefined,
    );
    this.#report(unit.root, unit.sum, a.exponent, value, activation !== undefined, { shift });
    const { sqnr: db } = this.#layers.at(-1)!;
    if (db < POOR_SQNR)
      this.#warnings.push(
        `${unit.sum.label.layer ?? 'add'}: the sum has ${db.toFixed(1)} dB of signal to noise (good: over ${POOR_SQNR} dB); its operands' scales differ much`,
      );
    return value;
  }

  #other(e: Expr): QuantizedValue | undefined {
    if (e.kind === 'constant') return { kind: 'float', expr: e, samples: undefined };
    if (e.kind !== 'call') return undefined;
    const fields = joinedBy(e);
    if (fields !== undefined) return this.#joined(e, fields);
    if (!isMover(e) && !isBend(e) && !isMean(e)) return undefined;
    const data = e.args[0]!;
    // What nothing but float32 reads stays float32: no rounding for nothing.
    const x =
      this.#values.get(data)?.kind === 'integer' || this.#feedsLayers(e) ? this.#integer(data) : undefined;
    if (x === undefined) return undefined;
    const label = labelOf(e);
    const same = { exponent: x.exponent, factor: this.#scaling.of(e) };
    if (isMover(e)) return this.#apply(e, [data], same, moved(e, label));
    if (isBend(e)) return this.#apply(e, [data], same, bent(e, x, label));
    const scale = this.#scaleOf(e);
    const { build, shift } = meaned(e, x.exponent, scale.exponent, label);
    const value = this.#apply(e, [data], scale, build);
    this.#report(e, e, x.exponent, value, false, { shift });
    return value;
  }

  #joined(e: Call, fields: readonly Expr[]): QuantizedValue | undefined {
    if (!this.#feedsLayers(e)) return undefined;
    const integers = fields.map((f) => this.#integer(f));
    if (integers.some((x) => x === undefined)) return undefined;
    const exponent = integers[0]!.exponent;
    if (integers.some((x) => x!.exponent !== exponent)) return undefined;
    return this.#apply(e, fields, this.#scaleOf(e), (parts) =>
      call(e.op, [tuple(parts)], e.attrs, labelOf(e)),
    );
  }

  /** An operator on integer operands; `direct` computes the same as the expression, faster. */
  #apply(
    e: Expr,
    operands: readonly Expr[],
    scale: { exponent: number; factor: IntegerTensor['factor'] },
    build: Rewrite,
    direct?: (operands: readonly Batch[]) => Batch,
  ): IntegerTensor {
    const known = operands.map((o) => this.#values.get(o) as IntegerTensor);
    const run = direct ?? ((batches: readonly Batch[]) => runOver(this.#evaluate, batches, build));
    this.#stages.push({ e, run: (of) => run(operands.map(of)) });
    return {
      kind: 'integer',
      expr: build(known.map((k) => k.expr)),
      ...scale,
      samples: run(known.map((k) => k.samples)),
    };
  }

  /** Whether a layer or a sum lies behind `e`. */
  #feedsLayers(e: Expr): boolean {
    return (this.#users.get(e) ?? []).some((u) => this.#leading.has(u));
  }

  /** `e` in float32 over whatever its operands have become. `why`: what kept a layer from being quantized. */
  #float(e: Expr, why: string | undefined): FloatTensor {
    const expr = this.#asFloat(e);
    if (e.kind === 'tuple') return { kind: 'float', expr, samples: undefined };
    this.#note(e, why);
    const reads = this.#floatReads(e);
    const run = (of: (e: Expr) => Batch): Batch => {
      const operands = new Map<Expr, readonly Operand[]>();
      for (const r of reads) {
        const v = this.#values.get(r)!;
        operands.set(r, [v.kind === 'integer' ? realBatch({ ...v, samples: of(r) }) : of(r)]);
      }
      return this.#evaluateFloat(e, operands);
    };
    this.#stages.push({ e, run });
    const samples = run((r) => this.#values.get(r)!.samples!);
    return { kind: 'float', expr, samples };
  }

  /** The computed tensors that an expression left in float32 reads, through tuples and the inside of units. */
  #floatReads(e: Expr): Expr[] {
    return [
      ...new Set(
        childrenOf(e).flatMap((c) =>
          this.#isTransparent(c) ? this.#floatReads(c) : c.kind === 'constant' ? [] : [c],
        ),
      ),
    ];
  }

  #isTransparent(e: Expr): boolean {
    return e.kind === 'tuple' || this.#graph.units.inside.has(e) || e.type.kind === 'tuple';
  }

  #evaluateFloat(e: Expr, known: Map<Expr, readonly Operand[]>): Batch {
    const [first] = known.values();
    const count = (first![0] as Batch).count;
    const visit = (x: Expr): void => {
      if (known.has(x)) return;
      for (const c of childrenOf(x)) visit(c);
      known.set(x, operandsOf(x, known, this.#evaluate, count));
    };
    visit(e);
    return known.get(e)![0] as Batch;
  }

  #asFloat(e: Expr): Expr {
    const known = this.#values.get(e);
    if (known !== undefined) return dequantized(known, e.kind === 'call' ? labelOf(e) : {});
    return withChildren(
      e,
      childrenOf(e).map((c) => this.#asFloat(c)),
    );
  }

  #note(e: Expr, why: string | undefined): void {
    if (e.kind !== 'call') return;
    const unit = this.#graph.units.byRoot.get(e);
    const layer = unit?.kind === 'layer' ? unit.product : unit?.kind === 'sum' ? unit.sum : e;
    const lost = why ?? (unit !== undefined || isProduct(e) ? this.#blame(layer) : undefined);
    this.#floating.push({
      operator: layer.op,
      layer: layer.label.layer ?? 'unnamed',
      between: this.#feedsLayers(e),
      ...(lost === undefined ? {} : { lost }),
    });
  }

  /** Why a layer or sum is not quantized though nothing failed. */
  #blame(layer: Call): string {
    if (isProduct(layer) && !isConstant(layer.args[1])) return 'its weights are computed at run time';
    const from = layer.args.find((a) => !isConstant(a) && this.#values.get(a)?.kind !== 'integer');
    const what = from?.kind === 'call' ? `${from.op} (${from.label.layer ?? 'unnamed'})` : 'its operand';
    return `${what} before it has no int8 form`;
  }

  #report(
    root: Expr,
    operator: Call,
    input: number,
    value: IntegerTensor,
    rectified: boolean,
    more: Pick<LayerReport, 'weights' | 'shift'>,
  ): void {
    this.#layers.push({
      layer: operator.label.layer ?? operator.op,
      operator: operator.op,
      input,
      output: value.exponent,
      saturated: saturatedShare(value.samples, rectified),
      sqnr: sqnr(this.#graph.values.of(root)!, value),
      ...more,
    });
  }
}

const labelOf = (e: Call): Label => (e.label.layer === undefined ? {} : { layer: e.label.layer });

const sameShapes = ({ sum }: SumUnit): boolean =>
  !sum.args.some(isConstant) &&
  String(tensorTypeOf(sum.args[0]!).shape) === String(tensorTypeOf(sum.args[1]!).shape);

/** The int8 sum of two batches, as `summed` writes it. */
const sumOf =
  (shift: number, top: number | undefined) =>
  ([a, b]: readonly Batch[]): Batch => {
    const out = newBatch(a!.shape, 'int8', a!.count);
    const [low, high] = requantizedRange(top !== undefined, top ?? 127);
    addInto(out.data, a!.data, b!.data, shift, low, high);
    return out;
  };

/** In a function of its own the engine compiles the loop once for the arrays that it meets. */
function addInto(
  out: Batch['data'],
  a: Batch['data'],
  b: Batch['data'],
  shift: number,
  low: number,
  high: number,
): void {
  for (let i = 0; i < out.length; i++) {
    const v = (a[i]! + b[i]!) >> shift;
    out[i] = v < low ? low : v > high ? high : v;
  }
}

/** The real values of a tensor, as the quantized network's dequantization computes them. */
function realBatch(v: QuantizedValue): Batch {
  if (v.kind === 'float') return v.samples!;
  const { samples, exponent, factor } = v;
  const out = newBatch(samples.shape, 'float32', samples.count);
  const inner = samples.shape.slice(2).reduce((n, d) => n * d, 1);
  const channels = samples.shape[1] ?? 1;
  for (let i = 0; i < out.data.length; i++)
    out.data[i] =
      samples.data[i]! * Math.fround(2 ** exponent / factorAt(factor, Math.floor(i / inner) % channels));
  return out;
}
