import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { evaluatorOf } from '../../golden/operators.js';
import { evaluate } from '../../golden/reference.js';
import { tensor } from '../../src/base/tensor.js';
import { call, callFunction, scalar, variable } from '../../src/ir/build.js';
import type { Expr } from '../../src/ir/expr.js';
import { labelTensors } from '../../src/ir/label.js';
import { allOps } from '../../src/ir/registry.js';
import { tensorType } from '../../src/ir/types.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';

const int8 = tensorType([2], 'int8');
const x = variable('x', int8);
const bias = variable('bias', int8);
const mainOf = (body: Expr) => labelTensors({ name: 'main', params: [x, bias], body, attrs: {} });
const small = mainOf(call('clip', [call('add', [x, bias])], { a_min: 0, a_max: 100 }));
const given = new Map([['x', tensor([2], 'int8', [100, 5])]]);
const params = new Map([['bias', tensor([2], 'int8', [100, 20])]]);

describe('evaluate', () => {
  it('gives every tensor by its label, inputs by name, and says which wrapped', async () => {
    const result = evaluate(small, given, params, await openBackend('wasm'));
    expect([...result.tensors].map(([label, t]) => [label, [...t.data]])).toEqual([
      ['x', [100, 5]],
      ['%0', [-56, 25]],
      ['output', [0, 25]],
    ]);
    expect([...result.wrapped]).toEqual([['%0', 1]]);
    expect([...result.tfjsDistance]).toEqual([]);
  });

  it.each([
    ['missing', new Map(), 'the reference needs a value for x; it was given none.'],
    ['of another shape', new Map([['x', tensor([3], 'int8')]]), 'x is (3,) int8; must be (2,) int8.'],
    ['of another dtype', new Map([['x', tensor([2], 'int32')]]), 'x is (2,) int32; must be (2,) int8.'],
  ])('refuses an input that is %s', async (_, inputs, message) => {
    const backend = await openBackend('wasm');
    expect(() => evaluate(small, inputs, params, backend)).toThrow(message);
  });

  it('refuses a partitioned graph', async () => {
    const callee = { name: 'f', params: [x], body: call('add', [x, scalar(1, 'int8')]), attrs: {} };
    const backend = await openBackend('wasm');
    expect(() => evaluate(mainOf(callFunction(callee, [x])), given, params, backend)).toThrow(
      'before it is partitioned',
    );
  });
});

it('every operator of the compiler has a reference', () => {
  expect(allOps().length).toBeGreaterThan(30);
  for (const op of allOps()) expect(evaluatorOf(op.name), op.name).toBeTypeOf('function');
  expect(() => evaluatorOf('nn.lstm')).toThrow('operator nn.lstm has no reference implementation.');
});

it.each(['resnet8', 'ds-cnn'])('%s: wasm and cpu give the same bytes at every tensor', async (name) => {
  const model = buildModel(name);
  const main = labelTensors(model.main);
  const run = async (backend: 'wasm' | 'cpu') =>
    evaluate(main, builtinInput(model), model.params, await openBackend(backend)).tensors;
  const [wasm, cpu] = [await run('wasm'), await run('cpu')];
  expect([...wasm.keys()]).toEqual([...cpu.keys()]);
  expect(wasm.size).toBeGreaterThan(50);
  for (const [label, t] of wasm) expect(t, label).toEqual(cpu.get(label));
  expect(new Set(wasm.get('output')!.data).size).toBeGreaterThan(2);
});
