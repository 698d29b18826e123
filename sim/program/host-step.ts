import type { Tensor } from '../../src/base/tensor.js';
import type { Buffer, HostStep, Operand } from '../../src/program/types.js';
import type { Memory } from '../core/memory.js';
import { executeHostOp } from '../host/execute.js';
import { hostKernelCycles } from '../host/kernel-cost.js';
import type { HostCycleParameters } from '../isa/parameters.js';
import { readTensor, tensorBytes, writeTensor } from './tensor-access.js';

/** What a host kernel cost. */
export interface HostReport {
  readonly cycles: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Integer results that wrapped. */
  readonly overflows: number;
}

/**
 * Runs a host kernel over L2: its operators in order, each buffer read once, results between them in no memory, `stores` written
 * in their buffers' layouts. Throws a UserError for what an operator cannot compute or a byte that nothing has written.
 */
export function runHostStep(
  step: HostStep,
  buffers: readonly Buffer[],
  l2: Memory,
  costs: HostCycleParameters,
  writer: number,
): HostReport {
  const loaded = new Map<number, Tensor>();
  const results: Tensor[][] = [];
  const typeOf = (o: Operand): Pick<Tensor, 'shape' | 'dtype'> =>
    'buffer' in o ? buffers[o.buffer]! : step.ops[o.result]!.results[o.field ?? 0]!;
  const isConstant = (o: Operand): boolean => 'buffer' in o && buffers[o.buffer]!.role === 'constant';
  const cycles = hostKernelCycles(step, typeOf, isConstant, costs);
  const report = { cycles, bytesRead: 0, bytesWritten: 0, overflows: 0 };
  const load = (id: number): Tensor => {
    const known = loaded.get(id);
    if (known !== undefined) return known;
    const buffer = buffers[id]!;
    const tensor = readTensor(l2, buffer);
    report.bytesRead += tensorBytes(buffer);
    loaded.set(id, tensor);
    return tensor;
  };
  const value = (o: Operand): Tensor => ('buffer' in o ? load(o.buffer) : results[o.result]![o.field ?? 0]!);
  const onOverflow = (count: number) => {
    report.overflows += count;
  };
  for (const op of step.ops) {
    const args = op.args.map(value);
    results.push(executeHostOp(op, args, { onOverflow }));
  }
  for (const { from, buffer } of step.stores) {
    writeTensor(l2, buffers[buffer]!, value(from), writer);
    report.bytesWritten += tensorBytes(buffers[buffer]!);
  }
  return report;
}
