import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../../src/base/attr-value.js';
import type { DType } from '../../../src/base/dtype.js';
import { tensor } from '../../../src/base/tensor.js';
import { iota, run, runAll, vec } from './run.js';

describe('sum and mean', () => {
  // iota (2, 3): 0 1 2 / 3 4 5
  it.each<[string, Attrs, readonly number[], number[]]>([
    ['sum', {}, [], [15]],
    ['sum', { axis: 0 }, [3], [3, 5, 7]],
    ['sum', { axis: [1] }, [2], [3, 12]],
    ['sum', { axis: [-1], keepdims: true }, [2, 1], [3, 12]],
    ['sum', { axis: [0], exclude: true }, [2], [3, 12]],
    ['sum', { keepdims: true }, [1, 1], [15]],
    ['mean', {}, [], [2]], // 15 / 6
    ['mean', { axis: 0 }, [3], [1, 2, 3]], // 1.5, 2.5, 3.5
    ['mean', { axis: [0, 1] }, [], [2]],
  ])('%s %j of (2, 3) has shape %j and values %j', (op, attrs, shape, want) => {
    const [y] = runAll(op, [iota([2, 3])], attrs);
    expect(y!.shape).toEqual(shape);
    expect(Array.from(y!.data)).toEqual(want);
  });

  it.each<[string, DType, number[], number]>([
    ['sum', 'int8', [100, 100], -56], // wraps to the dtype
    ['sum', 'int32', [2147483647, 1], -2147483648],
    ['sum', 'int64', [2147483647, 1], 2147483648],
    ['mean', 'int8', [100, 100], 100], // the sum does not wrap before the division
    ['mean', 'int8', [-3, -4], -3], // truncates toward zero
    ['mean', 'int32', [2147483647, 2147483647], -1], // wraps at 32 bits
    ['sum', 'float32', [16777216, 1, 1], 16777216], // rounded after each addition
    ['mean', 'float32', [1, 2], 1.5],
    ['mean', 'float32', [1, 0, 0], 0.3333333432674408],
  ])('%s of %s %j is %d', (op, dtype, x, want) => {
    expect(run(op, [vec(dtype, ...x)])).toEqual([want]);
  });
});

describe('nn.softmax', () => {
  it('of equal elements shares evenly, however large they are', () => {
    expect(run('nn.softmax', [vec('float32', 1000, 1000, 1000, 1000)])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('follows the documented roundings', () => {
    // e^-1 and e^-2 as float32; 1.5032147... is their float32 sum with 1, added in order.
    const [e1, e2] = [0.3678794503211975, 0.1353352814912796];
    const order = Math.fround(Math.fround(e2 + e1) + 1);
    expect(order).toBe(1.503214716911316);
    const want = [e2, e1, 1].map((e) => Math.fround(e / order));
    expect(run('nn.softmax', [vec('float32', 0, 1, 2)])).toEqual(want);
  });

  it('rounds the difference to float32 before exp', () => {
    // fround(3.3) and fround(0.0001); exp of their exact difference would give 0.035574622452259064.
    const x = vec('float32', 3.299999952316284, 0.00009999999747378752);
    expect(run('nn.softmax', [x])[1]).toBe(0.035574618726968765);
  });

  it('adds in ascending order', () => {
    // 2^-25 is half a step below 1: added one by one to 1 they vanish, summed first they count.
    const tiny = Math.fround(-25 * Math.LN2);
    const after = run('nn.softmax', [vec('float32', 0, ...Array<number>(8).fill(tiny))]);
    const before = run('nn.softmax', [vec('float32', ...Array<number>(8).fill(tiny), 0)]);
    expect(after[0]).toBe(1);
    expect(before[8]).toBeLessThan(1);
  });

  it('works along any axis', () => {
    const x = tensor([2, 2], 'float32', [0, 5, 0, 5]);
    expect(run('nn.softmax', [x], { axis: 0 })).toEqual([0.5, 0.5, 0.5, 0.5]);
    const rows = run('nn.softmax', [x], { axis: 1 });
    expect(rows.slice(0, 2)).toEqual(rows.slice(2));
    expect(rows[1]).toBeGreaterThan(0.99);
  });
});
