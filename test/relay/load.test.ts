import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeNpy } from '../../src/base/npy.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { buildModel, call, tuple } from '../../src/index.js';
import { constant, variable } from '../../src/ir/build.js';
import { type Expr, inputsOf, type Model } from '../../src/ir/expr.js';
import { tensorType } from '../../src/ir/types.js';
import { loadRelayFile, writeModelFiles } from '../../src/node/relay-files.js';
import { writeParams } from '../../src/relay/params-file.js';
import { printModule } from '../../src/relay/print.js';

const folder = mkdtempSync(join(tmpdir(), 'relay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = `def @main(%x: Tensor[(1, 2), int8], %fc.weights: Tensor[(3, 2), int8], %fc.bias: Tensor[(3), int32]) {
  %0 = nn.dense(%x, %fc.weights, units=3, out_dtype="int32");
  nn.bias_add(%0, %fc.bias)
}
`;
const WEIGHTS = tensor([3, 2], 'int8', [1, 2, 3, -4, 5, -128]);
const BIAS = tensor([3], 'int32', [70000, -1, 0]);
const PARAMS = new Map<string, Tensor>([
  ['fc.bias', BIAS],
  ['fc.weights', WEIGHTS],
]);

/** A folder with net.relay and the files given. */
function project(files: Readonly<Record<string, Uint8Array | string>> = {}): string {
  const path = mkdtempSync(join(folder, 'net-'));
  writeFileSync(join(path, 'net.relay'), TEXT);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

const npy = { 'fc.weights.npy': encodeNpy(WEIGHTS), 'fc.bias.npy': encodeNpy(BIAS) };

describe('parameters', () => {
  it.each([
    ['a .params file', { 'p.params': writeParams(PARAMS) }, 'p.params'],
    ['a .params file of another name', { 'weights.bin': writeParams(PARAMS) }, 'weights.bin'],
    ['a .npz archive', { 'p.npz': zipSync(npy) }, 'p.npz'],
    [
      'a folder of .npy files',
      { 'p/fc.weights.npy': npy['fc.weights.npy'], 'p/fc.bias.npy': npy['fc.bias.npy'], 'p/golden.npy': 'x' },
      'p',
    ],
  ] as const)('come from %s', (_, files, from) => {
    const path = project(files);
    const model = loadRelayFile(join(path, 'net.relay'), join(path, from));
    expect(model.name).toBe('net');
    expect(model.params).toEqual(PARAMS);
    expect([...model.params.keys()]).toEqual(['fc.weights', 'fc.bias']);
    expect(inputsOf(model).map((p) => p.name)).toEqual(['x']);
  });

  it.each([
    ['net.params', writeParams(PARAMS)],
    ['net.npz', zipSync(npy)],
  ])('come from %s beside the text when no file is named', (name, content) => {
    const path = project({ [name]: content });
    expect(loadRelayFile(join(path, 'net.relay')).params).toEqual(PARAMS);
  });

  it('are all inputs when there is no file', () => {
    const model = loadRelayFile(join(project(), 'net.relay'));
    expect(inputsOf(model).map((p) => p.name)).toEqual(['x', 'fc.weights', 'fc.bias']);
  });

  const changed = (entries: readonly (readonly [string, Tensor])[]) => ({
    'p.params': writeParams(new Map([...PARAMS, ...entries])),
  });
  it.each([
    [
      'another shape',
      changed([['fc.bias', tensor([2], 'int32')]]),
      /p\.params: parameter fc\.bias holds int32 of shape \(2,\); must be int32 of shape \(3,\)\.$/,
    ],
    [
      'another dtype',
      changed([['fc.bias', tensor([3], 'int8')]]),
      /parameter fc\.bias holds int8 of shape \(3,\); must be int32/,
    ],
    [
      'a name that main does not take',
      changed([['fc.biases', BIAS]]),
      /p\.params has a value for "fc\.biases", which @main does not take; nearest: %fc\.bias,/,
    ],
    [
      'no bias',
      { 'p.params': writeParams(new Map([['fc.weights', WEIGHTS]])) },
      /p\.params has no value for %fc\.bias, the weights or bias of a layer/,
    ],
    [
      'a value for the input',
      changed([['x', tensor([1, 2], 'int8')]]),
      /p\.params has a value for every parameter of @main, which leaves no input/,
    ],
    ['no file', {}, /cannot read .*p\.params: there is no such file or folder\.$/],
  ] as const)('with %s are refused in one line', (_, files, message) => {
    const path = project(files);
    expect(() => loadRelayFile(join(path, 'net.relay'), join(path, 'p.params'))).toThrow(message);
  });

  it('in a folder must be named after the parameters', () => {
    const path = project({ 'p/other.npy': npy['fc.bias.npy'] });
    expect(() => loadRelayFile(join(path, 'net.relay'), join(path, 'p'))).toThrow(
      /p holds no parameter: its \.npy files must be named after them, such as fc\.bias\.npy\.$/,
    );
  });
});

describe('written models', () => {
  it.each(['single-conv', 'residual', 'resnet8', 'ds-cnn'])('%s loads again as it was', (name) => {
    const model = buildModel(name);
    const path = join(folder, 'out', name, 'net.relay');
    writeModelFiles(model, path);
    const back = loadRelayFile(path);
    expect(printModule(back.main, { types: true })).toBe(printModule(model.main, { types: true }));
    expect(back.params).toEqual(model.params);
    expect(readdirSync(join(path, '..')).sort()).toEqual(['net.params', 'net.relay']);
  });

  it('keep constants in the metadata section', () => {
    const x = buildModel('single-conv').main.params[0]!;
    const plane = constant(
      tensor(
        [1, 1, 32, 32],
        'int8',
        Array.from({ length: 1024 }, (_, i) => (i % 256) - 128),
      ),
    );
    const body = call('concatenate', [tuple([call('add', [x, plane]), x])], { axis: 1 });
    const model: Model = {
      name: 'm',
      main: { name: 'main', params: [x], body, attrs: {} },
      params: new Map(),
    };
    const path = join(folder, 'constant.relay');
    writeModelFiles(model, path);
    expect(printModule(loadRelayFile(path).main, { types: true, metadata: true })).toBe(
      printModule(model.main, { types: true, metadata: true }),
    );
  });

  it('keep parameters whose names the text cannot hold, under names that it can', () => {
    const names = ['a b', 'a_b', '7', 'x::y', 'x:0', 'x:y', 'a//b', 'é', '', 'w'.repeat(300)];
    const value = (i: number) => tensor([2], 'int8', [i, -i]);
    const params = names.map((name) => variable(name, tensorType([2], 'int8')));
    const input = variable('input', tensorType([2], 'int8'));
    const body = params.reduce<Expr>((sum, p) => call('add', [sum, p]), input);
    const model: Model = {
      name: 'm',
      main: { name: 'main', params: [input, ...params], body, attrs: {} },
      params: new Map(names.map((name, i) => [name, value(i)])),
    };
    const path = join(folder, 'names.relay');
    writeModelFiles(model, path);
    const back = loadRelayFile(path);
    expect([...back.params.values()]).toEqual(names.map((_, i) => value(i)));
    expect([...back.params.keys()].slice(0, -1)).toEqual([
      'a_b',
      'a_b1',
      'v7',
      'x::y',
      'x:0',
      'x_y',
      'a_/b',
      'v_',
      'v',
    ]);
  });

  it('are the same bytes each time', () => {
    const bytes = () => {
      const path = join(mkdtempSync(join(folder, 'twice-')), 'net.relay');
      writeModelFiles(buildModel('ds-cnn'), path);
      return [readFileSync(path), readFileSync(path.replace('.relay', '.params'))];
    };
    expect(bytes()).toEqual(bytes());
  });
});

it('names the file that cannot be read', () => {
  expect(() => loadRelayFile(join(folder, 'none.relay'))).toThrow(
    /^cannot read .*none\.relay: there is no such file or folder\.$/,
  );
});
