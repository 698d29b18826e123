import type { Tensor } from '../../src/base/tensor.js';
import { type ProductSum, productSum } from '../../src/program/product-sums.js';
import type { Buffer, HostStep, Operand } from '../../src/program/types.js';
import type { Memory } from '../core/memory.js';
import { executeHostOp } from '../host/execute.js';
import { hostKernelCycles } from '../host/kernel-cost.js';
import { requantizedSums } from '../host/requantized-sums.js';
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

/** What the operand is: of a buffer or of a result inside the kernel. */
const typeIn =
  (step: HostStep, buffers: readonly Buffer[]) =>
  (o: Operand): Pick<Tensor, 'shape' | 'dtype'> =>
    'buffer' in o ? buffers[o.buffer]! : step.ops[o.result]!.results[o.field ?? 0]!;

const constantIn =
  (buffers: readonly Buffer[]) =>
  (o: Operand): boolean =>
    'buffer' in o && buffers[o.buffer]!.role === 'constant';

/** The result of a whole kernel that is one requantized product sum, computed in one go; undefined for others, and where that cannot be. */
function inOneGo(
  { ops }: HostStep,
  sum: ProductSum | null,
  value: (o: Operand) => Tensor,
): Tensor | undefined {
  if (sum === null || sum.requantized === null) return undefined;
  const { shift } = sum.requantized;
  return requantizedSums({
    ops,
    sum,
    args: ops[0]!.args.map(value),
    bias: sum.bias === null ? undefined : value(sum.bias),
    shift: shift === null ? undefined : value(shift),
  });
}

/** What a host kernel costs, nothing computed: `overflows` is 0. */
export function hostStepCost(
  step: HostStep,
  buffers: readonly Buffer[],
  costs: HostCycleParameters,
): HostReport {
  const read = new Set(step.ops.flatMap((op) => op.args.flatMap((o) => ('buffer' in o ? [o.buffer] : []))));
  for (const { from } of step.stores) if ('buffer' in from) read.add(from.buffer);
  const bytes = (ids: Iterable<number>): number =>
    [...ids].reduce((n, id) => n + tensorBytes(buffers[id]!), 0);
  return {
    cycles: hostKernelCycles(step, typeIn(step, buffers), constantIn(buffers), costs),
    bytesRead: bytes(read),
    bytesWritten: bytes(step.stores.map(({ buffer }) => buffer)),
    overflows: 0,
  };
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
  const [typeOf, isConstant] = [typeIn(step, buffers), constantIn(buffers)];
  const sum = productSum(step, typeOf, isConstant);
  const cycles = hostKernelCycles(step, typeOf, isConstant, costs, sum);
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
  const whole = inOneGo(step, sum, value);
  if (whole !== undefined) results[step.ops.length - 1] = [whole];
  else for (const op of step.ops) results.push(executeHostOp(op, op.args.map(value), { onOverflow }));
  for (const { from, buffer } of step.stores) {
    writeTensor(l2, buffers[buffer]!, value(from), writer);
    report.bytesWritten += tensorBytes(buffers[buffer]!);
  }
  return report;
}
