import { showShape } from '../../base/tensor.js';
import type { ProductSum } from '../../program/product-sums.js';
import type { Buffer, HostStep, Layer, Program, Step } from '../../program/types.js';
import { layerActions } from '../accelerator/actions.js';
import { copyDirection } from '../accelerator/calls.js';
import { emitNodes } from '../accelerator/emit.js';
import { reroll } from '../accelerator/reroll.js';
import { identifiers } from '../c/names.js';
import { C_TYPES, literal } from '../c/types.js';
import { CWriter, hex32 } from '../c/writer.js';
import { usesPixels } from '../host/analog-transform.js';
import { blockedSum, writeKernelBody } from '../host/kernel.js';
import type { BufferNames } from '../host/kernel-context.js';
import { CONSTANTS, constantValues, type DataPlan } from './data.js';
import { INSTRUCTION_TYPES } from './instructions.js';

/** A function of the generated program: one accelerated layer or one host kernel. */
export interface KernelFunction {
  readonly layer: Layer;
  readonly name: string;
  /** Buffers that it reads and writes through its parameters, in their order; null for an operand that stays in L1. */
  readonly inputs: readonly (number | null)[];
  readonly outputs: readonly (number | null)[];
  /** Buffers that are complete after the call. */
  readonly completes: readonly number[];
  readonly steps: readonly (readonly [index: number, step: Step])[];
}

/** The program's steps as functions, one a layer, in the order of their calls. */
export function kernelFunctions(program: Program): KernelFunction[] {
  const { layers, steps, buffers } = program.manifest;
  const names = identifiers(layers.map((l) => l.name));
  const byLayer = layers.map((): [number, Step][] => []);
  steps.forEach((step, i) => {
    byLayer[step.layer]!.push([i, step]);
  });
  return layers.map((layer, i) => {
    const own = byLayer[i]!;
    const completes = own.flatMap(([, s]) => (s.kind === 'tile' ? [] : s.completes));
    const host = own.find(([, s]) => s.kind === 'host')?.[1] as HostStep | undefined;
    const ends = host === undefined ? acceleratorBuffers(program, own) : hostBuffers(host, buffers);
    return { layer, name: names[i]!, ...ends, completes, steps: own };
  });
}

type Ends = Pick<KernelFunction, 'inputs' | 'outputs'>;

function hostBuffers(step: HostStep, buffers: readonly Buffer[]): Ends {
  const read = step.ops.flatMap((op) => op.args).flatMap((a) => ('buffer' in a ? [a.buffer] : []));
  return {
    inputs: [...new Set(read)].filter((id) => buffers[id]!.role !== 'constant'),
    outputs: step.stores.map((s) => s.buffer),
  };
}

function acceleratorBuffers(program: Program, steps: KernelFunction['steps']): Ends {
  const calls = layerActions(program, steps).map(({ call }) => call);
  const moved = (toL1: boolean) => {
    const ids = calls.flatMap((call) => {
      const direction = copyDirection(call);
      return direction !== undefined && direction.toL1 === toL1 ? [direction.buffer] : [];
    });
    return ids.length === 0 ? [null] : [...new Set(ids)];
  };
  return { inputs: moved(true), outputs: moved(false) };
}

/** "input", or "input_0", "input_1", ... */
const numbered = (base: string, count: number): string[] =>
  count === 1 ? [base] : Array.from({ length: count }, (_, i) => `${base}_${i}`);

/** The parameters of a kernel function: its inputs and outputs as pointers to void. */
export const parameters = (f: KernelFunction): { inputs: string[]; outputs: string[] } => ({
  inputs: numbered('in', f.inputs.length),
  outputs: numbered('out', f.outputs.length),
});

/** "int32_t tvmgen_default_...(const void *in, void *out)" */
export function prototype(f: KernelFunction): string {
  const { inputs, outputs } = parameters(f);
  const list = [...inputs.map((p) => `const void *${p}`), ...outputs.map((p) => `void *${p}`)];
  return `int32_t ${f.name}(${list.join(', ')})`;
}

/** The names by which kernels reach constants. */
export function bufferNames(program: Program, plan: DataPlan): BufferNames {
  const scalars = new Map<number, string>();
  for (const { buffer } of plan.members)
    if (buffer.role === 'constant' && buffer.shape.every((d) => d === 1))
      scalars.set(buffer.id, literal(constantValues(program, buffer)[0]!, buffer.dtype));
  return {
    constants: new Map(plan.members.map((m) => [m.buffer.id, `${CONSTANTS}.${m.name}`])),
    buffers: program.manifest.buffers,
    scalars,
  };
}

/** Declares a typed pointer for each buffer that comes or goes through a parameter. */
function declarePointers(w: CWriter, f: KernelFunction, names: BufferNames): Map<number, string> {
  const pointers = new Map<number, string>();
  const { inputs, outputs } = parameters(f);
  const declare = (
    ids: readonly (number | null)[],
    params: readonly string[],
    label: string,
    qualifier: string,
  ) =>
    ids.forEach((id, i) => {
      if (id === null) {
        w.line(`(void)${params[i]}; /* stays in L1 */`);
        return;
      }
      if (pointers.has(id)) return;
      const name = params.length === 1 ? label : `${label}_${i}`;
      w.line(`${qualifier}${C_TYPES[names.buffers[id]!.dtype]} *const ${name} = ${params[i]};`);
      pointers.set(id, name);
    });
  declare(f.inputs, inputs, 'input', 'const ');
  declare(f.outputs, outputs, 'output', '');
  return pointers;
}

const describeShape = (layer: Layer): string =>
  `${layer.inputs.map(showShape).join(', ')} -> ${showShape(layer.output)} ${layer.outputDtype}`;

/** What stands above a function: the layer, its operators, shapes and detail. */
function describe(w: CWriter, f: KernelFunction): void {
  const { layer } = f;
  const title = layer.layer === undefined ? '' : `Layer ${layer.layer}: `;
  const detail = layer.detail === '' ? '' : ` (${layer.detail})`;
  w.comment(`${title}${layer.operators.join(' ')}${detail}\n${describeShape(layer)}`);
}

function acceleratorBody(
  w: CWriter,
  f: KernelFunction,
  program: Program,
  names: BufferNames,
  plan: DataPlan,
): void {
  const actions = layerActions(program, f.steps);
  const pointers = declarePointers(w, f, names);
  const jobs = actions.flatMap(({ call }) =>
    call.kind === 'compute' || call.kind === 'analog' ? [call] : [],
  );
  const constants = new Map(names.constants);
  if (jobs[0] !== undefined) {
    const { buffer } = plan.byBuffer.get(jobs[0].instruction)!;
    w.comment(hex32(buffer.address));
    w.line(
      `${INSTRUCTION_TYPES[jobs[0].kind]} *const instruction = ${names.constants.get(jobs[0].instruction)};`,
    );
    const used = jobs.flatMap(({ weights }) => (weights === null ? [] : [weights]));
    if (used.length > 0) {
      const weights = plan.byBuffer.get(used[0]!)!;
      w.comment(hex32(weights.buffer.address));
      w.line(`const int8_t *const weights = ${names.constants.get(used[0]!)};`);
      constants.set(used[0]!, 'weights');
    }
  }
  w.line();
  emitNodes(w, reroll(actions), { pointers, constants });
}

/** Declares a pointer for each constant that a host kernel reads element by element. */
function declareConstants(
  w: CWriter,
  step: HostStep,
  names: BufferNames,
  plan: DataPlan,
): Map<number, string> {
  const read = step.ops.flatMap((op) => op.args).flatMap((a) => ('buffer' in a ? [a.buffer] : []));
  const ids = [...new Set(read)].filter((id) => names.constants.has(id) && !names.scalars.has(id));
  const locals = identifiers(['input', 'output', ...ids.map((id) => plan.byBuffer.get(id)!.name)]).slice(2);
  return new Map(
    ids.map((id, i) => {
      const { buffer } = plan.byBuffer.get(id)!;
      w.line(
        `const ${C_TYPES[buffer.dtype]} *const ${locals[i]} = ${names.constants.get(id)}; /* ${hex32(buffer.address)} */`,
      );
      return [id, locals[i]!];
    }),
  );
}

/** The product sums that the program's host kernels compute in blocks. */
export const blockedSums = (program: Program): ProductSum[] =>
  program.manifest.steps.flatMap((s) => {
    const sum = s.kind === 'host' ? blockedSum(s, program.manifest.buffers) : null;
    return sum === null ? [] : [sum];
  });

/** Whether a kernel needs host_exp.h. */
const usesExpTable = (step: HostStep): boolean => step.ops.some((op) => op.attrs.integers === true);

/** Whether any kernel does. */
export const needsExpTable = (program: Program): boolean =>
  program.manifest.steps.some((s) => s.kind === 'host' && usesExpTable(s));

/** Whether a kernel needs host_pixels.h. */
function movesPixels({ ops, stores }: HostStep, buffers: readonly Buffer[]): boolean {
  const [first] = ops;
  const from = first?.args[0];
  return (
    first?.op === 'layout_transform' &&
    from !== undefined &&
    'buffer' in from &&
    usesPixels(buffers[from.buffer]!, buffers[stores[0]!.buffer]!)
  );
}

/** Whether any kernel does. */
export const needsPixels = (program: Program): boolean =>
  program.manifest.steps.some((s) => s.kind === 'host' && movesPixels(s, program.manifest.buffers));

/** Whether a kernel needs host_fixed.h. */
export const usesFixedPoint = (layer: Layer): boolean =>
  layer.operators.some((op) => op.startsWith('tflite.'));

/** The file of one kernel function. */
export function kernelFile(f: KernelFunction, program: Program, names: BufferNames, plan: DataPlan): string {
  const w = new CWriter();
  w.line('#include "tvmgen_default_internal.h"');
  const host = f.steps.find(([, s]) => s.kind === 'host')?.[1] as HostStep | undefined;
  if (host !== undefined) {
    w.line(`#include "${usesFixedPoint(f.layer) ? 'host_fixed.h' : 'host_math.h'}"`);
    if (usesExpTable(host)) w.line('#include "host_exp.h"');
    if (movesPixels(host, names.buffers)) w.line('#include "host_pixels.h"');
    if (blockedSum(host, names.buffers) !== null) w.line('#include "host_nn.h"');
  }
  w.line();
  describe(w, f);
  w.block(prototype(f), () => {
    if (host === undefined) acceleratorBody(w, f, program, names, plan);
    else {
      const pointers = declarePointers(w, f, names);
      writeKernelBody(w, host, { ...names, constants: declareConstants(w, host, names, plan) }, pointers);
    }
    w.line('return 0;');
  });
  return w.toString();
}
