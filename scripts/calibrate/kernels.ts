import { hostKernelCycles } from '../../sim/host/kernel-cost.js';
import { DEFAULT_PARAMETERS, type HostCycleParameters } from '../../sim/isa/parameters.js';
import { runProgram } from '../../sim/program/run.js';
import type { DType } from '../../src/base/dtype.js';
import { isFloat } from '../../src/base/dtype.js';
import type { Shape } from '../../src/base/tensor.js';
import type { Model } from '../../src/ir/expr.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { runOnSoc } from '../../src/node/toolchain/soc.js';
import type { HostStep, Operand, Program } from '../../src/program/types.js';

export const HOST_PARAMETERS = Object.keys(DEFAULT_PARAMETERS.host) as (keyof HostCycleParameters)[];

/** One host kernel as it ran on the SoC. */
export interface KernelSample {
  /** The model, its target and whether operators were fused. */
  readonly program: string;
  readonly kernel: string;
  /** Its first operator, with " float32" where it computes in floats. */
  readonly kind: string;
  /** How often the cost model charges each host parameter, in the order of HOST_PARAMETERS. */
  readonly features: readonly number[];
  /** On the SoC, from the call to the return. */
  readonly cycles: number;
}

const SCALE = 1000;

/** The parameters with one of them SCALE and the others 0: the cost model is linear in them. */
const unit = (name: keyof HostCycleParameters): HostCycleParameters =>
  Object.fromEntries(
    HOST_PARAMETERS.map((p) => [p, p === name ? SCALE : 0]),
  ) as unknown as HostCycleParameters;

type TypeOf = { readonly shape: Shape; readonly dtype: DType };

/** How often the cost model charges each parameter for a kernel. */
export function kernelFeatures(program: Program, step: HostStep): number[] {
  const typeOf = (o: Operand): TypeOf =>
    'buffer' in o ? program.manifest.buffers[o.buffer]! : step.ops[o.result]!.results[o.field ?? 0]!;
  const isConstant = (o: Operand): boolean =>
    'buffer' in o && program.manifest.buffers[o.buffer]!.role === 'constant';
  // The estimate is linear in the parameters; in thousandths, because it is rounded up to whole cycles.
  return HOST_PARAMETERS.map((name) => hostKernelCycles(step, typeOf, isConstant, unit(name)) / SCALE);
}

/** Runs a program on the SoC and returns its host kernels. Throws an Error when the program's own check fails. */
export function kernelSamples(program: Program, model: Model, name: string): KernelSample[] {
  const inputs = builtinInput(model);
  const { outputs } = runProgram(program, inputs);
  const { result, layers } = runOnSoc(program, { inputs, outputs }, 'O2');
  if (result.exitStatus !== 0) throw new Error(`${name} ended with ${result.exitStatus}: ${result.stdout}`);
  return program.manifest.steps.flatMap((step) => {
    if (step.kind !== 'host') return [];
    const layer = program.manifest.layers[step.layer]!;
    const float = step.ops.some((op) => op.results.some((r) => isFloat(r.dtype)));
    const fused = step.ops.some((op) => op.op === 'layout_transform')
      ? 'layout_transform'
      : layer.operators[0]!;
    return {
      program: name,
      kernel: layer.name,
      kind: float ? `${fused} float32` : fused,
      features: kernelFeatures(program, step),
      cycles: layers[layer.id]!.cycles,
    };
  });
}
