import { ANALOG_INFERENCES } from '../../../sim/isa/analog/inferred.js';
import { analogLayout, usedStretches } from '../../../sim/isa/analog/layout.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { type DType, isFloat } from '../../base/dtype.js';
import { UserError } from '../../base/errors.js';
import { entryOf } from '../../base/operators.js';
import { elementCount, type Shape } from '../../base/tensor.js';
import { type ProductSum, productSum } from '../../program/product-sums.js';
import type { Buffer, HostOp, HostStep, Operand } from '../../program/types.js';
import { C_TYPES } from '../c/types.js';
import type { CWriter } from '../c/writer.js';
import type { BufferNames, ElementCode, KernelContext, RowCode, Source } from './kernel-context.js';
import { OPERATOR_CODE } from './operators.js';
import { axisNames, Position, plus, times } from './position.js';
import { writeProductSum } from './product-sum.js';
import { BINARY_OPERATORS, UNARY_OPERATORS } from './scalar.js';
import { writeTransform } from './transform.js';

function elementCode(op: string): ElementCode | undefined {
  const entry = entryOf(OPERATOR_CODE, op);
  return entry?.kind === 'element' ? entry.code : undefined;
}

function rowCode(op: string): RowCode | undefined {
  const entry = entryOf(OPERATOR_CODE, op);
  return entry?.kind === 'rows' ? entry.code : undefined;
}

const SAME_ELEMENT = new Set(['reshape', 'nn.batch_flatten', 'squeeze', 'expand_dims', ...UNARY_OPERATORS]);

/** Writes the body of one host kernel. */
class Kernel implements KernelContext {
  readonly out: CWriter;
  readonly step: HostStep;
  readonly ownOutput: string | undefined;
  readonly #names: BufferNames;
  readonly #pointers: ReadonlyMap<number, string>;
  readonly #taken = new Set<string>();
  /** The code of one operator's elements, where something made them beforehand. */
  #made: { readonly op: number; readonly element: (at: Position) => string } | undefined;
  /** Expressions of results that are already computed, by operator and position. */
  readonly #known = new Map<string, { readonly name: string; readonly scope: number }>();

  constructor(out: CWriter, step: HostStep, names: BufferNames, pointers: ReadonlyMap<number, string>) {
    this.out = out;
    this.step = step;
    this.ownOutput = step.ops.length === 1 ? pointers.get(step.stores[0]!.buffer) : undefined;
    this.#names = names;
    this.#pointers = pointers;
    for (const p of [...pointers.values(), ...names.constants.values()]) this.#taken.add(p);
  }

  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 1; this.#taken.has(name); n++) name = `${wanted}_${n}`;
    this.#taken.add(name);
    return name;
  }

  source(o: Operand): Source | undefined {
    if (!('buffer' in o)) return undefined;
    const b = this.#names.buffers[o.buffer]!;
    const pointer = this.#pointers.get(o.buffer) ?? this.#names.constants.get(o.buffer)!;
    const scalar = this.#names.scalars.get(o.buffer);
    return { shape: b.shape, dtype: b.dtype, pointer, ...(scalar === undefined ? {} : { scalar }) };
  }

  typeOf(o: Operand): { shape: Shape; dtype: DType } {
    if ('buffer' in o) return this.#names.buffers[o.buffer]!;
    return this.step.ops[o.result]!.results[o.field ?? 0]!;
  }

  /** Writes what the elements of the first operator share along a row. */
  beginRow(code: RowCode, at: Position): void {
    this.provide(0, code.begin(this.step.ops[0]!, at, this));
  }

  /** From here on, `element` is the code of operator `op`'s elements. */
  provide(op: number, element: (at: Position) => string): void {
    this.#made = { op, element };
  }

  value(o: Operand, at: Position): string {
    const source = this.source(o);
    if (source !== undefined) return source.scalar ?? `${source.pointer}[${at.flat}]`;
    const index = (o as { readonly result: number }).result;
    const key = `${index} ${at.axes}`;
    const known = this.#known.get(key);
    if (known !== undefined && this.out.isOpen(known.scope)) return known.name;
    const op = this.step.ops[index]!;
    const made = this.#made;
    const code = index === made?.op ? () => made.element(at) : elementCode(op.op);
    if (code === undefined)
      throw new UserError(`host operator ${op.op} has no C code inside a fused kernel.`);
    const expression = code(op, at, this);
    if (/^-?\w+$/.test(expression)) return expression;
    const name = this.fresh(op.op.replaceAll('.', '_'));
    this.out.line(`const ${C_TYPES[op.results[0]!.dtype]} ${name} = ${expression};`);
    this.#known.set(key, { name, scope: this.out.scope });
    return name;
  }
}

/** Whether each element of the result depends on the elements at the same place of the arguments alone. */
function isElementwise(step: HostStep, k: Kernel): boolean {
  const last = step.ops.at(-1)!.results[0]!.shape;
  const elements = elementCount(last);
  return step.ops.every((op) => {
    if (!SAME_ELEMENT.has(op.op) && !BINARY_OPERATORS.includes(op.op)) return false;
    const reshapes = SAME_ELEMENT.has(op.op);
    return op.args.every((a) => {
      const { shape } = k.typeOf(a);
      if (k.source(a)?.scalar !== undefined) return true;
      return elementCount(shape) === elements && (reshapes || String(shape) === String(op.results[0]!.shape));
    });
  });
}

/** Elements that one round of a loop over integers makes, where they divide. */
const ROUND = 4;

/** Whether a buffer's bytes are all that a kernel sees of it: what works element by element works byte by byte there. */
const isOfBytes = ({ layout }: Buffer): boolean => layout !== 'dense';

/** A loop for each run of stretches of pixels; `body` writes what is done to the bytes of one from its first on, as C. */
function overPixels(k: Kernel, { shape, order }: Buffer, body: (from: string, bytes: number) => void): void {
  const ours = { ...ANALOG_INFERENCES, ...order };
  for (const { start, count, step, bytes } of usedStretches(analogLayout(shape), ours)) {
    if (count === 1) body(String(start), bytes);
    else {
      const p = k.fresh('p');
      k.out.loop(p, count, () => body(plus(times(p, step), start), bytes));
    }
  }
}

/**
 * One loop over all elements; in the core's layout over all bytes, padding of rows included, and in the analog core's over those of lines that
 * hold channels in use.
 */
function flatKernel(k: Kernel, target: Buffer, output: string): void {
  if (target.layout === 'analog') overPixels(k, target, (from, bytes) => byteLoop(k, bytes, from, output));
  else byteLoop(k, target.layout === 'core' ? coreLayout(target.shape).bytes : null, '0', output);
}

/** A loop over `count` elements from `from` on; over all of the result where there is no count. */
function byteLoop(k: Kernel, bytes: number | null, from: string, output: string): void {
  const last: Operand = { result: k.step.ops.length - 1 };
  const { shape } = k.typeOf(last);
  const count = bytes ?? elementCount(shape);
  const i = k.fresh('i');
  const element = (at: string): void => {
    const place = plus(from, at);
    const value = k.value(last, Position.ofElement(shape, place));
    k.out.line(`${output}[${count === 1 ? '0' : place}] = ${value};`);
  };
  const short = k.step.ops.every(
    (op) =>
      op.op === 'reshape' ||
      [...op.args.map((a) => k.typeOf(a)), ...op.results].every((t) => !isFloat(t.dtype)),
  );
  if (!short || count % ROUND !== 0) k.out.loop(i, count, () => element(i));
  else
    k.out.block(`for (int32_t ${i} = 0; ${i} < ${count}; ${i} += ${ROUND})`, () => {
      for (let part = 0; part < ROUND; part++) element(part === 0 ? i : `${i} + ${part}`);
    });
}

/** Loops over the axes of the result; what elements share along an axis is made outside that axis's loop, the innermost. */
function nestedKernel(k: Kernel, output: string): void {
  const last: Operand = { result: k.step.ops.length - 1 };
  const { shape } = k.typeOf(last);
  const names = axisNames(shape.length).map((n) => k.fresh(n));
  const row = rowCode(k.step.ops[0]!.op);
  const rowAxis = row?.axis(k.step.ops[0]!, shape);
  const axes = shape.map((_, i) => i).filter((i) => i !== rowAxis);
  if (rowAxis !== undefined) axes.push(rowAxis);
  const at = Position.ofAxes(shape, names);
  const over = (depth: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      const value = k.value(last, at);
      k.out.line(`${output}[${at.flat}] = ${value};`);
      return;
    }
    if (row !== undefined && axis === rowAxis) k.beginRow(row, at);
    if (shape[axis] === 1) over(depth + 1);
    else k.out.loop(names[axis]!, shape[axis]!, () => over(depth + 1));
  };
  over(0);
}

/** Product sums in blocks; what follows them element by element. */
function blockedKernel(k: Kernel, sum: ProductSum, output: string): void {
  const [data, weights] = k.step.ops[0]!.args.map((a) => k.source(a)!.pointer) as [string, string];
  const last: Operand = { result: k.step.ops.length - 1 };
  writeProductSum({
    out: k.out,
    sum,
    data,
    weights,
    bias: sum.bias === null ? '0' : k.source(sum.bias)!.pointer,
    output,
    scalar: (o) => k.source(o)!.scalar!,
    rest: (at, element) => {
      k.provide(sum.summed, () => element);
      k.out.line(`${output}[${at.flat}] = ${k.value(last, at.reshaped(k.typeOf(last).shape))};`);
    },
  });
}

/** How a kernel computes its product sum; null where it does so element by element. */
export const blockedSum = (step: HostStep, buffers: readonly Buffer[]): ProductSum | null =>
  productSum(
    step,
    (o) => ('buffer' in o ? buffers[o.buffer]! : step.ops[o.result]!.results[o.field ?? 0]!),
    (o) => 'buffer' in o && buffers[o.buffer]!.role === 'constant',
  );

/**
 * Writes the loops of a host kernel. `pointers` names the parameter for each buffer that is not a constant. Floats are computed in
 * the simulator's order. Throws a UserError for an operator that has no C code.
 */
export function writeKernelBody(
  out: CWriter,
  step: HostStep,
  names: BufferNames,
  pointers: ReadonlyMap<number, string>,
): void {
  const k = new Kernel(out, step, names, pointers);
  const [first] = step.ops as readonly [HostOp];
  const outputs = step.stores.map((s) => pointers.get(s.buffer)!);
  const target = names.buffers[step.stores[0]!.buffer]!;
  const blocked = blockedSum(step, names.buffers);
  const entry = entryOf(OPERATOR_CODE, first.op);
  if (entry?.kind === 'transform') {
    const from = (first.args[0] as { readonly buffer: number }).buffer;
    writeTransform(out, names.buffers[from]!, target);
  } else if (entry?.kind === 'whole')
    entry.code(first, outputs, k, axisNames(k.typeOf(first.args[0]!).shape.length));
  else if (blocked !== null) blockedKernel(k, blocked, outputs[0]!);
  else if (isOfBytes(target) || isElementwise(step, k)) flatKernel(k, target, outputs[0]!);
  else nestedKernel(k, outputs[0]!);
}
