import type { Attrs } from '../../base/attr-value.js';
import { UserError } from '../../base/errors.js';
import { showShape, type Tensor } from '../../base/tensor.js';
import { call, constant } from '../../ir/build.js';
import { type Call, type Expr, type Label, tensorTypeOf } from '../../ir/expr.js';
import type { TensorType } from '../../ir/types.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './proto.js';

/** How one ONNX operator is brought into the graph. */
export interface Handler {
  /** Attributes that are understood; any other one is an error. */
  readonly attributes: readonly string[];
  /** The node's outputs. Throws a UserError (without the node's name) for what is not supported. */
  readonly run: (node: NodeContext) => readonly Expr[];
}

/** One node, with its inputs as expressions and its attributes typed. */
export class NodeContext {
  readonly node: OnnxNode;
  readonly opset: number;
  /** Label of what the node makes. */
  readonly label: Label;
  readonly #inputs: readonly (Expr | undefined)[];
  readonly #tensor: (t: OnnxTensor) => Tensor;
  readonly #remarks: string[];

  constructor(
    node: OnnxNode,
    opset: number,
    label: Label,
    inputs: readonly (Expr | undefined)[],
    tensorOf: (t: OnnxTensor) => Tensor,
    remarks: string[] = [],
  ) {
    this.node = node;
    this.opset = opset;
    this.label = label;
    this.#inputs = inputs;
    this.#tensor = tensorOf;
    this.#remarks = remarks;
  }

  /** The same node over other inputs. */
  withInputs(inputs: readonly (Expr | undefined)[]): NodeContext {
    return new NodeContext(this.node, this.opset, this.label, inputs, this.#tensor, this.#remarks);
  }

  /** The same node with its lists of integers changed. */
  withInts(change: (name: string, ints: readonly number[]) => readonly number[]): NodeContext {
    const attributes = this.node.attributes.map((a) =>
      a.ints.length === 0 ? a : { ...a, ints: change(a.name, a.ints) },
    );
    const node = { ...this.node, attributes };
    return new NodeContext(node, this.opset, this.label, this.#inputs, this.#tensor, this.#remarks);
  }

  /** Tells, in the importer's summary, how this node was rewritten. */
  remark(text: string): void {
    this.#remarks.push(text);
  }

  get inputs(): readonly (Expr | undefined)[] {
    return this.#inputs;
  }

  optional(index: number): Expr | undefined {
    return this.#inputs[index];
  }

  input(index: number): Expr {
    const e = this.#inputs[index];
    if (e === undefined) throw new UserError(`input ${index} is missing`);
    return e;
  }

  type(index: number): TensorType {
    return tensorTypeOf(this.input(index));
  }

  /** The value of an input that must be known when the file is read. */
  constant(index: number): Tensor {
    const value = this.optionalConstant(index);
    if (value === undefined) throw new UserError(`input ${index} is missing`);
    return value;
  }

  optionalConstant(index: number): Tensor | undefined {
    const e = this.#inputs[index];
    if (e === undefined) return undefined;
    if (e.kind !== 'constant')
      throw new UserError(
        `input ${index} (${this.node.inputs[index]}) is computed at run time; must be a constant`,
      );
    return e.value;
  }

  /** A constant list of integers: an input since some opset, an attribute before. */
  constantInts(index: number): readonly number[] | undefined {
    const value = this.optionalConstant(index);
    return value === undefined ? undefined : Array.from(value.data);
  }

  #attribute(name: string): OnnxAttribute | undefined {
    return this.node.attributes.find((a) => a.name === name);
  }

  has(name: string): boolean {
    return this.#attribute(name) !== undefined;
  }

  int(name: string, fallback: number): number {
    const a = this.#attribute(name);
    // protobuf leaves out a field that holds its default, 0
    return a === undefined ? fallback : (a.i ?? 0);
  }

  float(name: string, fallback: number): number {
    const a = this.#attribute(name);
    return a === undefined ? fallback : (a.f ?? 0);
  }

  string(name: string, fallback: string): string {
    const a = this.#attribute(name);
    return a === undefined ? fallback : (a.s ?? '');
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.ints;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name)?.floats;
  }

  tensor(name: string): Tensor | undefined {
    const t = this.#attribute(name)?.t;
    return t === undefined ? undefined : this.#tensor(t);
  }

  /** A call labelled with this node. */
  call(op: string, args: readonly Expr[], attrs: Attrs = {}): Call {
    return call(op, args, attrs, this.label);
  }

  /** Axis `axis` of a tensor of `rank`, counted from the front. */
  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(at) || at < 0 || at >= Math.max(rank, 1))
      throw new UserError(`axis ${axis} is not an axis of a tensor with ${rank} axes`);
    return at;
  }

  /** Refuses a tensor that is not of rank 4. */
  image(index: number): readonly [number, number, number, number] {
    const { shape } = this.type(index);
    if (shape.length !== 4)
      throw new UserError(`input ${index} has shape ${showShape(shape)}; only 4 axes (NCHW) are supported`);
    return shape as unknown as readonly [number, number, number, number];
  }
}

export const known = (value: Tensor, name?: string): Expr => constant(value, name);
