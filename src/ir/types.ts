import { bytesPerElement, type DType } from '../base/dtype.js';
import { elementCount, type Shape } from '../base/tensor.js';

/** The type of one tensor, as Relay has it. A scalar has shape []. */
export interface TensorType {
  readonly kind: 'tensor';
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The type of an operator with several results (`split`) or of the operand of `concatenate`. */
export interface TupleType {
  readonly kind: 'tuple';
  readonly fields: readonly TensorType[];
}

export type Type = TensorType | TupleType;

export const tensorType = (shape: Shape, dtype: DType): TensorType => ({ kind: 'tensor', shape, dtype });

/** "Tensor[(1, 3, 32, 32), int8]", "Tensor[(5), int32]"; a scalar prints as its dtype: Relay's notation. */
export function showType(type: Type): string {
  if (type.kind === 'tuple') {
    const fields = type.fields.map(showType).join(', ');
    return type.fields.length === 1 ? `(${fields},)` : `(${fields})`;
  }
  return type.shape.length === 0 ? type.dtype : `Tensor[(${type.shape.join(', ')}), ${type.dtype}]`;
}

/** Elements of a tensor type. */
export const elementsOf = (type: TensorType): number => elementCount(type.shape);
/** Bytes of a tensor type, dense. */
export const bytesOf = (type: TensorType): number => elementsOf(type) * bytesPerElement(type.dtype);

export const sameType = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((d, i) => d === b.shape[i]);
