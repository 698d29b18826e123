import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../../src/base/attr-value.js';
import { tensor } from '../../../src/base/tensor.js';
import { iota, run, runAll, vec } from './run.js';

describe('operators that move elements', () => {
  it.each<[string, readonly number[], Attrs, readonly number[], number[]]>([
    ['reshape', [2, 3], { newshape: [3, -1] }, [3, 2], [0, 1, 2, 3, 4, 5]],
    ['reshape', [2, 3], { newshape: [0, 3, 1] }, [2, 3, 1], [0, 1, 2, 3, 4, 5]],
    ['nn.batch_flatten', [2, 1, 3], {}, [2, 3], [0, 1, 2, 3, 4, 5]],
    ['squeeze', [1, 3, 1], {}, [3], [0, 1, 2]],
    ['squeeze', [1, 3, 1], { axis: [-1] }, [1, 3], [0, 1, 2]],
    ['expand_dims', [3], { axis: 0, num_newaxis: 2 }, [1, 1, 3], [0, 1, 2]],
    ['expand_dims', [3], { axis: -1 }, [3, 1], [0, 1, 2]],
    ['transpose', [2, 3], {}, [3, 2], [0, 3, 1, 4, 2, 5]],
    ['transpose', [2, 3, 1], { axes: [2, 0, 1] }, [1, 2, 3], [0, 1, 2, 3, 4, 5]],
    ['transpose', [1, 2, 2, 2], { axes: [0, 2, 3, 1] }, [1, 2, 2, 2], [0, 4, 1, 5, 2, 6, 3, 7]], // NCHW to NHWC
    ['reverse', [2, 3], { axis: 1 }, [2, 3], [2, 1, 0, 5, 4, 3]],
    ['reverse', [2, 3], { axis: -2 }, [2, 3], [3, 4, 5, 0, 1, 2]],
    ['strided_slice', [2, 4], { begin: [0, 1], end: [2, 4], strides: [1, 2] }, [2, 2], [1, 3, 5, 7]],
    ['strided_slice', [2, 4], { begin: [1], end: [2] }, [1, 4], [4, 5, 6, 7]],
    ['strided_slice', [2, 4], { begin: [-2], end: [99], axes: [1] }, [2, 2], [2, 3, 6, 7]],
    ['strided_slice', [5], { begin: [-1], end: [-6], strides: [-2] }, [3], [4, 2, 0]],
    ['strided_slice', [5], { begin: [3], end: [0], strides: [-1] }, [3], [3, 2, 1]],
    ['strided_slice', [5], { begin: [1], end: [3], slice_mode: 'size' }, [3], [1, 2, 3]],
    ['strided_slice', [5], { begin: [-3], end: [-1], slice_mode: 'size' }, [3], [2, 3, 4]],
  ])('%s of %j %j has shape %j and values %j', (op, shape, attrs, wantShape, want) => {
    const [y] = runAll(op, [iota(shape)], attrs);
    expect(y!.shape).toEqual(wantShape);
    expect(Array.from(y!.data)).toEqual(want);
  });

  it('nn.pad surrounds the data with the value, converted to the dtype', () => {
    const attrs = {
      pad_width: [
        [0, 1],
        [2, 0],
      ],
    };
    const x = tensor([1, 2], 'int8', [1, 2]);
    expect(run('nn.pad', [x, tensor([], 'int32', [200])], attrs)).toEqual([
      -56, -56, 1, 2, -56, -56, -56, -56,
    ]);
    expect(run('nn.pad', [x, tensor([], 'float32', [-1.7])], attrs)).toEqual([-1, -1, 1, 2, -1, -1, -1, -1]);
  });

  it.each([
    [0, [1, 2, 3, 4, 10, 20]],
    [-1, [1, 2, 10, 3, 4, 20]],
  ])('concatenate along axis %i', (axis, want) => {
    const parts = [
      tensor([2, 2], 'int8', [1, 2, 3, 4]),
      tensor(axis === 0 ? [1, 2] : [2, 1], 'int8', [10, 20]),
    ];
    expect(run('concatenate', parts, { axis })).toEqual(want);
  });

  it.each<[Attrs, number[][]]>([
    [
      { indices_or_sections: 2 },
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    [
      { indices_or_sections: 2, axis: 1 },
      [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
      ],
    ],
    [
      { indices_or_sections: [1, 3], axis: -1 },
      [
        [0, 4],
        [1, 2, 5, 6],
        [3, 7],
      ],
    ],
  ])('split %j', (attrs, want) => {
    expect(runAll('split', [iota([2, 4])], attrs).map((t) => Array.from(t.data))).toEqual(want);
  });

  it('concatenate undoes split, transpose and reverse undo themselves, for any shape and axis', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), (shape, pick, cut) => {
        const axis = pick % shape.length;
        const x = iota(shape, 'int16');
        const values = Array.from(x.data);
        const indices = shape[axis]! > 1 ? [1 + (cut % (shape[axis]! - 1))] : [];
        const parts = runAll('split', [x], { indices_or_sections: indices, axis });
        expect(parts).toHaveLength(indices.length + 1);
        expect(run('concatenate', parts, { axis })).toEqual(values);
        expect(run('reverse', runAll('reverse', [x], { axis }), { axis })).toEqual(values);
        const axes = shape.map((_, i) => (i + axis) % shape.length);
        const back = axes.map((_, i) => axes.indexOf(i));
        expect(run('transpose', runAll('transpose', [x], { axes }), { axes: back })).toEqual(values);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('results are copies: a later change of the argument does not show', () => {
    const x = vec('int8', 1, 2);
    const [y] = runAll('reshape', [x], { newshape: [2, 1] });
    x.data[0] = 9;
    expect([...y!.data]).toEqual([1, 2]);
  });
});
