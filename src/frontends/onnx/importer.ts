import { type DType, integerRange, isFloat } from '../../base/dtype.js';
import { UserError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { type Tensor, tensor } from '../../base/tensor.js';
import { constant, tuple, variable } from '../../ir/build.js';
import type { Expr, Label, Var } from '../../ir/expr.js';
import { tensorType } from '../../ir/types.js';
import { finishModel, type LoadedModel, type QuantizedInput } from '../model.js';
import { Names } from '../names.js';
import { checkAttributes, scalarAttribute } from './attributes.js';
import { NodeContext } from './context.js';
import { checkDimensions, inputShape } from './dimensions.js';
import { foldNode } from './fold.js';
import { detectIntegers, inputRange } from './integer/detect.js';
import { INTEGER_OPS } from './integer/handlers.js';
import { inexactness, unroundedOutput } from './integer/inexact.js';
import { carrierOf, floored, integerValue, materialised, plain, type Value } from './integer/value.js';
import { clipLimits } from './ops/activation.js';
import { decodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValueInfo } from './proto.js';
import { AS_FLOAT_OPS, dequantizedInput } from './quantized/as-float.js';
import { QUANTIZED_OPS, QUANTIZING_OPS } from './quantized/handlers.js';
import { asQdq } from './quantized/operator-format.js';
import { importSummary } from './summary.js';
import { CONSTANT_OPS, OPSETS, PLAIN_OPS, supportedOperators } from './supported.js';
import { dtypeOf, type ExternalData, readTensor } from './tensors.js';

export interface OnnxOptions {
  /** The model's name. */
  readonly name: string;
  readonly external: ExternalData;
  /** Extents of symbolic dimensions by name; a symbolic first axis (the batch) is 1 unless named here. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Range of the inputs of an integer network, where the rule of `inputRange` is not right. */
  readonly inputRange?: readonly [number, number];
  /** A quantized network as the float32 network that it approximates (quantized/as-float.ts). */
  readonly dequantize?: boolean;
}

/** Elements that constants computed while reading may hold in all: so many a byte of the file, and so many besides. */
const FOLDED_PER_BYTE = 8;
const FOLDED_LEAST = 1 << 22;

/** Most nodes that a graph may have. */
const MAX_NODES = 100_000;

/**
 * Reads an ONNX file. A file that `detectIntegers` recognises becomes exact integer arithmetic, any other one keeps its
 * element types; where the arithmetic is not exact, a warning says so. Throws a UserError of one line for a file that is damaged or uses what is not supported.
 */
export function importOnnx(bytes: Uint8Array, options: OnnxOptions): LoadedModel {
  const { graph, opset } = decodeModel(bytes);
  if (opset < OPSETS.lowest || opset > OPSETS.highest)
    throw new UserError(
      `the file uses ONNX operator set ${opset}; supported are ${OPSETS.lowest} to ${OPSETS.highest}.`,
    );
  if (graph.nodes.length > MAX_NODES)
    throw new UserError(`the graph has ${graph.nodes.length} nodes; at most ${MAX_NODES} are supported.`);
  const nodes = graph.nodes.flatMap((n) => asQdq(n, options.dequantize));
  const importer = new Importer({ ...graph, nodes }, opset, options, bytes.length);
  const model = importer.run();
  return { ...model, summary: importSummary(graph.nodes, nodes, importer.remarks) };
}

class Importer {
  readonly #graph: OnnxGraph;
  readonly #opset: number;
  readonly #options: OnnxOptions;
  readonly #values = new Map<string, Value>();
  readonly #inputs: Var[] = [];
  readonly #names = new Names();
  readonly #warnings: string[] = [];
  /** How nodes were rewritten. */
  readonly remarks: string[] = [];
  #integers = false;
  #quantizedInput: QuantizedInput | undefined;
  /** Elements that may still be computed when the file is read. */
  #foldable: number;

  constructor(graph: OnnxGraph, opset: number, options: OnnxOptions, fileBytes: number) {
    this.#graph = graph;
    this.#opset = opset;
    this.#options = options;
    this.#foldable = FOLDED_PER_BYTE * fileBytes + FOLDED_LEAST;
  }

  run(): LoadedModel {
    for (const t of this.#graph.initializers)
      this.#values.set(t.name, plain(constant(readTensor(t, this.#options.external), t.name)));
    for (const node of this.#graph.nodes)
      if (node.op === 'Constant') this.#define(node, [plain(this.#constant(node))]);
    const detected = detectIntegers(this.#graph, (name) => this.#constantOf(name));
    this.#integers = detected.integer;
    if (detected.warning !== undefined) this.#warnings.push(detected.warning);
    checkDimensions(this.#graph.inputs, this.#options.dimensions);
    if (this.#options.inputRange !== undefined && !this.#integers)
      throw new UserError('an input range is given, but the file is no integer network.');
    for (const input of this.#graph.inputs) if (!this.#values.has(input.name)) this.#input(input);
    for (const node of this.#graph.nodes) if (node.op !== 'Constant') this.#node(node);
    return this.#finish();
  }

  #constantOf(name: string): Tensor | undefined {
    const v = this.#values.get(name);
    return v?.kind === 'plain' && v.expr.kind === 'constant' ? v.expr.value : undefined;
  }

  #input(info: OnnxValueInfo): void {
    const what = `input ${info.name}`;
    const dtype = dtypeOf(info.elemType, what);
    const shape = inputShape(info, this.#options.dimensions);
    if (this.#options.dequantize === true && !isFloat(dtype)) {
      const quantized = dequantizedInput(this.#graph, info.name, (name) => this.#constantOf(name));
      if (quantized !== undefined) {
        this.#quantizedInput = { dtype, ...quantized };
        this.#values.set(info.name, plain(this.#variable(info.name, shape, 'float32')));
        return;
      }
    }
    const range = this.#integers && isFloat(dtype) ? this.#rangeOf(info.name) : undefined;
    const held = range === undefined ? dtype : carrierOf(range[0], range[1]);
    const v = this.#variable(info.name, shape, held);
    const integer = range !== undefined || (this.#integers && !isFloat(dtype) && dtype !== 'bool');
    const [lo, hi] = range ?? (dtype === 'float32' || dtype === 'bool' ? [0, 0] : integerRange(dtype));
    this.#values.set(
      info.name,
      integer ? integerValue(v, lo, hi, {}, { integerTyped: !isFloat(dtype) }) : plain(v),
    );
  }

  #variable(name: string, shape: readonly number[], dtype: DType): Var {
    const v = variable(this.#names.unique(name, 'input'), tensorType(shape, dtype));
    this.#inputs.push(v);
    return v;
  }

  /** The range of an integer network's input that is a float by type. */
  #rangeOf(name: string): readonly [number, number] | undefined {
    if (this.#options.inputRange !== undefined) return this.#options.inputRange;
    const limits = this.#graph.nodes
      .filter((n) => n.op === 'Clip')
      .map((n) => clipLimits(this.#context(n, {}, true), 'float32'));
    return inputRange(this.#graph, name, limits);
  }

  #constant(node: OnnxNode): Expr {
    const context = this.#context(node, {});
    const value = context.tensor('value') ?? scalarAttribute(context);
    if (value === undefined) this.#fail(node, 'a constant of this kind is not supported');
    return constant(value!, node.outputs[0] ?? '');
  }

  #label(node: OnnxNode): Label {
    const weights = ['Conv', 'Gemm', 'MatMul'].includes(node.op) ? (node.inputs[1] ?? '') : '';
    const layer = /^(.+)\.weight$/.exec(weights)?.[1] ?? (node.name || node.outputs[0] || node.op);
    return { layer };
  }

  /** A node with its inputs as expressions; fractions and integers as float32 only where `lenient` does not matter. */
  #context(node: OnnxNode, label: Label, lenient = false): NodeContext {
    const exprs = node.inputs.map((name) => {
      if (name === '') return undefined;
      const v = this.#values.get(name);
      if (v === undefined && !lenient) this.#fail(node, `it reads ${name}, which nothing before it makes`);
      return v?.kind === 'plain' ? v.expr : undefined;
    });
    const tensorOf = (t: OnnxTensor) => readTensor(t, this.#options.external);
    return new NodeContext(node, node.opset ?? this.#opset, label, exprs, tensorOf, this.remarks);
  }

  #node(node: OnnxNode): void {
    try {
      this.#define(node, this.#results(node));
    } catch (error) {
      if (error instanceof UserError && !error.message.startsWith('node '))
        this.#fail(node, error.message.replace(/\.$/, ''));
      throw error;
    }
  }

  #results(node: OnnxNode): readonly Value[] {
    if (node.domain !== '' && node.domain !== 'ai.onnx') throw this.#unsupported(node);
    const label = this.#label(node);
    const context = this.#context(node, label);
    if (node.op === 'Shape') return [plain(this.#shape(node))];
    const folded = this.#isConstant(node) ? foldNode(context) : undefined;
    if (folded !== undefined) {
      this.#foldable -= folded.data.length;
      if (this.#foldable < 0)
        throw new UserError('the constants computed so far are much larger than the file can explain');
      return [plain(constant(folded, node.outputs[0]))];
    }
    const values = node.inputs.map((name) => this.#values.get(name));
    const quantized = this.#quantizing[node.op] ?? this.#onQuantized(node, values);
    if (quantized !== undefined) {
      checkAttributes(node, quantized.attributes);
      const made = quantized.run(context, values);
      if (made !== undefined) return made;
    }
    const handler = PLAIN_OPS[node.op];
    if (handler === undefined) throw this.#unsupported(node);
    const integer = this.#integers ? INTEGER_OPS[node.op] : undefined;
    if (integer !== undefined) {
      checkAttributes(node, integer.attributes);
      const made = integer.run(context, values);
      if (made !== undefined) return made;
    }
    const warning = this.#integers ? inexactness(node, values, integer !== undefined) : undefined;
    if (warning !== undefined) this.#warnings.push(warning);
    checkAttributes(node, handler.attributes);
    const floats = values.map((v) => (v === undefined ? undefined : materialised(v)));
    return handler.run(context.withInputs(floats)).map(plain);
  }

  get #quantizing() {
    return this.#options.dequantize === true ? AS_FLOAT_OPS : QUANTIZING_OPS;
  }

  #onQuantized(node: OnnxNode, values: readonly (Value | undefined)[]) {
    return values.some((v) => v?.kind === 'quantized') ? QUANTIZED_OPS[node.op] : undefined;
  }

  #isConstant(node: OnnxNode): boolean {
    return node.inputs.every((name) => name === '' || this.#constantOf(name) !== undefined);
  }

  #shape(node: OnnxNode): Expr {
    const v = this.#values.get(node.inputs[0] ?? '');
    const type = v === undefined ? undefined : v.kind === 'plain' ? v.expr.type : v.base.type;
    if (type?.kind !== 'tensor') throw new UserError('its input is missing');
    const at = (name: string, fallback: number) =>
      node.attributes.find((a) => a.name === name)?.i ?? fallback;
    const part = type.shape.slice(at('start', 0), at('end', type.shape.length));
    return constant(tensor([part.length], 'int64', part));
  }

  #define(node: OnnxNode, values: readonly Value[]): void {
    node.outputs.forEach((name, i) => {
      if (name === '') return;
      const v = values[i];
      if (v === undefined) this.#fail(node, `its output ${i} is not supported`);
      if (this.#values.has(name)) this.#fail(node, `its output ${name} is defined twice`);
      this.#values.set(name, v!);
    });
  }

  #unsupported(node: OnnxNode): UserError {
    if (node.domain === '' && (CONSTANT_OPS as readonly string[]).includes(node.op))
      return new UserError('its inputs are computed at run time; must be constants');
    const domain = node.domain === '' ? '' : ` of domain ${node.domain}`;
    return new UserError(
      `operator ${node.op}${domain} is not supported; nearest: ${nearest(node.op, supportedOperators()).join(', ')} ` +
        '(all are in docs/formats-onnx.md)',
    );
  }

  #fail(node: OnnxNode, why: string): never {
    throw new UserError(`node ${node.name || node.outputs[0] || '(unnamed)'} (${node.op}): ${why}.`);
  }

  #finish(): LoadedModel {
    const outputs = this.#graph.outputs.map((o) => {
      const v = this.#values.get(o.name);
      if (v === undefined) throw new UserError(`the graph's output ${o.name} is made by no node.`);
      if (v.kind === 'integer' && v.denominator !== 1) this.#warnings.push(unroundedOutput(o.name, v));
      return outputOf(v);
    });
    if (outputs.length === 0) throw new UserError('the graph has no output.');
    const tensors = new Map<string, Expr>();
    for (const [name, v] of this.#values) {
      const e = asItStands(v);
      if (e !== undefined && e.kind !== 'constant') tensors.set(name, e);
    }
    const body = outputs.length === 1 ? outputs[0]! : tuple(outputs);
    const model = finishModel(this.#options.name, this.#inputs, body, tensors, this.#names);
    const quantizedInput = this.#quantizedInput;
    return {
      ...model,
      warnings: this.#warnings,
      ...(quantizedInput === undefined ? {} : { quantizedInput }),
    };
  }
}

/** The tensor that holds a value as the file has it; undefined where none does. */
function asItStands(v: Value): Expr | undefined {
  if (v.kind === 'plain') return v.expr;
  return v.kind === 'integer' && v.factor === 1 && v.denominator === 1 ? v.base : undefined;
}

/** An output as the model gives it: an integer where it is one, a float where it is a fraction. */
const outputOf = (v: Value): Expr =>
  v.kind === 'integer' && v.denominator === 1 ? floored(v).base : materialised(v);
