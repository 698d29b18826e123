import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { LimitError } from '../../src/base/errors.js';
import { tensor } from '../../src/base/tensor.js';
import { cast, clip, divide, reshape, softmax } from '../../src/builder/operators.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { buildModel, type Expr, type Model, ModelBuilder } from '../../src/index.js';
import { call, tupleGetItem } from '../../src/ir/build.js';
import type { HostStep, JobStep, Manifest } from '../../src/program/types.js';

/** One host model over an int8 input of (1, 4, 6, 6). */
function modelOf(body: (m: ModelBuilder, x: Expr) => Expr): Model {
  const m = new ModelBuilder('facts');
  return m.build(body(m, m.input('x', [1, 4, 6, 6], 'int8')));
}
const ones = (...shape: number[]) =>
  tensor(shape, 'int8', new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(1));
const zeros = (n: number) => tensor([n], 'int32');
const manifestOf = (model: Model, options: Partial<typeof DEFAULT_OPTIONS> = {}): Manifest =>
  compile(model, { ...DEFAULT_OPTIONS, ...options }).manifest;
const hostSteps = ({ steps }: Manifest): HostStep[] => steps.filter((s): s is HostStep => s.kind === 'host');

describe('operators on the host', () => {
  it.each<readonly [string, (m: ModelBuilder, x: Expr) => Expr, number, string]>([
    // 8 x 6 x 6 outputs of 4 channels and 3 x 3 taps each.
    [
      'conv',
      (m, x) => m.conv2d(x, 'l', ones(8, 4, 3, 3), zeros(8), { shift: 4 }),
      10_368,
      '3x3 s1,1 p1,1,1,1',
    ],
    [
      'depthwise conv',
      (m, x) => m.conv2d(x, 'l', ones(4, 1, 5, 3), zeros(4), { shift: 4, groups: 4, strides: [2, 2] }),
      4 * 3 * 3 * 15,
      '5x3 s2,2 p2,1,2,1 groups 4',
    ],
    ['dense', (m, x) => m.dense(reshape(x, [1, 144]), 'l', ones(12, 144), zeros(12), { shift: 4 }), 1728, ''],
    ['clip', (_, x) => clip(x, 0, 9, { layer: 'l' }), 0, ''],
  ])('%s: multiply-accumulates and what tells it from others', (_, body, macs, detail) => {
    const layers = manifestOf(modelOf(body), { target: 'c' }).layers.filter((l) => l.layer === 'l');
    expect(layers.reduce((n, l) => n + l.usefulMacs, 0)).toBe(macs);
    expect(layers.map((l) => l.detail).join('')).toBe(detail);
  });

  it.each<readonly [string, (x: Expr) => Expr, boolean]>([
    ['of int8 numbers', (x) => cast(reshape(x, [1, 144]), 'float32'), true],
    ['of int8 numbers in another shape', (x) => reshape(cast(x, 'float32'), [1, 144]), true],
    ['of int32 numbers', (x) => cast(reshape(cast(x, 'int32'), [1, 144]), 'float32'), false],
    ['of int32 numbers in another shape', (x) => reshape(cast(cast(x, 'int32'), 'float32'), [1, 144]), false],
    ['of fractions', (x) => divide(cast(reshape(x, [1, 144]), 'float32'), 3), false],
  ])('a softmax %s', (_, body, integers) => {
    const ops = hostSteps(manifestOf(modelOf((_m, x) => softmax(body(x))))).flatMap((s) => s.ops);
    const found = ops.find((o) => o.op === 'nn.softmax')!;
    expect(found.attrs.integers).toBe(integers ? true : undefined);
    expect(ops.filter((o) => o !== found && 'integers' in o.attrs)).toEqual([]);
  });

  it('a softmax of a float input knows nothing of its numbers', () => {
    const m = new ModelBuilder('float');
    const x = m.input('x', [1, 4, 4], 'float32');
    const [step] = hostSteps(manifestOf(m.build(softmax(reshape(x, [1, 16])))));
    expect(step!.ops.at(-1)!.attrs.integers).toBeUndefined();
  });

  it('a split has a result for each part', () => {
    const model = modelOf((_, x) => {
      const parts = call('split', [x], { indices_or_sections: 2, axis: 1 });
      return call('add', [tupleGetItem(parts, 0), tupleGetItem(parts, 1)]);
    });
    const split = hostSteps(manifestOf(model))
      .flatMap((s) => s.ops)
      .find((o) => o.op === 'split')!;
    expect(split.results).toEqual([
      { shape: [1, 2, 6, 6], dtype: 'int8' },
      { shape: [1, 2, 6, 6], dtype: 'int8' },
    ]);
  });
});

describe('layers on the core', () => {
  const residual = modelOf((m, x) => {
    const a = m.conv2d(x, 'a', ones(4, 4, 3, 3), zeros(4), { shift: 4 });
    return m.add(a, m.conv2d(a, 'b', ones(4, 4, 3, 3), zeros(4), { shift: 4 }), 'sum', { shift: 1 });
  });

  it('name the operator that gives them their kind first, then the others in their order', () => {
    const { layers } = manifestOf(residual);
    const conv = ['qnn.conv2d', 'nn.bias_add', 'right_shift', 'clip', 'cast'];
    expect(layers.filter((l) => l.target === 'digital').map((l) => l.operators)).toEqual([
      conv,
      conv,
      ['add', 'cast', 'cast', 'right_shift', 'clip', 'cast'],
    ]);
  });

  it('transforms have the shape of what they transform', () => {
    const transforms = manifestOf(residual).layers.filter(
      (l) => l.operators.join() === 'reshape,reverse,reshape',
    );
    expect(transforms.map((l) => [l.inputs, l.output])).toEqual([
      [[[1, 4, 6, 6]], [1, 4, 6, 6]],
      [[[1, 4, 6, 6]], [1, 4, 6, 6]],
    ]);
  });

  it('configurations and instructions are vectors of words', () => {
    const { buffers } = manifestOf(residual);
    const words = (role: string) => buffers.filter((b) => b.role === role);
    expect(words('configuration').map((b) => [b.shape, b.bytes])).toContainEqual([[16], 64]);
    for (const b of [...words('configuration'), ...words('instructions')])
      expect([b.shape, b.dtype]).toEqual([[b.bytes / 4], 'int32']);
  });

  it('tiles of other output channels read the input that is there: one copy for all of them', () => {
    const m = new ModelBuilder('wide');
    const x = m.input('x', [1, 64, 16, 16], 'int8');
    const model = m.build(m.conv2d(x, 'l', ones(256, 64, 1, 1), zeros(256), { shift: 8 }));
    const chip = { ...DEFAULT_PARAMETERS.chip, l1Bytes: 32_768 };
    const { layers, steps } = manifestOf(model, { hardware: { ...DEFAULT_PARAMETERS, chip } });
    const { tiles } = layers.find((l) => l.layer === 'l')!;
    const places = new Set(tiles.map((t) => JSON.stringify([t.y, t.x])));
    expect(tiles.length).toBeGreaterThan(places.size);
    const copies = steps.flatMap((s) => (s.kind === 'job' && s.note.startsWith('copy in') ? [s.note] : []));
    expect(new Set(copies).size).toBe(copies.length);
    expect(copies.length % places.size).toBe(0);
  });
});

it('a model beyond L2 says by how much: what it takes is the limit and what is too many', () => {
  const m = new ModelBuilder('large');
  const x = m.input('x', [1, 64, 64, 64], 'int8');
  const model = m.build(m.conv2d(x, 'l', ones(64, 64, 1, 1), zeros(64), { shift: 8 }));
  const chip = { ...DEFAULT_PARAMETERS.chip, l2Bytes: 262_144 };
  let said = '';
  try {
    compile(model, { ...DEFAULT_OPTIONS, hardware: { ...DEFAULT_PARAMETERS, chip } });
  } catch (e) {
    if (!(e instanceof LimitError)) throw e;
    said = e.message;
  }
  const [, takes, most, , , more, needs] =
    /is (\d+) bytes.*at most (\d+) \((\d+) of L2 less (\d+) for.*; (\d+) too many.*--l2 (\d+) would/
      .exec(said)!
      .map(Number);
  expect([takes, needs]).toEqual([most! + more!, 262_144 + more!]);
});

describe('a depthwise layer, a job a channel', () => {
  const { steps, layers, buffers } = manifestOf(buildModel('ds-cnn'));
  const jobs = (tensor: string) =>
    steps.flatMap((s, i) => (layers[s.layer]!.tensor === tensor && s.kind === 'job' ? [i] : []));

  it.each([
    // 64 channels each; %17 and %29 are made by 1x1 convs and read by depthwise ones, all in L1.
    ['%17', '%23'],
    ['%29', '%35'],
  ])('reads %s to its last job', (input, output) => {
    expect(jobs(output)).toHaveLength(64);
    expect(buffers.find((b) => b.memory === 'L1' && b.tensor === input)!.lastStep).toBe(jobs(output).at(-1));
  });

  it('completes its output with the last job alone', () => {
    const made = buffers.find((b) => b.memory === 'L1' && b.tensor === '%23')!.id;
    const completing = steps.flatMap((s, i) => (s.kind === 'job' && s.completes.includes(made) ? [i] : []));
    expect(completing).toEqual(jobs('%23').slice(-1));
  });

  it('stores where input and output lie, a plane further from job to job', () => {
    const [first, second] = jobs('%23').map((i) => steps[i]!) as [JobStep, JobStep];
    const moved = second.stores.map(([address, value], i) => {
      expect(first.stores[i]![0]).toBe(address);
      return value - first.stores[i]![1];
    });
    // Planes of 5 rows of 25 columns, 32 bytes each.
    expect(moved).toEqual([160, 160]);
  });
});
