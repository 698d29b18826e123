import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { ANALOG_CONFIGURATION } from '../../sim/isa/analog/registers.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { packConvWeights, packDenseWeights, packDepthwiseWeights } from '../../sim/isa/weights.js';
import { type Call, type Expr, type Func, type FunctionCall, type Label, tensorTypeOf } from '../ir/expr.js';
import { postOrder, usersOf } from '../ir/visit.js';
import { type AnalogLayer, analogMacs, describeAnalog } from '../passes/analog-layer.js';
import { type DigitalLayer, describe, usefulMacs } from '../passes/digital-layer.js';
import { type Kernel, transformOps } from '../passes/kernels.js';
import type { LaidOut } from '../passes/layout.js';
import type { CoreLayer } from '../passes/match.js';
import type { ElementOrder, Layer } from '../program/types.js';
import type { Draft, DraftBuffer } from './draft.js';
import { analogWeights, emitAnalog } from './emit/analog.js';
import { emitConv } from './emit/conv.js';
import { emitDense } from './emit/dense.js';
import { hostDetail, hostMacs, hostStep, transformStep } from './emit/host.js';
import { Configurations, FIXED_BYTES, LayerEmitter } from './emit/jobs.js';
import { emitPixelConv, emitPixelSum } from './emit/pixels.js';
import { emitSum } from './emit/sum.js';
import { type L1Plan, type LayerNode, planL1 } from './l1-plan.js';
import type { AnalogTiling } from './tiling/analog.js';
import { ConstantPool, tensorBuffer, ValueBuffers } from './values.js';

type AcceleratorKernel = Extract<Kernel, { kind: 'accelerator' }>;
type HostKernel = Extract<Kernel, { kind: 'host' }>;

/** What lowering needs of the passes. */
export interface Kernels {
  readonly laidOut: LaidOut;
  readonly kernels: readonly Kernel[];
  readonly layers: ReadonlyMap<Func, CoreLayer>;
}

export interface LowerOptions {
  readonly l1Reuse: boolean;
}

/** The draft program and its L1 plan: a plan for each layer on the core, in the order of the program. */
export interface Lowered {
  readonly draft: Draft;
  readonly l1: L1Plan;
}

/** How elements stand in the analog core's layout, where not as by default. */
function orderOf({ analog = DEFAULT_ANALOG }: HardwareParameters): ElementOrder | undefined {
  const { wordsReversed, blocksTogether } = analog;
  return wordsReversed === DEFAULT_ANALOG.wordsReversed && blocksTogether === DEFAULT_ANALOG.blocksTogether
    ? undefined
    : { wordsReversed, blocksTogether };
}

const named = (label: Label): Pick<Layer, 'layer' | 'tensor'> => ({
  ...(label.layer === undefined ? {} : { layer: label.layer }),
  ...(label.tensor === undefined ? {} : { tensor: label.tensor }),
});

/** Where a layout transform takes a tensor. */
const SIDES = { dense: 'to the host', core: 'to the core', analog: 'to the analog core' } as const;

/** Lowers the calls of `main` one after another. */
class Lowering {
  readonly #input: Kernels;
  readonly #hw: HardwareParameters;
  readonly #order: ElementOrder | undefined;
  readonly #draft: Draft = { buffers: [], steps: [], layers: [] };
  readonly #values = new ValueBuffers();
  readonly #pool = new ConstantPool(this.#draft);
  readonly #configurations = new Configurations(this.#draft);
  readonly #users: Map<Expr, Expr[]>;
  readonly #outputs: ReadonlySet<Expr>;
  readonly #nodes: readonly LayerNode[];
  readonly #plan: L1Plan;
  readonly #residents = new Map<Expr, DraftBuffer>();
  #node = 0;

  constructor(input: Kernels, hw: HardwareParameters, options: LowerOptions) {
    this.#input = input;
    this.#hw = hw;
    this.#order = orderOf(hw);
    const { main } = input.laidOut;
    this.#users = usersOf(main.body);
    this.#outputs = new Set(main.body.kind === 'tuple' ? main.body.fields : [main.body]);
    this.#nodes = this.#layerNodes();
    this.#plan = planL1(this.#nodes, hw, { reuse: options.l1Reuse, fixedBytes: FIXED_BYTES });
  }

  run(): Lowered {
    for (const p of this.#input.laidOut.main.params) this.#make(p, p.name, 'input', p.name);
    for (const k of this.#input.kernels)
      if (k.kind === 'accelerator') this.#accelerator(k);
      else if (k.kind === 'transform') this.#transform(k.name, k.from, k.to);
      else this.#host(k);
    return { draft: this.#draft, l1: this.#plan };
  }

  #acceleratorKernels(): AcceleratorKernel[] {
    return this.#input.kernels.filter((k) => k.kind === 'accelerator');
  }

  /** The operands of a layer in the core's order; a sum of a tensor with itself has one argument. */
  #operands(call: FunctionCall): readonly Expr[] {
    const layer = this.#input.layers.get(call.callee)!;
    return layer.kind === 'sum' && call.args.length === 1 ? [call.args[0]!, call.args[0]!] : call.args;
  }

  /** Whether a layer of the digital core makes pixels of channels. */
  #makesPixels(call: FunctionCall): boolean {
    const { laidOut, layers } = this.#input;
    return layers.get(call.callee)!.kind !== 'analog' && laidOut.layouts.get(call) === 'analog';
  }

  #layerNodes(): LayerNode[] {
    const kernels = this.#acceleratorKernels();
    const ids = new Map<Expr, number>();
    const id = (e: Expr): number => {
      const known = ids.get(e) ?? ids.size;
      ids.set(e, known);
      return known;
    };
    return kernels.map(({ call, name }) => ({
      name: call.label.layer ?? name,
      layer: this.#input.layers.get(call.callee)!,
      inputs: this.#operands(call).map(id),
      output: id(call),
      ...(this.#makesPixels(call) ? { pixels: true } : {}),
      outputLeaves:
        this.#outputs.has(call) || (this.#users.get(call) ?? []).some((u) => u.kind !== 'function_call'),
    }));
  }

  /** The L2 buffer of a value. */
  #make(e: Expr, name: string, role: 'input' | 'activation', tensor: string | undefined): DraftBuffer {
    const layout = this.#input.laidOut.layouts.get(e) ?? 'dense';
    const finalRole = this.#outputs.has(e) && role !== 'input' ? 'output' : role;
    const buffer = tensorBuffer(name, finalRole, tensorTypeOf(e), layout, tensor, this.#order);
    this.#draft.buffers.push(buffer);
    this.#values.set(e, buffer);
    return buffer;
  }

  #layer(layer: Omit<Layer, 'id'>): number {
    return this.#draft.layers.push({ id: this.#draft.layers.length, ...layer }) - 1;
  }

  #transform(name: string, from: Expr, to: Call): void {
    const source = this.#values.get(from)!;
    const target = this.#make(to, `${name}_out`, 'activation', to.label.tensor);
    const id = this.#layer({
      name,
      ...named(to.label),
      operators: transformOps(to, from),
      target: 'host',
      inputs: [source.shape],
      output: target.shape,
      outputDtype: target.dtype,
      detail: SIDES[target.layout],
      usefulMacs: 0,
      tiles: [],
    });
    transformStep(this.#draft, id, source, target);
  }

  #host(kernel: HostKernel): void {
    const { calls, name } = kernel;
    const last = calls.at(-1)!;
    const outputs =
      last.type.kind === 'tensor'
        ? [{ call: last, field: 0, buffer: this.#make(last, `${name}_out`, 'activation', last.label.tensor) }]
        : this.#fields(last, name);
    const external = [
      ...new Set(
        calls.flatMap((c) => c.args).filter((a) => a.kind !== 'constant' && !calls.includes(a as Call)),
      ),
    ];
    const layerOf = calls.map((c) => c.label.layer).find((l) => l !== undefined);
    const id = this.#layer({
      name,
      ...named({ ...last.label, ...(layerOf === undefined ? {} : { layer: layerOf }) }),
      operators: calls.map((c) => c.op),
      target: 'host',
      inputs: external.flatMap((e) =>
        e.type.kind === 'tensor' ? [e.type.shape] : e.type.fields.map((f) => f.shape),
      ),
      output: outputs[0]!.buffer.shape,
      outputDtype: outputs[0]!.buffer.dtype,
      detail: hostDetail(calls[0]!),
      usefulMacs: calls.reduce((sum, c) => sum + hostMacs(c), 0),
      tiles: [],
    });
    this.#draft.steps.push(hostStep(calls, id, outputs, this.#values, this.#pool));
  }

  /** One buffer a field of an operator with several results. */
  #fields(call: Call, name: string): { call: Call; field: number; buffer: DraftBuffer }[] {
    if (call.type.kind !== 'tuple') return [];
    const projections = postOrder(this.#input.laidOut.main.body).filter(
      (e) => e.kind === 'tuple_get_item' && e.tuple === call,
    );
    return call.type.fields.map((type, field) => {
      const use = projections.find((e) => e.kind === 'tuple_get_item' && e.index === field);
      const label = use?.kind === 'tuple_get_item' ? use.label.tensor : undefined;
      const role = use !== undefined && this.#outputs.has(use) ? 'output' : 'activation';
      const buffer = tensorBuffer(`${name}_out${field}`, role, type, 'dense', label);
      this.#draft.buffers.push(buffer);
      this.#values.setField(call, field, buffer);
      return { call, field, buffer };
    });
  }

  /** The tensor of a layer that stays in L1, as a buffer there. */
  #resident(e: Expr, name: string, valueId: number): DraftBuffer | null {
    const place = this.#plan.residents.get(valueId);
    if (place === undefined) return null;
    const type = tensorTypeOf(e);
    const label = e.kind === 'function_call' ? e.label.tensor : undefined;
    const buffer: DraftBuffer = {
      name,
      role: 'activation',
      memory: 'L1',
      bytes: place.bytes,
      address: place.address,
      shape: type.shape,
      dtype: type.dtype,
      layout: 'core',
      ...(label === undefined ? {} : { tensor: label }),
    };
    this.#draft.buffers.push(buffer);
    this.#residents.set(e, buffer);
    return buffer;
  }

  /** A layer of the analog core: weights, jobs, and the layer for reports. */
  #analog(call: FunctionCall, name: string, layer: AnalogLayer, tiling: AnalogTiling): void {
    const input = this.#values.get(call.args[0]!)!;
    const weights = this.#weightBuffer(name, analogWeights(layer, tiling.channels, this.#hw));
    const output = this.#make(call, `${name}_out`, 'activation', call.label.tensor);
    const configuration = this.#configurations.ofWords(ANALOG_CONFIGURATION.compute);
    const place = { draft: this.#draft, layer: this.#draft.layers.length, name };
    const tiles = emitAnalog(layer, tiling, { input, output, weights, configuration }, place, this.#hw);
    const last = this.#draft.steps.at(-1);
    if (last?.kind === 'job') last.completes = [output];
    this.#layer({
      name,
      ...named(call.label),
      operators: compositeOperators(call.callee),
      target: 'analog',
      inputs: [layer.input],
      output: layer.output,
      outputDtype: 'int8',
      detail: describeAnalog(layer),
      usefulMacs: analogMacs(layer),
      tiles,
    });
  }

  #weightBuffer(name: string, content: Uint8Array): DraftBuffer {
    const buffer: DraftBuffer = {
      name: `${name}_weights`,
      role: 'weights',
      memory: 'L2',
      bytes: content.length,
      shape: [content.length],
      dtype: 'uint8',
      layout: 'dense',
      content,
    };
    this.#draft.buffers.push(buffer);
    return buffer;
  }

  #weights(name: string, layer: DigitalLayer): DraftBuffer | null {
    if (layer.kind === 'sum') return null;
    const [k, c] = [layer.output[1]!, layer.input[1]!];
    const content =
      layer.kind === 'dense'
        ? packDenseWeights(layer.weights, layer.bias, [k, c])
        : layer.depthwise
          ? packDepthwiseWeights(layer.weights, layer.bias, [c, layer.kernelHeight, layer.kernelWidth])
          : packConvWeights(layer.weights, layer.bias, [k, c, layer.kernelHeight, layer.kernelWidth]);
    return this.#weightBuffer(name, content);
  }

  #accelerator({ call, name }: AcceleratorKernel): void {
    const layer = this.#input.layers.get(call.callee)!;
    const node = this.#node++;
    const plan = this.#plan.layers[node]!;
    const { pixels } = this.#nodes[node]!;
    if (layer.kind === 'analog' || plan.kind === 'analog') {
      if (layer.kind === 'analog' && plan.kind === 'analog') this.#analog(call, name, layer, plan.tiling);
      return;
    }
    const operands = this.#operands(call);
    const weights = this.#weights(name, layer);
    const resident = this.#resident(call, `${name}_l1`, this.#nodes[node]!.output);
    const inL2 = 'inL2' in plan ? plan.inL2 : true;
    const output = inL2 ? this.#make(call, `${name}_out`, 'activation', call.label.tensor) : null;
    const touches = [...new Set([...operands.map((e) => this.#residents.get(e)), resident])].filter(
      (b) => b !== undefined && b !== null,
    );
    const id = this.#draft.layers.length;
    const emit = new LayerEmitter(this.#draft, id, name, this.#configurations, touches);
    const inputs = operands.map((e) => this.#values.get(e) ?? null);
    if (plan.kind === 'sum' && layer.kind === 'sum')
      emitSum(layer, plan, { inputs: [inputs[0]!, inputs[1]!], output }, emit);
    else if (plan.kind === 'conv' && layer.kind === 'conv')
      emitConv(layer, plan, { input: inputs[0]!, output, weights: weights! }, emit);
    else if (plan.kind === 'dense' && layer.kind === 'dense')
      emitDense(layer, plan, { input: inputs[0]!, output, weights: weights! }, emit);
    else if (plan.kind === 'pixel-conv' && layer.kind === 'conv')
      emitPixelConv(
        layer,
        plan.tiling,
        { input: inputs[0]!, output: output!, weights: weights! },
        this.#hw,
        emit,
      );
    else if (plan.kind === 'pixel-sum' && layer.kind === 'sum')
      emitPixelSum(layer, plan.tiling, { inputs: [inputs[0]!, inputs[1]!], output: output! }, this.#hw, emit);
    emit.complete([resident, output].filter((b) => b !== null));
    this.#layer({
      name,
      ...named(call.label),
      operators: compositeOperators(call.callee),
      target: 'digital',
      inputs: operands.map((e) => tensorTypeOf(e).shape),
      output: layer.output,
      outputDtype: 'int8',
      detail: describe(layer) + (pixels === true ? ' pixels' : ''),
      ...(pixels === undefined ? {} : { pixels }),
      usefulMacs: usefulMacs(layer),
      tiles: emit.tiles,
    });
  }
}

/** The operators of an accelerator function, anchor first (a sum's casts come before it in the graph). */
function compositeOperators(f: Func): string[] {
  const body = f.body.kind === 'function_call' ? f.body.callee.body : f.body;
  const ops = postOrder(body).flatMap((e) => (e.kind === 'call' ? [e.op] : []));
  const anchor = ops.findIndex((op) => op !== 'cast');
  return [...ops.slice(anchor, anchor + 1), ...ops.slice(0, anchor), ...ops.slice(anchor + 1)];
}

/**
 * Lowers the kernels of a partitioned `main` to a draft program: layers, steps and buffers, L1 planned, L2 addresses open.
 * Throws a LimitError when a layer's smallest tile exceeds L1.
 */
export const lower = (input: Kernels, hw: HardwareParameters, options: LowerOptions): Lowered =>
  new Lowering(input, hw, options).run();
