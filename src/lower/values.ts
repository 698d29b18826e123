import { analogLayout } from '../../sim/isa/analog/layout.js';
import { WORD_BYTES, withCopySlack } from '../../sim/isa/geometry.js';
import { coreLayout } from '../../sim/isa/layout.js';
import { bytesPerElement } from '../base/dtype.js';
import type { Tensor } from '../base/tensor.js';
import { roundUp } from '../base/units.js';
import type { Expr } from '../ir/expr.js';
import type { TensorType } from '../ir/types.js';
import type { BufferLayout, BufferRole, ElementOrder } from '../program/types.js';
import type { Draft, DraftBuffer } from './draft.js';

/** The bytes of a dense tensor, little-endian; int64 as two's complement of 8 bytes. */
export function denseBytesOf(value: Tensor): Uint8Array {
  if (value.dtype !== 'int64')
    return new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
  const out = new Uint8Array(value.data.length * 8);
  const view = new DataView(out.buffer);
  value.data.forEach((v, i) => {
    view.setBigInt64(8 * i, BigInt(v), true);
  });
  return out;
}

/** An L2 buffer for a tensor; in the core's layout it has the slack that rounded copies may touch. */
export function tensorBuffer(
  name: string,
  role: BufferRole,
  type: TensorType,
  layout: BufferLayout,
  tensor: string | undefined,
  order?: ElementOrder,
): DraftBuffer {
  const elements = type.shape.reduce((n, d) => n * d, 1);
  const bytes =
    layout === 'analog'
      ? analogLayout(type.shape).bytes
      : layout === 'core'
        ? withCopySlack(coreLayout(type.shape).bytes)
        : roundUp(elements * bytesPerElement(type.dtype), WORD_BYTES);
  const common = { name, role, memory: 'L2', bytes, shape: type.shape, dtype: type.dtype, layout } as const;
  const buffer = layout === 'analog' && order !== undefined ? { ...common, order } : common;
  return tensor === undefined ? buffer : { ...buffer, tensor };
}

/** Host constants in L2: one buffer for each distinct value, however often the graph holds it. */
export class ConstantPool {
  readonly #draft: Draft;
  readonly #byContent = new Map<string, DraftBuffer>();
  readonly #byValue = new Map<Tensor, DraftBuffer>();
  #unnamed = 0;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  get(value: Tensor, name: string | undefined): DraftBuffer {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    const content = denseBytesOf(value);
    const key = content.length <= 64 ? `${value.dtype} ${value.shape} ${content}` : '';
    const same = key === '' ? undefined : this.#byContent.get(key);
    const buffer = same ?? this.#make(value, content, name);
    this.#byValue.set(value, buffer);
    if (key !== '') this.#byContent.set(key, buffer);
    return buffer;
  }

  #make(value: Tensor, content: Uint8Array, name: string | undefined): DraftBuffer {
    const buffer: DraftBuffer = {
      name: name ?? `constant_${this.#unnamed++}`,
      role: 'constant',
      memory: 'L2',
      bytes: roundUp(Math.max(1, content.length), WORD_BYTES),
      shape: value.shape,
      dtype: value.dtype,
      layout: 'dense',
      content,
    };
    this.#draft.buffers.push(buffer);
    return buffer;
  }
}

/** Which L2 buffer holds each value of the graph; for a field of a tuple, by the tuple and the field's index. */
export class ValueBuffers {
  readonly #buffers = new Map<Expr, DraftBuffer>();
  readonly #fields = new Map<Expr, Map<number, DraftBuffer>>();

  set(e: Expr, buffer: DraftBuffer): void {
    this.#buffers.set(e, buffer);
  }

  setField(tuple: Expr, index: number, buffer: DraftBuffer): void {
    const fields = this.#fields.get(tuple) ?? new Map<number, DraftBuffer>();
    fields.set(index, buffer);
    this.#fields.set(tuple, fields);
  }

  get(e: Expr): DraftBuffer | undefined {
    return e.kind === 'tuple_get_item' ? this.#fields.get(e.tuple)?.get(e.index) : this.#buffers.get(e);
  }
}
