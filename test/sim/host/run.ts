import { executeHostOp } from '../../../sim/host/execute.js';
import type { HostContext } from '../../../sim/host/kernel.js';
import type { Attrs } from '../../../src/base/attr-value.js';
import type { DType } from '../../../src/base/dtype.js';
import { elementCount, type Shape, type Tensor, tensor } from '../../../src/base/tensor.js';
import { completeAttrs } from '../../../src/ir/attrs.js';
import { opDef } from '../../../src/ir/registry.js';
import { type TensorType, type Type, tensorType } from '../../../src/ir/types.js';
import type { HostOp } from '../../../src/program/types.js';

const typeOf = (t: Tensor): TensorType => tensorType(t.shape, t.dtype);

/** The program's form of `op` on these arguments: attributes completed and results inferred by the compiler's definition. */
export function hostOp(op: string, args: readonly Tensor[], attrs: Attrs = {}): HostOp {
  const def = opDef(op);
  const complete = completeAttrs(op, def.attrs, attrs);
  const types: Type[] = args.map(typeOf);
  const asTuple = def.args[0]!.endsWith('...');
  const result = def.infer(asTuple ? [{ kind: 'tuple', fields: args.map(typeOf) }] : types, complete);
  const results = (result.kind === 'tuple' ? result.fields : [result]).map(({ shape, dtype }) => ({
    shape,
    dtype,
  }));
  return { op, attrs: complete, args: args.map((_, buffer) => ({ buffer })), results };
}

/** Runs `op`; the executor itself refuses results of other types than the compiler inferred. */
export const runAll = (
  op: string,
  args: readonly Tensor[],
  attrs: Attrs = {},
  context: HostContext = {},
): Tensor[] => executeHostOp(hostOp(op, args, attrs), args, context);

/** Values of the only result. */
export const run = (op: string, args: readonly Tensor[], attrs: Attrs = {}): number[] =>
  Array.from(runAll(op, args, attrs)[0]!.data);

/** A vector of `values`. */
export const vec = (dtype: DType, ...values: number[]): Tensor => tensor([values.length], dtype, values);

/** 0, 1, 2, ... in `shape`. */
export const iota = (shape: Shape, dtype: DType = 'int8'): Tensor =>
  tensor(
    shape,
    dtype,
    Array.from({ length: elementCount(shape) }, (_, i) => i),
  );
