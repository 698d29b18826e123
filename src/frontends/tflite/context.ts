import type { Attrs } from '../../base/attr-value.js';
import { UserError } from '../../base/errors.js';
import { elementCount, type Tensor, tensor } from '../../base/tensor.js';
import { call, constant } from '../../ir/build.js';
import { type Call, type Expr, type Label, tensorTypeOf } from '../../ir/expr.js';
import { constantValue, type TfliteModel, type TfliteOperator, type TfliteTensor } from './schema.js';
import type { FlatTable } from './table.js';

/** A tensor of the file in the graph. `planar`: it has four axes and is held as NCHW, while the file has it as NHWC. */
export interface TfliteValue {
  readonly expr: Expr;
  readonly planar: boolean;
}

export interface ScaleAndZero {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Whether an NHWC shape and its NCHW one order the elements alike. */
const sameOrder = (n: readonly number[]): boolean => n[3] === 1 || (n[1] === 1 && n[2] === 1);

/** One operator with its inputs brought into the graph. */
export class OperatorContext {
  readonly operator: TfliteOperator;
  readonly label: Label;
  readonly #model: TfliteModel;
  readonly #values: ReadonlyMap<number, TfliteValue>;

  constructor(
    operator: TfliteOperator,
    model: TfliteModel,
    values: ReadonlyMap<number, TfliteValue>,
    label: Label,
  ) {
    this.operator = operator;
    this.#model = model;
    this.#values = values;
    this.label = label;
  }

  get options(): FlatTable | undefined {
    return this.operator.options;
  }

  get inputCount(): number {
    return this.operator.inputs.length;
  }

  hasInput(i: number): boolean {
    return (this.operator.inputs[i] ?? -1) >= 0;
  }

  /** Shape (the file's, NHWC), type and quantization of input `i`. */
  inputTensor(i: number): TfliteTensor {
    const t = this.#model.tensors[this.operator.inputs[i] ?? -1];
    if (t === undefined) throw new UserError(`input ${i} is missing`);
    return t;
  }

  outputTensor(): TfliteTensor {
    const [t, ...more] = this.outputs;
    if (t === undefined || more.length > 0) throw new UserError('it must have one output');
    return t;
  }

  /** All outputs; at least one. */
  get outputs(): readonly TfliteTensor[] {
    const found = this.operator.outputs.map((i) => this.#model.tensors[i]!);
    if (found.length === 0) throw new UserError('it has no output');
    return found;
  }

  /** The value of a constant input, in the file's order. */
  constant(i: number): Tensor {
    const t = this.inputTensor(i);
    if (t.data === undefined)
      throw new UserError(`input ${i} (${t.name}) is computed at run time; must be a constant`);
    return constantValue(t);
  }

  #value(i: number): TfliteValue {
    const t = this.inputTensor(i);
    const v = this.#values.get(t.index);
    if (v !== undefined) return v;
    if (t.data === undefined) throw new UserError(`it reads ${t.name}, which nothing before it makes`);
    return { expr: constant(constantValue(t), t.name), planar: false };
  }

  /** Input `i` in the file's order of axes. */
  dense(i: number): Expr {
    const { expr, planar } = this.#value(i);
    if (!planar) return expr;
    const shape = this.inputTensor(i).shape;
    if (sameOrder(shape)) return this.reshape(expr, shape);
    return this.call('transpose', [expr], { axes: [0, 2, 3, 1] });
  }

  /** Input `i`, four axes, as NCHW. */
  planar(i: number): Expr {
    const { expr, planar } = this.#value(i);
    const { shape } = this.inputTensor(i);
    if (shape.length !== 4) throw new UserError(`input ${i} has ${shape.length} axes; must be 4 (NHWC)`);
    if (planar) return expr;
    const [n, h, w, c] = shape as [number, number, number, number];
    if (sameOrder(shape)) return this.reshape(expr, [n, c, h, w]);
    return this.call('transpose', [expr], { axes: [0, 3, 1, 2] });
  }

  /** Input `i` as it lies: planar where it has four axes. */
  either(i: number): TfliteValue {
    const planar = this.inputTensor(i).shape.length === 4;
    return { planar, expr: planar ? this.planar(i) : this.dense(i) };
  }

  /** The name of a parameter of this layer: "conv2d_1.weight". */
  parameter(what: string): string {
    return `${this.label.layer}.${what}`;
  }

  /** Constant weights as float32: int8 weights of a float32 layer ("hybrid") are dequantized, value * scale. */
  floatConstant(i: number): Tensor {
    const value = this.constant(i);
    const q = this.inputTensor(i).quantization;
    if (value.dtype !== 'int8' || q === undefined) return value;
    const channels = value.shape[q.axis] ?? 1;
    if (q.zeroPoints.some((z) => z !== 0) || (q.scales.length !== 1 && q.scales.length !== channels))
      throw new UserError(
        `weights ${this.inputTensor(i).name} have zero points, or scales that do not fit their shape`,
      );
    const inner = elementCount(value.shape.slice(q.axis + 1));
    const scale = (at: number) => q.scales[q.scales.length === 1 ? 0 : Math.floor(at / inner) % channels]!;
    return tensor(
      value.shape,
      'float32',
      Array.from(value.data, (v, at) => v * scale(at)),
    );
  }

  /** `e` in another shape; a reshape of a reshape is one. */
  reshape(e: Expr, newshape: readonly number[]): Expr {
    const { shape } = tensorTypeOf(e);
    if (String(shape) === String(newshape)) return e;
    const from = e.kind === 'call' && e.op === 'reshape' ? e.args[0]! : e;
    if (String(tensorTypeOf(from).shape) === String(newshape)) return from;
    return this.call('reshape', [from], { newshape: [...newshape] });
  }

  call(op: string, args: readonly Expr[], attrs: Attrs = {}): Call {
    return call(op, args, attrs, this.label);
  }

  /** The single scale and zero point of a tensor. */
  quantization(t: TfliteTensor): ScaleAndZero {
    const q = t.quantization;
    if (q === undefined || q.scales.length !== 1 || q.zeroPoints.length !== 1)
      throw new UserError(`tensor ${t.name} must have one scale and one zero point`);
    const zeroPoint = q.zeroPoints[0]!;
    const [least, most] = t.dtype === 'uint8' ? [0, 255] : [-128, 127];
    if (!Number.isInteger(zeroPoint) || zeroPoint < least || zeroPoint > most)
      throw new UserError(`tensor ${t.name} has zero point ${zeroPoint}; must be in ${least}..${most}`);
    return { scale: q.scales[0]!, zeroPoint };
  }

  /** Whether the operator computes on int8 (else float32). Throws for other or mixed types. */
  isInt8(): boolean {
    const [a, b] = [this.inputTensor(0).dtype, this.outputs[0]!.dtype];
    if (a === 'int16' && b === 'int16')
      throw new UserError(
        `its activations are int16 (${this.inputTensor(0).name}); supported are int8 and float32. Convert the network with int8 activations`,
      );
    if (a !== b || (a !== 'int8' && a !== 'float32'))
      throw new UserError(`it goes from ${a} to ${b}; supported are int8 to int8 and float32 to float32`);
    return a === 'int8';
  }

  elements(i: number): number {
    return elementCount(this.inputTensor(i).shape);
  }
}

/**
 * Brings one operator into the graph: its value, or one for each output. Throws a UserError, without the operator's name, for what is not
 * supported.
 */
export type TfliteHandler = (op: OperatorContext) => TfliteValue | readonly TfliteValue[];
