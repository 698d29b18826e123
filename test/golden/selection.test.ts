import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../src/base/attr-value.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { runAll } from '../sim/host/run.js';
import { runOperator } from './run-operator.js';

// Semantics: src/ir/ops/selection.ts and reduction.ts. Both sides of the comparison are held against values typed by hand.
const int8 = (shape: number[], ...v: number[]) => tensor(shape, 'int8', v);
const floats = (...v: number[]) => tensor([v.length], 'float32', v);
const indices = (shape: number[], ...v: number[]) => tensor(shape, 'int32', v);
const matrix = int8([2, 3], 1, 2, 3, 4, 5, 6);

const CASES: readonly (readonly [string, readonly [Tensor, ...Tensor[]], Attrs, readonly number[]])[] = [
  ['take', [matrix, indices([2], 2, 0)], { axis: 1 }, [3, 1, 6, 4]],
  ['take', [matrix, indices([3], 1, 1, 0)], { axis: 0 }, [4, 5, 6, 4, 5, 6, 1, 2, 3]],
  // an index outside the axis is limited to it
  ['take', [matrix, indices([2], -1, 7)], { axis: 1 }, [1, 3, 4, 6]],
  // a scalar index drops the axis
  ['take', [matrix, indices([], 1)], { axis: -1 }, [2, 5]],
  ['where', [tensor([3], 'bool', [1, 0, 1]), int8([3], 1, 2, 3), int8([], 9)], {}, [1, 9, 3]],
  ['where', [tensor([2, 1], 'bool', [0, 1]), int8([1], 7), int8([2], 1, 2)], {}, [1, 2, 7, 7]],
  ['argmax', [int8([5], 3, 7, 7, -1, 7)], { axis: 0 }, [1]],
  ['argmax', [int8([5], 3, 7, 7, -1, 7)], { axis: 0, select_last_index: true }, [4]],
  ['argmax', [matrix], { axis: 0, keepdims: true }, [1, 1, 1]],
  ['argmax', [floats(Number.NaN, -Infinity, 2, 1)], { axis: 0 }, [2]],
  ['max', [matrix], { axis: 0 }, [4, 5, 6]],
  ['min', [matrix], { axis: 1, keepdims: true }, [1, 4]],
  ['max', [int8([2], -128, -3)], {}, [-3]],
  ['min', [floats(1, Number.NaN, 0)], {}, [Number.NaN]],
];

describe('operators that choose elements, on the host and in the reference', () => {
  it.each(CASES)('%s of %j with %j is %j', async (op, args, attrs, want) => {
    expect((await runOperator(op, args, attrs)).values).toEqual(want);
    expect([...runAll(op, [...args], attrs)[0]!.data]).toEqual(want);
  });
});
