import { describe, expect, it } from 'vitest';
import { random, randomInts } from '../../src/base/random.js';
import { tensor } from '../../src/base/tensor.js';
import { add, cast, clip, conv2d, divide, floor, multiply, rightShift } from '../../src/builder/operators.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { constant, scalar, variable } from '../../src/ir/build.js';
import { type Expr, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { labelTensors } from '../../src/ir/label.js';
import { tensorType } from '../../src/ir/types.js';

/** One layer of HTVM's analog pattern with what may be wrong about it. */
interface Layer {
  readonly input?: readonly number[];
  readonly weights?: readonly number[];
  readonly smallest?: number;
  readonly largest?: number;
  readonly dtype?: 'int8' | 'int16';
  readonly strides?: readonly number[];
  readonly padding?: readonly number[];
  readonly dilation?: readonly number[];
  readonly groups?: number;
  readonly adc?: readonly [number, number];
  readonly narrow?: 'int16' | 'int32';
  readonly gain?: readonly number[];
  readonly factor?: readonly number[];
  readonly shift?: number;
  readonly last?: readonly [number, number];
}

const DEFAULTS = {
  input: [1, 16, 8, 8],
  weights: [16, 16, 3, 3],
  largest: 1,
  dtype: 'int8',
  strides: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
  adc: [-32, 31],
  narrow: 'int16',
  gain: [8],
  factor: [1, 16, 1, 1],
  shift: 2,
  last: [-128, 127],
} as const;

function model(change: Layer): Model {
  const l = { ...DEFAULTS, ...change };
  const x = variable('x', tensorType(l.input, l.dtype));
  const w = randomInts(random(1, 'w'), l.weights, -l.largest, l.largest, l.dtype);
  w.data[0] = l.largest;
  if (l.smallest !== undefined) w.data[1] = l.smallest;
  const ones = (shape: readonly number[], dtype: 'int16' | 'int32'): Expr =>
    constant(tensor(shape, dtype, new Array(shape.reduce((n, d) => n * d, 1)).fill(3)));
  const { strides, padding, dilation, groups } = l;
  const sum = conv2d(x, constant(w), { strides, padding, dilation, groups, outDtype: 'int32' });
  const gain =
    l.gain.length === 1
      ? scalar(l.gain[0]!, 'float32')
      : constant(tensor([1, l.gain.length, 1, 1], 'float32', l.gain));
  const level = cast(clip(floor(divide(cast(sum, 'float32'), gain)), ...l.adc), l.narrow);
  const scaled = add(
    multiply(level, ones(l.factor, l.narrow)),
    ones([1, tensorTypeOf(sum).shape[1]!, 1, 1], l.narrow),
  );
  const body = cast(clip(rightShift(scaled, scalar(l.shift, l.narrow)), ...l.last), 'int8');
  return {
    name: 'layer',
    main: labelTensors({ name: 'main', params: [x], body, attrs: {} }),
    params: new Map(),
  };
}

const compiled = (l: Layer, analog = true) => compile(model(l), { ...DEFAULT_OPTIONS, analog }).manifest;

describe('what goes to the analog core', () => {
  it.each([
    ['as HTVM has it', {}],
    ['weights -1 to 1', { largest: 1 }],
    ['kernel 7x5', { weights: [16, 16, 7, 5], padding: [3, 2, 3, 2] }],
    ['kernel 1x1', { weights: [16, 16, 1, 1], padding: [0, 0, 0, 0] }],
    ['strides (2, 2)', { strides: [2, 2] }],
    ['ReLU in the last clip', { last: [0, 127] }],
    ['shift 31', { shift: 31 }],
    ['1152 rows of the array', { input: [1, 128, 4, 4], weights: [16, 128, 3, 3] }],
    ['a factor for all channels', { factor: [] }],
    ['factors without a batch axis', { factor: [16, 1, 1] }],
    ['elements a multiple of 4', { input: [1, 4, 3, 3], weights: [4, 4, 3, 3], factor: [1, 4, 1, 1] }],
  ] as const)('%s', (_, l) => {
    const { layers, warnings } = compiled(l as Layer);
    expect([layers.filter((x) => x.target === 'analog').length, warnings]).toEqual([1, []]);
  });

  it.each([
    ['weights', { largest: 2 }, '[-2, 2]', 'ternary: in [-1, 1]'],
    ['weights', { smallest: -2 }, '[-2, 1]', 'ternary: in [-1, 1]'],
    ['weights', { smallest: 2 }, '[-1, 2]', 'ternary: in [-1, 1]'],
    ['weights dtype', { dtype: 'int16' }, 'int16', 'int8'],
    [
      'kernel_size',
      { weights: [16, 16, 2, 2], padding: [1, 1, 0, 0] },
      '[2, 2]',
      'each side one of 1, 3, 5, 7',
    ],
    ['padding', { padding: [1, 1, 0, 1] }, '[1, 1, 0, 1]', 'SAME: [1, 1, 1, 1] for a 3x3 kernel'],
    ['strides', { strides: [1, 2] }, '[1, 2]', '[1, 1] or [2, 2]'],
    ['dilation', { dilation: [2, 2], padding: [2, 2, 2, 2] }, '[2, 2]', '[1, 1]'],
    ['groups', { groups: 16, weights: [16, 1, 3, 3] }, '16', '1'],
    ['ADC clip range', { adc: [-31, 31] }, '[-31, 31]', '[-32, 31]'],
    ['cast dtype', { narrow: 'int32' }, 'int32', 'int16'],
    ['gain', { gain: new Array(16).fill(2) }, '16 values', 'one finite number other than 0'],
    ['gain', { gain: [0] }, '0', 'one finite number other than 0'],
    ['multiplier shape', { factor: [1, 1, 8, 8] }, '(1, 1, 8, 8)', 'one value for each of 16 channels'],
    ['shift', { shift: 32 }, '32', '0..31'],
    ['clip range', { last: [-127, 127] }, '[-127, 127]', '[-128, 127] or [0, 127]'],
    [
      'rows of the array',
      { input: [1, 132, 4, 4], weights: [16, 132, 3, 3] },
      '1188 (132 channels x 3x3)',
      'at most 1152',
    ],
    ['batch', { input: [2, 16, 8, 8] }, '2', '1'],
    [
      'input elements',
      { input: [1, 3, 3, 3], weights: [4, 3, 3, 3], factor: [1, 4, 1, 1] },
      '27',
      'a multiple of 4',
    ],
    [
      'lines a bank of one output row and its input',
      { input: [1, 16, 8, 1200] },
      '4800',
      'at most 4096, a bank of L1',
    ],
  ] as const)('not %s: %j', (attribute, l, value, supported) => {
    const { layers, warnings } = compiled(l as Layer);
    expect(layers.every((x) => x.target === 'host')).toBe(true);
    expect(warnings.map((w) => [w.operator, w.attribute, w.value, w.supported])).toEqual([
      ['nn.conv2d', attribute, value, supported],
    ]);
  });

  it.each([
    [3, 'floor followed by cast', (e: Expr) => cast(e, 'int16')],
    [2, 'divide followed by clip', (e: Expr) => clip(e, -9, 9)],
    [3, 'floor followed by no single operator', (e: Expr) => add(e, e)],
  ] as const)('not a pattern that breaks off after %i operators: %s', (count, value, rest) => {
    const x = variable('x', tensorType([1, 16, 8, 8], 'int8'));
    const w = constant(tensor([16, 16, 3, 3], 'int8'));
    const sum = conv2d(x, w, { padding: [1, 1, 1, 1], outDtype: 'int32' });
    const divided = divide(cast(sum, 'float32'), scalar(8, 'float32'));
    const body = rest(count === 3 ? floor(divided) : divided);
    const broken: Model = {
      name: 'broken',
      main: labelTensors({ name: 'main', params: [x], body, attrs: {} }),
      params: new Map(),
    };
    expect(compile(broken).manifest.warnings[0]).toMatchObject({
      operator: 'nn.conv2d',
      attribute: 'pattern',
      value,
    });
  });

  it('nothing with --no-analog, and says so', () => {
    const { layers, warnings } = compiled({}, false);
    expect(layers.every((x) => x.target === 'host')).toBe(true);
    expect(warnings[0]).toMatchObject({
      attribute: 'analog core',
      supported: 'compiling without --no-analog',
    });
  });
});
