import { type Call, type Expr, tensorTypeOf } from '../../ir/expr.js';
import type { TensorType } from '../../ir/types.js';
import type { HostOp } from '../../program/types.js';
import type { Draft, DraftBuffer, DraftHost, DraftOperand } from '../draft.js';
import type { ConstantPool, ValueBuffers } from '../values.js';

/** Multiply-accumulates of an operator on the host; 0 for all but conv2d and dense. */
export function hostMacs(call: Call): number {
  if (call.type.kind !== 'tensor') return 0;
  const outputs = call.type.shape.reduce((n, d) => n * d, 1);
  if (!['qnn.conv2d', 'nn.conv2d', 'nn.dense'].includes(call.op)) return 0;
  return (
    outputs *
    tensorTypeOf(call.args[1]!)
      .shape.slice(1)
      .reduce((n, d) => n * d, 1)
  );
}

/** "3x3 s1,2 p1,1,1,1": what identifies a conv2d on the host; empty for other operators. */
export function hostDetail(call: Call): string {
  if (call.op !== 'qnn.conv2d' && call.op !== 'nn.conv2d') return '';
  const [kh, kw] = tensorTypeOf(call.args[1]!).shape.slice(2);
  const groups = Number(call.attrs.groups) > 1 ? ` groups ${call.attrs.groups}` : '';
  return `${kh}x${kw} s${call.attrs.strides} p${call.attrs.padding}${groups}`;
}

const resultTypes = (call: Call): readonly TensorType[] =>
  call.type.kind === 'tensor' ? [call.type] : call.type.fields;

const RESHAPES = new Set(['reshape', 'nn.batch_flatten', 'squeeze', 'expand_dims']);

/** Whether a float32 tensor holds int8 values: whole numbers from -128 to 127. */
function holdsInt8(e: Expr): boolean {
  if (e.kind !== 'call') return false;
  const from = e.args[0]!;
  if (e.op === 'cast') return tensorTypeOf(from).dtype === 'int8';
  return RESHAPES.has(e.op) && holdsInt8(from);
}

/** What the host's code may rely on beside the operator's own attributes. */
const known = (c: Call): HostOp['attrs'] =>
  c.op === 'nn.softmax' && holdsInt8(c.args[0]!) ? { integers: true } : {};

/** The tensors that an argument stands for: the fields of a tuple one after another. */
const flattened = (args: readonly Expr[]): readonly Expr[] =>
  args.flatMap((a) => (a.kind === 'tuple' ? a.fields : [a]));

/** The step of a host kernel: its operators over the values of `values` and the constants of `pool`. */
export function hostStep(
  calls: readonly Call[],
  layer: number,
  outputs: readonly { readonly call: Call; readonly field: number; readonly buffer: DraftBuffer }[],
  values: ValueBuffers,
  pool: ConstantPool,
): DraftHost {
  const operand = (e: Expr): DraftOperand => {
    if (e.kind === 'constant') return { buffer: pool.get(e.value, e.name) };
    const index = calls.indexOf((e.kind === 'tuple_get_item' ? e.tuple : e) as Call);
    if (index >= 0)
      return e.kind === 'tuple_get_item' ? { result: index, field: e.index } : { result: index };
    const buffer = values.get(e);
    if (buffer === undefined) throw new Error(`no buffer for a ${e.kind} that a host kernel reads`);
    return { buffer };
  };
  const ops = calls.map((c): Omit<HostOp, 'args'> & { args: DraftOperand[] } => ({
    op: c.op,
    attrs: { ...c.attrs, ...known(c) },
    args: flattened(c.args).map(operand),
    results: resultTypes(c).map(({ shape, dtype }) => ({ shape, dtype })),
  }));
  const buffers = outputs.map((o) => o.buffer);
  return {
    kind: 'host',
    layer,
    ops,
    stores: outputs.map(({ call, field, buffer }) => ({
      from:
        call.type.kind === 'tensor'
          ? { result: calls.indexOf(call) }
          : { result: calls.indexOf(call), field },
      buffer,
    })),
    completes: buffers,
  };
}

/** The step of a layout transform: one copy between a dense buffer and one in the core's layout. */
export function transformStep(draft: Draft, layer: number, from: DraftBuffer, to: DraftBuffer): void {
  draft.steps.push({
    kind: 'host',
    layer,
    ops: [
      {
        op: 'layout_transform',
        attrs: { src_layout: from.layout, dst_layout: to.layout },
        args: [{ buffer: from }],
        results: [{ shape: to.shape, dtype: to.dtype }],
      },
    ],
    stores: [{ from: { result: 0 }, buffer: to }],
    completes: [to],
  });
}
