import type { DType } from '../base/dtype.js';
import { UserError } from '../base/errors.js';
import type { Shape, Tensor } from '../base/tensor.js';
import { variable } from '../ir/build.js';
import type { Expr, Model, Var } from '../ir/expr.js';
import { labelTensors } from '../ir/label.js';
import { tensorType } from '../ir/types.js';
import { postOrder } from '../ir/visit.js';
import { type AnalogLayerOptions, analogConvLayer } from './analog-layer.js';
import { addLayer, type ConvLayerOptions, convLayer, denseLayer, type Requantization } from './layers.js';

/**
 * Builds a model: declares inputs and parameters, collects the parameters' values and finishes a Model. The layer methods
 * name their parameters "<layer>.weights" and "<layer>.bias". Operators that no method makes come from
 * src/builder/operators.ts.
 *
 * @example
 * const m = new ModelBuilder('mine');
 * const x = m.input('input', [1, 3, 32, 32], 'int8');
 * const y = m.conv2d(x, 'conv1', weights, bias, { shift: 8, relu: true });
 * const model = m.build(op.maxPool2d(y, { poolSize: 2, strides: 2 }));
 */
export class ModelBuilder {
  readonly #name: string;
  readonly #vars = new Map<string, Var>();
  readonly #params = new Map<string, Tensor>();

  constructor(name: string) {
    this.#name = name;
  }

  /** A tensor given at run time. Throws a UserError when the name is taken. */
  input(name: string, shape: Shape, dtype: DType): Var {
    if (this.#vars.has(name)) throw new UserError(`model ${this.#name} has two variables named ${name}.`);
    const made = variable(name, tensorType(shape, dtype));
    this.#vars.set(name, made);
    return made;
  }

  /** A tensor whose value is part of the model. Throws a UserError when the name is taken. */
  parameter(name: string, value: Tensor): Var {
    const made = this.input(name, value.shape, value.dtype);
    this.#params.set(name, value);
    return made;
  }

  /** A convolution layer for the digital core (layers.ts). */
  conv2d(data: Expr, layer: string, weights: Tensor, bias: Tensor, options: ConvLayerOptions = {}): Expr {
    const w = this.parameter(`${layer}.weights`, weights);
    const b = this.parameter(`${layer}.bias`, bias);
    return convLayer(data, w, b, options, { layer });
  }

  /**
   * A convolution layer for the analog core (analog-layer.ts): ternary int8 `weights` (k, c, fy, fx); `factor` and `offset`, the batch norm,
   * one int16 a channel (k).
   */
  analogConv2d(
    data: Expr,
    layer: string,
    parameters: { readonly weights: Tensor; readonly factor: Tensor; readonly offset: Tensor },
    options: AnalogLayerOptions,
  ): Expr {
    const perChannel = (t: Tensor): Tensor => ({ ...t, shape: [1, t.data.length, 1, 1] });
    const w = this.parameter(`${layer}.weights`, parameters.weights);
    const f = this.parameter(`${layer}.bn_mul`, perChannel(parameters.factor));
    const o = this.parameter(`${layer}.bn_add`, perChannel(parameters.offset));
    return analogConvLayer(data, w, f, o, options, { layer });
  }

  /** A dense layer for the digital core (layers.ts). */
  dense(data: Expr, layer: string, weights: Tensor, bias: Tensor, options: Requantization = {}): Expr {
    const w = this.parameter(`${layer}.weights`, weights);
    const b = this.parameter(`${layer}.bias`, bias);
    return denseLayer(data, w, b, options, { layer });
  }

  /** An element-wise sum of two int8 tensors for the digital core (layers.ts). */
  add(lhs: Expr, rhs: Expr, layer: string, options: Requantization = {}): Expr {
    return addLayer(lhs, rhs, options, { layer });
  }

  /**
   * The model that computes `body`. Its parameters stand in the order in which `body` first uses them, as TVM's `from_expr`
   * orders free variables. Throws a UserError when `body` uses a variable of another builder, or leaves one unused.
   */
  build(body: Expr): Model {
    const used = postOrder(body).filter((e) => e.kind === 'var');
    for (const v of used)
      if (this.#vars.get(v.name) !== v)
        throw new UserError(`model ${this.#name} uses %${v.name}, which it did not declare.`);
    const names = new Set(used.map((v) => v.name));
    for (const name of this.#vars.keys())
      if (!names.has(name)) throw new UserError(`model ${this.#name} never uses %${name}.`);
    const main = labelTensors({ name: 'main', params: used, body, attrs: {} });
    return { name: this.#name, main, params: new Map(this.#params) };
  }
}
