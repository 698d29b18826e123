import { describe, expect, it } from 'vitest';
import { random, randomInts } from '../../src/base/random.js';
import { elementCount, type Shape, tensor } from '../../src/base/tensor.js';
import { divide, leftShift, maximum, relu } from '../../src/builder/host-operators.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import {
  add,
  avgPool2d,
  cast,
  clip,
  maxPool2d,
  reshape,
  rightShift,
  softmax,
} from '../../src/builder/operators.js';
import { constant, scalar } from '../../src/ir/build.js';
import { type Expr, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { onCore, verified } from './verified.js';

/** A network over one input, with convs and dense layers that the core takes. */
class Net {
  readonly m = new ModelBuilder('layout');
  readonly x: Expr;
  constructor(shape: Shape = [1, 4, 6, 6]) {
    this.x = this.m.input('input', shape, 'int8');
  }
  #values(name: string, shape: Shape, limit: number, dtype: 'int8' | 'int32') {
    return randomInts(random('layout', name), shape, -limit, limit, dtype);
  }
  conv(data: Expr, layer: string): Expr {
    const c = tensorTypeOf(data).shape[1]!;
    const w = this.#values(`${layer}.w`, [4, c, 3, 3], 30, 'int8');
    return this.m.conv2d(data, layer, w, this.#values(`${layer}.b`, [4], 300, 'int32'), { shift: 5 });
  }
  dense(data: Expr, layer: string): Expr {
    const c = tensorTypeOf(data).shape[1]!;
    const w = this.#values(`${layer}.w`, [8, c], 30, 'int8');
    return this.m.dense(data, layer, w, this.#values(`${layer}.b`, [8], 300, 'int32'), { shift: 6 });
  }
}

/** What the transforms do, in the order of the program. */
async function transforms(model: Model) {
  const { manifest, verdict } = await verified(model);
  expect(verdict.ok).toBe(true);
  return {
    manifest,
    moves: manifest.layers
      .filter((l) => l.operators.join() === 'reshape,reverse,reshape')
      .map((l) => l.detail),
  };
}
const IN = 'to the core';
const OUT = 'to the host';

/** [what stands between, network, transforms in order] */
const CASES: readonly (readonly [string, (n: Net) => Expr, readonly string[]])[] = [
  ['one core layer between two transforms', (n) => n.conv(n.x, 'a'), [IN, OUT]],
  ['nothing between two core layers', (n) => n.conv(n.conv(n.x, 'a'), 'b'), [IN, OUT]],
  [
    'one transform of a value that two core layers read',
    (n) => n.m.add(n.conv(n.x, 'a'), n.conv(n.x, 'b'), 'sum', { shift: 1 }),
    [IN, OUT],
  ],
  [
    'one transform of a value that two host operators read',
    (n) => {
      const y = n.conv(n.x, 'a');
      return add(
        maxPool2d(y, { poolSize: 3, strides: 1, padding: 1 }),
        avgPool2d(y, { poolSize: 3, padding: 1 }),
      );
    },
    [IN, OUT],
  ],
  [
    'a value that host and core read: the host gets its own',
    (n) => {
      const y = n.conv(n.x, 'a');
      return add(n.conv(y, 'b'), maxPool2d(y, { poolSize: 3, padding: 1 }));
    },
    [IN, OUT, OUT],
  ],
  // The padding of the core's layout may hold a divisor of 0 or a shift of 100.
  ...([divide, rightShift, leftShift] as const).map((op): (typeof CASES)[number] => [
    `a ${op(scalar(1), 1).op} by a tensor, which is not defined for all that the padding may hold`,
    (n) => n.conv(op(n.conv(n.x, 'a'), clip(n.conv(n.x, 'b'), 1, 7)), 'c'),
    [IN, OUT, OUT, IN, OUT],
  ]),
  ['a division by a number', (n) => n.conv(divide(n.conv(n.x, 'a'), 3), 'b'), [IN, OUT]],
  [
    'a pool in the middle, which needs the dense layout',
    (n) => n.conv(maxPool2d(n.conv(n.x, 'a'), { poolSize: 2, strides: 2 }), 'b'),
    [IN, OUT, IN, OUT],
  ],
  [
    'a clip between core layers, which does not care',
    (n) => n.conv(clip(n.conv(n.x, 'a'), -20, 63), 'b'),
    [IN, OUT],
  ],
  ['a ReLU between core layers', (n) => n.conv(relu(n.conv(n.x, 'a')), 'b'), [IN, OUT]],
  ['several of them in a row', (n) => n.conv(maximum(relu(n.conv(n.x, 'a')), 3), 'b'), [IN, OUT]],
  [
    'an int8 add of two core tensors between core layers',
    (n) => n.conv(add(n.conv(n.x, 'a'), n.conv(n.x, 'b')), 'c'),
    [IN, OUT],
  ],
  [
    'an int8 add of a core tensor and one of the host',
    (n) => n.conv(add(n.conv(n.x, 'a'), maxPool2d(n.x, { poolSize: 3, padding: 1 })), 'c'),
    [IN, OUT, IN, OUT],
  ],
  [
    'an add of a constant tensor: constants are dense',
    (n) => n.conv(add(n.conv(n.x, 'a'), constant(tensor([1, 4, 6, 6], 'int8', new Array(144).fill(3)))), 'b'),
    [IN, OUT, IN, OUT],
  ],
  [
    "an add of one value a channel: the core's layout has them elsewhere",
    (n) => {
      const y = n.conv(n.x, 'a');
      return n.conv(add(y, avgPool2d(y, { poolSize: 6 })), 'b');
    },
    [IN, OUT, IN, OUT],
  ],
  [
    'a reshape from whole lines to rows that do not fill theirs',
    (n) => n.conv(reshape(n.conv(reshape(n.x, [1, 3, 3, 16]), 'a'), [1, 4, 6, 8]), 'b'),
    [IN, OUT, IN, OUT],
  ],
  [
    'an operator that does not care behind the last core layer: the host works in its own layout',
    (n) => clip(n.conv(n.x, 'a'), 0, 63),
    [IN, OUT],
  ],
  [
    'an operator that does not care in front of the first core layer',
    (n) => n.conv(clip(n.x, 0, 63), 'a'),
    [IN, OUT],
  ],
];

describe('layout transforms', () => {
  it.each(CASES)('%s', async (_, body, expected) => {
    const net = new Net();
    expect((await transforms(net.m.build(body(net)))).moves).toEqual(expected);
  });

  it('an operator that does not care keeps the layout of the core layers around it', async () => {
    const net = new Net();
    const model = net.m.build(net.conv(clip(net.conv(net.x, 'a'), -20, 63, { layer: 'between' }), 'b'));
    const { manifest } = await transforms(model);
    const id = manifest.layers.findIndex((l) => l.layer === 'between');
    const step = manifest.steps.find((s) => s.kind === 'host' && s.layer === id);
    const buffers = step?.kind === 'host' ? step.completes.map((b) => manifest.buffers[b]!) : [];
    expect(buffers.map((b) => b.layout)).toEqual(['core']);
  });

  it.each([
    // 4 x 16 columns fill their lines, so 64 values stand as they do in a vector; a column each does not.
    [
      [1, 4, 1, 16],
      [IN, OUT],
    ],
    [
      [1, 4, 2, 2],
      [IN, OUT, IN, OUT],
    ],
  ] as const)('a reshape of %j to a vector between core layers: %j', async (shape, expected) => {
    const net = new Net(shape);
    const flat = reshape(net.conv(net.x, 'a'), [1, elementCount(shape)]);
    const { manifest, moves } = await transforms(net.m.build(net.dense(flat, 'fc')));
    expect(onCore(manifest)).toEqual(['qnn.conv2d', 'nn.dense']);
    expect(moves).toEqual(expected);
  });
});

/** The host kernels' operators, transforms left out. */
async function kernels(model: Model, fuse = true): Promise<readonly string[]> {
  const { manifest, verdict } = await verified(model, { fuse });
  expect(verdict.ok).toBe(true);
  const hosts = manifest.layers.filter((l) => l.target === 'host');
  for (const l of hosts) expect(l.name).toMatch(/^tvmgen_default_fused_/);
  return hosts.map((l) => l.name.replace('tvmgen_default_fused_', ''));
}

describe('host kernels', () => {
  const build = (body: (n: Net) => Expr, shape?: Shape): Model => {
    const net = new Net(shape);
    return net.m.build(body(net));
  };

  it('are named as TVM names them, numbered from the second use on', async () =>
    expect(
      await kernels(build((n) => n.conv(maxPool2d(n.conv(n.x, 'a'), { poolSize: 3, padding: 1 }), 'b'))),
    ).toEqual([
      'reshape_reverse_reshape',
      'reshape_reverse_reshape_1',
      'nn_max_pool2d',
      'reshape_reverse_reshape_2',
      'reshape_reverse_reshape_3',
    ]));

  const REFUSED = (n: Net) =>
    n.m.conv2d(
      n.x,
      'host',
      tensor(
        [4, 4, 3, 3],
        'int8',
        Array.from({ length: 144 }, (_, i) => (i % 11) - 5),
      ),
      tensor([4], 'int32', [1, -20, 300, 4]),
      { shift: 3, strides: [1, 2], relu: true },
    );
  it('take what works element by element behind a conv2d', async () =>
    expect(await kernels(build(REFUSED))).toEqual(['qnn_conv2d_nn_bias_add_right_shift_clip_cast_clip']));
  it('hold one operator each without fusion', async () =>
    expect(await kernels(build(REFUSED), false)).toEqual([
      'qnn_conv2d',
      'nn_bias_add',
      'right_shift',
      'clip',
      'cast',
      'clip_1',
    ]));

  it.each<readonly [string, (n: Net) => Expr, readonly string[]]>([
    [
      'a pool takes a cast, not a reshape',
      (n) => reshape(cast(avgPool2d(n.x, { poolSize: 2 }), 'int32'), [1, 100]),
      ['nn_avg_pool2d_cast', 'reshape'],
    ],
    [
      'element-wise operators take a reshape',
      (n) => reshape(add(clip(n.x, 0, 9), scalar(3, 'int8')), [1, 144]),
      ['clip_add_reshape'],
    ],
    [
      'a reshape takes what follows element by element',
      (n) => clip(reshape(n.x, [1, 144]), 0, 9),
      ['reshape_clip'],
    ],
    [
      'nothing joins a pool from before',
      (n) => maxPool2d(clip(n.x, 0, 9), { poolSize: 2 }),
      ['clip', 'nn_max_pool2d'],
    ],
    [
      'softmax stands alone',
      (n) => softmax(cast(reshape(n.x, [1, 144]), 'float32')),
      ['reshape_cast', 'nn_softmax'],
    ],
    [
      'a value with two readers ends its kernel',
      (n) => {
        const y = clip(n.x, 0, 9);
        return add(y, maxPool2d(y, { poolSize: 3, padding: 1 }));
      },
      // The pool is an anchor: the add behind it joins.
      ['clip', 'nn_max_pool2d_add'],
    ],
  ])('%s', async (_, body, expected) => expect(await kernels(build(body))).toEqual(expected));
});

describe('targets', () => {
  it('c: everything on the host, in its layout, without warnings', async () => {
    const net = new Net();
    const model = net.m.build(net.m.add(net.conv(net.x, 'a'), net.conv(net.x, 'b'), 'sum', { shift: 1 }));
    const core = await verified(model);
    const host = await verified(model, { target: 'c' });
    expect(onCore(core.manifest)).toEqual(['qnn.conv2d', 'qnn.conv2d', 'add']);
    expect(onCore(host.manifest)).toEqual([]);
    expect(host.manifest.warnings).toEqual([]);
    expect(host.manifest.buffers.every((b) => b.layout === 'dense' && b.memory === 'L2')).toBe(true);
    expect(host.manifest.steps.every((s) => s.kind === 'host')).toBe(true);
    expect(core.verdict.ok && host.verdict.ok).toBe(true);
    const bytes = (v: typeof core) => v.layers.at(-1)!.checksum;
    expect(bytes(host)).toBe(bytes(core));
    expect(host.totalCycles).toBeGreaterThan(core.totalCycles);
  });
});
