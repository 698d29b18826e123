import { describe, expect, it } from 'vitest';
import { inputsOf, tensorTypeOf } from '../../src/ir/expr.js';
import { showType } from '../../src/ir/types.js';
import { buildModel, modelNames } from '../../src/models/registry.js';

describe('models by name', () => {
  it('gives the nearest names for an unknown one', () =>
    expect(() => buildModel('resnet9')).toThrow(/^model resnet9 is not known; nearest: resnet8, /));

  it.each(modelNames())('%s is the same for the same seed, and differs for another', (name) => {
    const bytes = (seed?: number) => [...buildModel(name, seed).params].map(([k, v]) => [k, ...v.data]);
    expect(bytes()).toEqual(bytes(0));
    expect(bytes(1)).not.toEqual(bytes(0));
  });

  it.each([
    ['single-conv', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 5, 32, 32), int8]'],
    ['two-convs', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 8, 32, 32), int8]'],
    ['two-convs-stride12', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 8, 32, 16), int8]'],
    ['residual', 'Tensor[(1, 32, 32, 32), int8]', 'Tensor[(1, 32, 32, 32), int8]'],
    ['resnet8', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 12), float32]'],
  ])('%s: %s to %s', (name, input, output) => {
    const model = buildModel(name);
    expect(inputsOf(model).map((v) => showType(v.type))).toEqual([input]);
    expect(showType(tensorTypeOf(model.main.body))).toBe(output);
  });
});

describe("the notebook's ranges of values", () => {
  const values = (name: string, parameter: string) => [...buildModel(name).params.get(parameter)!.data];
  it.each(['weights', 'bias'])('single-conv %s lie within -9..9', (parameter) =>
    expect(values('single-conv', parameter).every((v) => Math.abs(v) <= 9)).toBe(true),
  );
  it('two-convs has full-range weights and biases of one', () => {
    const weights = values('two-convs', 'conv1.weights');
    expect([Math.min(...weights), Math.max(...weights)]).toEqual([-128, 127]);
    expect(new Set(values('two-convs', 'conv2.bias'))).toEqual(new Set([1]));
  });
});
