import { describe, expect, it } from 'vitest';
import { hostCost } from '../../../sim/host/cost.js';
import { executeHostOp } from '../../../sim/host/execute.js';
import { UserError } from '../../../src/base/errors.js';
import { HOST_OPERATORS, OPERATORS } from '../../../src/base/operators.js';
import { tensor } from '../../../src/base/tensor.js';
import { allOps } from '../../../src/ir/registry.js';
import type { HostOp } from '../../../src/program/types.js';
import { hostOp, vec } from './run.js';

const x = tensor([1, 1, 2, 2], 'int8', [1, 2, 3, 4]);
const w = tensor([1, 1, 1, 1], 'int8', [1]);
const conv = hostOp('nn.conv2d', [x, w]);

describe('the host operators', () => {
  it('are those that the compiler knows, and the layout transform, each with a cost', () => {
    expect(allOps().map((op) => op.name)).toEqual(OPERATORS);
    for (const name of HOST_OPERATORS) expect(hostCost(name).formula).not.toBe('');
  });

  it('layout_transform is the identity on the logical tensor', () => {
    const op: HostOp = {
      op: 'layout_transform',
      attrs: {},
      args: [],
      results: [{ shape: x.shape, dtype: 'int8' }],
    };
    expect(executeHostOp(op, [x])).toEqual([x]);
  });

  const damaged: [string, HostOp, (typeof x)[], string][] = [
    ['an unknown operator', { ...conv, op: 'nn.conv9d' }, [x, w], 'operator nn.conv9d is not known'],
    ['a missing argument', conv, [x], 'nn.conv2d: argument 1 is missing; the program is damaged.'],
    [
      'a missing attribute',
      { ...conv, attrs: {} },
      [x, w],
      'attribute strides is missing; must be 2 integers.',
    ],
    [
      'an attribute of another kind',
      { ...conv, attrs: { ...conv.attrs, padding: [1, 1] } },
      [x, w],
      'attribute padding is [1,1]; must be 4 integers.',
    ],
    ['a stride of 0', { ...conv, attrs: { ...conv.attrs, strides: [0, 1] } }, [x, w], 'do not fit.'],
    [
      'another result shape',
      { ...conv, results: [{ shape: [1, 1, 3, 3], dtype: 'int8' }] },
      [x, w],
      'result 0 is (1, 1, 2, 2) int8; the program declares (1, 1, 3, 3) int8.',
    ],
    [
      'another result dtype',
      { ...conv, results: [{ shape: [1, 1, 2, 2], dtype: 'float32' }] },
      [x, w],
      "the result's dtype float32 does not go with the arguments",
    ],
    ['no declared result', { ...conv, results: [] }, [x, w], 'the program declares 0 results'],
    [
      'a result too many',
      { ...hostOp('clip', [x], { a_min: 0, a_max: 1 }), results: [conv.results[0]!, conv.results[0]!] },
      [x],
      'host operator clip has 1 results; the program declares 2.',
    ],
    [
      'a reshape to another count',
      { ...hostOp('reshape', [x], { newshape: [4] }), results: [{ shape: [5], dtype: 'int8' }] },
      [x],
      '(1, 1, 2, 2) cannot become (5,)',
    ],
    [
      'operands of two dtypes',
      { ...hostOp('add', [x, x]), args: [] },
      [x, vec('int32', 1)],
      'the operands are int8 and int32; cast one.',
    ],
    [
      'an unknown dtype',
      { ...hostOp('cast', [x], { dtype: 'int8' }), attrs: { dtype: 'int4' } },
      [x],
      'host operator cast: the dtype is "int4".',
    ],
    [
      'an axis that is not there',
      { ...hostOp('reverse', [x], { axis: 1 }), attrs: { axis: 4 } },
      [x],
      'host operator reverse: there is no axis 4',
    ],
    [
      'a split beyond the axis',
      {
        ...hostOp('split', [x], { indices_or_sections: 2, axis: 2 }),
        attrs: { indices_or_sections: [3], axis: 2 },
      },
      [x],
      'the parts do not fit the axis',
    ],
  ];
  it.each(damaged)('refuse %s', (_, op, args, message) => {
    expect(() => executeHostOp(op, args)).toThrow(UserError);
    expect(() => executeHostOp(op, args)).toThrow(message);
  });
});
