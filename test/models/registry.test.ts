import { describe, expect, it } from 'vitest';
import { inputsOf, tensorTypeOf } from '../../src/ir/expr.js';
import { showType } from '../../src/ir/types.js';
import { postOrder } from '../../src/ir/visit.js';
import { buildModel, expandModels, modelNames, suiteModels } from '../../src/models/registry.js';
import { printModule } from '../../src/relay/print.js';

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
    ['ds-cnn', 'Tensor[(1, 1, 10, 49), int8]', 'Tensor[(1, 12), float32]'],
    ['mobilenet-v1', 'Tensor[(1, 3, 96, 96), int8]', 'Tensor[(1, 4), float32]'],
    ['dae', 'Tensor[(1, 640), int8]', 'Tensor[(1, 640), int8]'],
    ['resnet20', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 12), float32]'],
    ['mobilenet-v2', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 12), float32]'],
    ['htvm-conv-7x5-s2-relu', 'Tensor[(1, 32, 32, 32), int8]', 'Tensor[(1, 32, 16, 16), int8]'],
    ['htvm-dwconv-1x1-s1-full', 'Tensor[(1, 32, 32, 32), int8]', 'Tensor[(1, 32, 32, 32), int8]'],
    ['htvm-zero-bias-5x5', 'Tensor[(1, 3, 32, 32), int8]', 'Tensor[(1, 16, 32, 32), int8]'],
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

// Shapes on the way, from HTVM's descriptions of the networks (hardware.md, section 8).
describe('layers of the networks', () => {
  const shapes = (name: string, op: string) =>
    postOrder(buildModel(name).main.body).flatMap((e) =>
      e.kind === 'call' && e.op === op ? [tensorTypeOf(e).shape.slice(1).join('x')] : [],
    );
  it('ds-cnn convs keep 64 channels of 5x25', () =>
    expect(shapes('ds-cnn', 'qnn.conv2d')).toEqual(new Array(9).fill('64x5x25')));
  it('mobilenet-v1 ends in 256 channels of 3x3', () =>
    expect(shapes('mobilenet-v1', 'qnn.conv2d').at(-1)).toBe('256x3x3'));
  it('mobilenet-v1 has 13 depthwise convs', () => {
    const depthwise = postOrder(buildModel('mobilenet-v1').main.body).filter(
      (e) => e.kind === 'call' && e.op === 'qnn.conv2d' && e.attrs.groups !== 1,
    );
    expect(depthwise.length).toBe(13);
  });
  it('dae narrows to 8 units', () =>
    expect(shapes('dae', 'nn.dense')).toEqual('128 128 128 128 8 128 128 128 128 640'.split(' ')));
});

describe('suites', () => {
  it('all is every model listed', () => expect(suiteModels('all').map((m) => m.name)).toEqual(modelNames()));
  // 2 kinds of conv x 5 kernels x 2 strides x 2, dense x 2, add: each with full-range and with small biases; 3 open cases.
  it('htvm-suite has (40 + 2 + 1) x 2 + 3 models, and 20 for the analog core, of different names', () =>
    expect(new Set(suiteModels('htvm-suite').map((m) => m.name)).size).toBe(109));
  it.each(['1x1', '3x3', '5x5'])('htvm-zero-bias-%s has zero biases', (side) =>
    expect(new Set(buildModel(`htvm-zero-bias-${side}`).params.get('conv1.bias')!.data)).toEqual(
      new Set([0]),
    ),
  );
  it('full-range biases reach most of int32 under a shift of 4', () => {
    const model = buildModel('htvm-conv-3x3-s1-full');
    expect(Math.max(...model.params.get('conv1.bias')!.data)).toBeGreaterThan(1.5e9);
    expect(printModule(model.main, { types: false })).toContain('right_shift(%1, 4)');
  });
  it('expands names in place, each model once', () =>
    expect(expandModels(['dae', 'all', 'htvm-add']).map((m) => m.name)).toEqual([
      'dae',
      ...modelNames().filter((n) => n !== 'dae'),
      'htvm-add',
    ]));
  it('gives the nearest names for an unknown suite', () =>
    expect(() => expandModels(['htvm-suit'])).toThrow(
      /^model htvm-suit is not known; nearest: htvm-suite, /,
    ));
});
