import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import type { Model } from '../../src/ir/expr.js';
import {
  type ConvVariant,
  convModel,
  type DenseVariant,
  denseModel,
  perChannel,
  type SumVariant,
  sumModel,
} from './variants.js';
import { onCore, verified } from './verified.js';

/** hardware.md section 6, limit by limit; a refused layer's warning names attribute, value and what is supported. */
type Refused<V> = readonly [variant: V, attribute: string, value: string, supported: string];

/** The warnings whose operator has a pattern of its own; the tail behind a refused one may get lines of its own. */
async function expectRefused(model: Model, operator: string, warning: readonly string[]) {
  const { manifest, verdict } = await verified(model);
  expect(onCore(manifest)).toEqual([]);
  const [attribute, value, supported] = warning;
  expect(manifest.warnings[0]).toMatchObject({ operator, layer: 'layer', attribute, value, supported });
  const others = manifest.warnings.slice(1).filter((w) => w.layer === 'layer');
  expect(others.every((w) => w.attribute === 'operator')).toBe(true);
  expect(verdict.tensors.map((t) => t.tensor)).toContain('output');
  expect(verdict.ok).toBe(true);
}

async function expectTaken(model: Model, operator: string) {
  const { manifest, verdict } = await verified(model);
  expect(onCore(manifest)).toEqual([operator]);
  expect(manifest.warnings).toEqual([]);
  expect(verdict.tensors.map((t) => t.tensor)).toContain('output');
  expect(verdict.ok).toBe(true);
}

const title = (variant: object) =>
  JSON.stringify(variant, (_, v) => (ArrayBuffer.isView(v) ? [...(v as never)] : v));

const SIDES = 'each side one of 1, 3, 5, 7';
const STRIDES = '[1, 1] or [2, 2]';
const GROUPS = '1, or depthwise (groups = input channels = output channels)';
const CLIP = '[-128, 127] or [0, 127]';
const WEIGHT_MEMORY = 'at most 65536 bytes, the weight memory';
const PATTERN = 'nn.bias_add or add of an int32 constant, then right_shift, clip, cast to int8';

const CONV_TAKEN: readonly ConvVariant[] = [
  {},
  { op: 'nn.conv2d' },
  ...[1, 3, 5, 7].flatMap((fy) => [1, 3, 5, 7].map((fx): ConvVariant => ({ kernel: [fy, fx] }))),
  { strides: [2, 2] },
  { strides: [2, 2], kernel: [7, 5], input: [1, 4, 9, 11], channels: 4 },
  { groups: 4 },
  { groups: 4, strides: [2, 2], kernel: [5, 3] },
  { biasShape: [8, 1, 1] },
  { biasShape: [1, 8, 1, 1] },
  { biasAxis: -3 },
  { shift: 0 },
  { shift: 31 },
  { shift: tensor([1], 'int32', [5]) },
  { clip: [0, 127] },
  { last: [0, 127] },
  { clip: [0, 127], last: [0, 127] },
  { input: [1, 4, 5, 5], channels: 4 },
  { input: [1, 3, 2, 2], channels: 3 },
  // 4092 taps: 4092 * 16 + 64 = 65536 bytes.
  { input: [1, 4092, 2, 2], kernel: [1, 1] },
  // 83 * 7 * 7 = 4067 taps; 84 channels are one too many.
  { input: [1, 83, 8, 8], kernel: [7, 7] },
];

const CONV_REFUSED: readonly Refused<ConvVariant>[] = [
  [{ kernel: [9, 9], input: [1, 4, 12, 12] }, 'kernel_size', '[9, 9]', SIDES],
  [{ kernel: [9, 1], input: [1, 4, 12, 12] }, 'kernel_size', '[9, 1]', SIDES],
  [{ kernel: [3, 9], input: [1, 4, 12, 12] }, 'kernel_size', '[3, 9]', SIDES],
  [{ kernel: [2, 2] }, 'kernel_size', '[2, 2]', SIDES],
  [{ kernel: [4, 3] }, 'kernel_size', '[4, 3]', SIDES],
  [{ strides: [1, 2] }, 'strides', '[1, 2]', STRIDES],
  [{ strides: [2, 1] }, 'strides', '[2, 1]', STRIDES],
  [{ strides: [3, 3] }, 'strides', '[3, 3]', STRIDES],
  [{ dilation: [2, 2] }, 'dilation', '[2, 2]', '[1, 1]'],
  [{ dilation: [1, 2] }, 'dilation', '[1, 2]', '[1, 1]'],
  [{ groups: 2 }, 'groups', '2', GROUPS],
  [{ groups: 4, channels: 8 }, 'groups', '4', GROUPS],
  [{ groups: 4, input: [1, 8, 8, 8], channels: 4 }, 'groups', '4', GROUPS],
  [{ padding: [0, 0, 0, 0] }, 'padding', '[0, 0, 0, 0]', 'SAME: [1, 1, 1, 1] for a 3x3 kernel'],
  [{ padding: [1, 1, 1, 0] }, 'padding', '[1, 1, 1, 0]', 'SAME: [1, 1, 1, 1] for a 3x3 kernel'],
  [
    { padding: [0, 0, 1, 1], strides: [2, 2] },
    'padding',
    '[0, 0, 1, 1]',
    'SAME: [1, 1, 1, 1] for a 3x3 kernel',
  ],
  [
    { padding: [1, 1, 1, 1], kernel: [7, 5], input: [1, 4, 9, 8] },
    'padding',
    '[1, 1, 1, 1]',
    'SAME: [3, 2, 3, 2] for a 7x5 kernel',
  ],
  [
    { padding: [1, 1, 1, 1], kernel: [1, 1] },
    'padding',
    '[1, 1, 1, 1]',
    'SAME: [0, 0, 0, 0] for a 1x1 kernel',
  ],
  [{ scales: [0.5, 1] }, 'input_scale', '0.5', '1'],
  [{ scales: [1, 2] }, 'kernel_scale', '2', '1'],
  [{ weightsDtype: 'uint8' }, 'weights dtype', 'uint8', 'int8'],
  [{ weightsDtype: 'int16' }, 'weights dtype', 'int16', 'int8'],
  [{ inputDtype: 'uint8' }, 'input dtype', 'uint8', 'int8'],
  [{ inputDtype: 'int16' }, 'input dtype', 'int16', 'int8'],
  [{ weights: 'run time' }, 'weights', 'computed at run time', 'a constant of int8'],
  [{ outDtype: 'int16' }, 'out_dtype', 'int16', 'int32'],
  [{ bias: 'run time' }, 'bias', 'computed at run time', 'a constant of int32, one a channel'],
  [{ biasShape: [] }, 'bias shape', '()', 'one value for each of 8 channels'],
  [{ biasShape: [8] }, 'bias shape', '(8)', 'one value for each of 8 channels'],
  [{ biasShape: [8, 8, 1] }, 'bias shape', '(8, 8, 1)', 'one value for each of 8 channels'],
  [{ biasShape: [1, 1, 1] }, 'bias shape', '(1, 1, 1)', 'one value for each of 8 channels'],
  [{ biasAxis: 3 }, 'bias axis', '3', '1'],
  [{ biasAxis: -1 }, 'bias axis', '-1', '1'],
  [{ shift: 'run time' }, 'shift', 'computed at run time', 'a constant 0..31'],
  [{ shift: perChannel(8, (i) => i) }, 'shift', '8 values', 'one constant 0..31 for the whole layer'],
  [{ clip: [-127, 127] }, 'clip range', '[-127, 127]', CLIP],
  [{ clip: [-128, 126] }, 'clip range', '[-128, 126]', CLIP],
  [{ clip: [0, 126] }, 'clip range', '[0, 126]', CLIP],
  [{ clip: [0, 255] }, 'clip range', '[0, 255]', CLIP],
  [{ clip: [0, 127], cast: 'uint8' }, 'cast dtype', 'uint8', 'int8'],
  [{ cast: 'int16' }, 'cast dtype', 'int16', 'int8'],
  [{ input: [2, 4, 8, 8] }, 'batch', '2', '1'],
  [{ input: [1, 3, 5, 5] }, 'input elements', '75', 'a multiple of 4'],
  [{ input: [1, 4, 5, 5], channels: 5 }, 'output elements', '125', 'a multiple of 4'],
  [
    { input: [1, 4093, 2, 2], kernel: [1, 1] },
    'weights of 16 output channels',
    '65552 bytes (4093 channels x 1x1)',
    WEIGHT_MEMORY,
  ],
  [
    { input: [1, 84, 8, 8], kernel: [7, 7] },
    'weights of 16 output channels',
    '65920 bytes (84 channels x 7x7)',
    WEIGHT_MEMORY,
  ],
  [{ usedTwice: 'accumulator' }, 'pattern', 'followed by 2 uses of the intermediate result', PATTERN],
  [{ usedTwice: 'bias' }, 'pattern', 'followed by 2 uses of the intermediate result', PATTERN],
  [{ usedTwice: 'shift' }, 'pattern', 'followed by 2 uses of the intermediate result', PATTERN],
  [{ usedTwice: 'clip' }, 'pattern', 'followed by 2 uses of the intermediate result', PATTERN],
];

describe('conv2d', () => {
  it.each(CONV_TAKEN.map((v) => [title(v), v] as const))('goes to the core: %s', (_, v) =>
    expectTaken(convModel(v), v.op ?? 'qnn.conv2d'),
  );
  it.each(CONV_REFUSED.map((r) => [title(r[0]), r] as const))('stays on the host: %s', (_, [v, ...warning]) =>
    expectRefused(convModel(v), 'qnn.conv2d', warning),
  );
});

const DENSE_TAKEN: readonly DenseVariant[] = [
  {},
  { biasShape: [12] },
  { biasShape: [1, 12] },
  { last: [0, 127] },
  { shift: 31 },
  { inputs: 4, units: 4 },
  { inputs: 20, units: 36 },
  // 4080 * 16 + 256 = 65536 bytes.
  { inputs: 4080 },
];

const DENSE_REFUSED: readonly Refused<DenseVariant>[] = [
  [{ inputs: 4084 }, 'weights of 16 outputs', '65792 bytes (4084 inputs)', WEIGHT_MEMORY],
  [{ inputs: 4096 }, 'weights of 16 outputs', '65792 bytes (4096 inputs)', WEIGHT_MEMORY],
  [{ units: 10 }, 'output elements', '10', 'a multiple of 4'],
  [{ inputs: 10 }, 'input elements', '10', 'a multiple of 4'],
  [{ batch: 2 }, 'batch', '2', '1'],
  [{ weightsDtype: 'uint8' }, 'weights dtype', 'uint8', 'int8'],
  [{ weights: 'run time' }, 'weights', 'computed at run time', 'a constant of int8'],
  [{ outDtype: 'int16' }, 'out_dtype', 'int16', 'int32'],
  [{ biasShape: [1] }, 'bias shape', '(1)', 'one value for each of 12 channels'],
  [{ clip: [-1, 127] }, 'clip range', '[-1, 127]', CLIP],
  [
    { shift: tensor([1, 12], 'int32', new Array(12).fill(3)) },
    'shift',
    '12 values',
    'one constant 0..31 for the whole layer',
  ],
];

describe('dense', () => {
  it.each(DENSE_TAKEN.map((v) => [title(v), v] as const))('goes to the core: %s', (_, v) =>
    expectTaken(denseModel(v), 'nn.dense'),
  );
  it.each(DENSE_REFUSED.map((r) => [title(r[0]), r] as const))(
    'stays on the host: %s',
    (_, [v, ...warning]) => expectRefused(denseModel(v), 'nn.dense', warning),
  );
});

const SUM_TAKEN: readonly SumVariant[] = [
  {},
  { shift: 0 },
  { shift: 31 },
  { second: 'same' },
  {
    shapes: [
      [1, 4, 5, 5],
      [1, 4, 5, 5],
    ],
  },
  {
    shapes: [
      [1, 20],
      [1, 20],
    ],
  },
];

const CASTS = 'cast of both operands to int32, add, right_shift, clip, cast to int8';
const SUM_REFUSED: readonly Refused<SumVariant>[] = [
  [{ second: 'cast constant' }, 'operand', 'a constant', 'two tensors made at run time'],
  [{ second: 'constant' }, 'operand', 'a constant', 'two tensors made at run time'],
  [
    {
      shapes: [
        [1, 4, 6, 6],
        [1, 4, 1, 1],
      ],
    },
    'operand shapes',
    '(1, 4, 6, 6) and (1, 4, 1, 1)',
    'equal shapes',
  ],
  [{ dtypes: ['int8', 'uint8'] }, 'input dtype', 'uint8', 'int8'],
  [{ dtypes: ['uint8', 'int8'] }, 'input dtype', 'uint8', 'int8'],
  [{ casts: 'int16' }, 'pattern', 'add of int16 operands without a cast of both to int32', CASTS],
  [{ casts: 'none' }, 'pattern', 'add of int8 operands without a cast of both to int32', CASTS],
  [{ clip: [0, 127] }, 'clip range', '[0, 127]', '[-128, 127]'],
  [{ clip: [-100, 100] }, 'clip range', '[-100, 100]', '[-128, 127]'],
  [
    {
      shapes: [
        [2, 4, 6, 6],
        [2, 4, 6, 6],
      ],
    },
    'batch',
    '2',
    '1',
  ],
  [
    {
      shapes: [
        [1, 3, 5, 5],
        [1, 3, 5, 5],
      ],
    },
    'input elements',
    '75',
    'a multiple of 4',
  ],
];

describe('element-wise sum', () => {
  it.each(SUM_TAKEN.map((v) => [title(v), v] as const))('goes to the core: %s', (_, v) =>
    expectTaken(sumModel(v), 'add'),
  );
  it.each(SUM_REFUSED.map((r) => [title(r[0]), r] as const))('stays on the host: %s', (_, [v, ...warning]) =>
    expectRefused(sumModel(v), 'add', warning),
  );
});

describe('a clip behind the pattern that is no ReLU stays on the host, the rest goes to the core', () => {
  it.each([
    ['conv, clip to [0, 63]', convModel({ last: [0, 63] }), 'qnn.conv2d'],
    ['sum, clip to [0, 127]', sumModel({ last: [0, 127] }), 'add'],
  ])('%s', async (_, model, operator) => {
    const { manifest, verdict } = await verified(model);
    expect(onCore(manifest)).toEqual([operator]);
    expect(manifest.warnings).toMatchObject([{ operator: 'clip', layer: 'layer', attribute: 'operator' }]);
    expect(verdict.ok).toBe(true);
  });
});

it('a ReLU behind a value that something else reads stays on the host', async () => {
  const { manifest, verdict } = await verified(convModel({ usedTwice: 'cast', last: [0, 127] }));
  expect(onCore(manifest)).toEqual(['qnn.conv2d']);
  expect(manifest.warnings.map((w) => w.operator)).toContain('clip');
  expect(verdict.tensors.map((t) => t.tensor)).toContain('output');
  expect(verdict.ok).toBe(true);
});

describe('what the host does not compute either is named before the run stops', () => {
  it.each([
    [{ zeroPoints: [1, 0] }, 'input_zero_point', '1', '0', 'zero point'],
    [{ zeroPoints: [0, 3] }, 'kernel_zero_point', '3', '0', 'zero point'],
    [{ shift: 32 }, 'shift', '32', '0..31', 'shift'],
    [{ shift: -1 }, 'shift', '-1', '0..31', 'shift'],
  ] as const)('%j', async (variant, attribute, value, supported, word) => {
    const { compile } = await import('../../src/compile.js');
    const model = convModel(variant);
    expect(compile(model).manifest.warnings).toMatchObject([
      { operator: 'qnn.conv2d', attribute, value, supported },
    ]);
    await expect(verified(model)).rejects.toThrow(word);
  });
});
