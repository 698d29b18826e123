import { analogByte, analogLayout } from '../../../sim/isa/analog/layout.js';
import { byteOfElement, coreLayout } from '../../../sim/isa/layout.js';
import { bytesPerElement } from '../../base/dtype.js';
import { denseBytes, elementCount, type Tensor, tensor } from '../../base/tensor.js';

/**
 * How foreign compilers lay a tensor out in L2: `dense` as the host sees it; `core` with rows padded to 16 and words reversed, as the digital
 * core does; `reversed` dense with words reversed (HTVM's transforms at widths of 16); `padded` with rows padded but words in order; `analog` as pixels of
 * channels, as the analog core reads them.
 */
export const LAYOUTS = ['dense', 'core', 'reversed', 'padded', 'analog'] as const;
export type MemoryLayout = (typeof LAYOUTS)[number];

/** Layouts that a tensor can have: only bytes are padded and reversed. */
export const layoutsOf = (t: Tensor): readonly MemoryLayout[] =>
  bytesPerElement(t.dtype) === 1 ? LAYOUTS.filter((l) => l !== 'analog' || t.shape.length === 4) : ['dense'];

/** Bytes from the tensor's start to behind its last element. */
export function extentOf(t: Tensor, layout: MemoryLayout): number {
  switch (layout) {
    case 'dense':
      return denseBytes(t.shape, t.dtype);
    case 'reversed':
      return (elementCount(t.shape) + 3) & ~3;
    case 'core':
    case 'padded':
      return coreLayout(t.shape).bytes;
    case 'analog':
      return analogLayout(t.shape).bytes;
  }
}

/** Byte offset of element `e` of a tensor of bytes. */
function offsets(t: Tensor, layout: MemoryLayout): (e: number) => number {
  const { columns, pitch } = coreLayout(t.shape);
  const padded = (e: number): number => Math.floor(e / columns) * pitch + (e % columns);
  switch (layout) {
    case 'dense':
      return (e) => e;
    case 'reversed':
      return byteOfElement;
    case 'padded':
      return padded;
    case 'core':
      return (e) => byteOfElement(padded(e));
    case 'analog': {
      const layout = analogLayout(t.shape);
      return (e) => analogByte(Math.floor(e / layout.pixels), e % layout.pixels, layout);
    }
  }
}

/** The values that lie at offset `at` of `bytes`, as a tensor like `t`; undefined where it does not fit. */
export function tensorAt(bytes: Uint8Array, at: number, t: Tensor, layout: MemoryLayout): Tensor | undefined {
  if (at < 0 || at + extentOf(t, layout) > bytes.length) return undefined;
  const count = elementCount(t.shape);
  const width = bytesPerElement(t.dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const values = new Float64Array(count);
  if (width === 1) {
    const offsetOf = offsets(t, layout);
    const read = t.dtype === 'int8' ? (o: number) => view.getInt8(o) : (o: number) => view.getUint8(o);
    for (let e = 0; e < count; e++) values[e] = read(offsetOf(e));
  } else {
    const read = {
      int16: (o: number) => view.getInt16(o, true),
      int32: (o: number) => view.getInt32(o, true),
      int64: (o: number) => Number(view.getBigInt64(o, true)),
      float32: (o: number) => view.getFloat32(o, true),
    }[t.dtype as 'int16' | 'int32' | 'int64' | 'float32'];
    for (let e = 0; e < count; e++) values[e] = read(e * width);
  }
  return tensor(t.shape, t.dtype, values);
}
