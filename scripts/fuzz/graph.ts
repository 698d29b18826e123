import fc from 'fast-check';
import type { CallList } from './call-list.js';
import { type Choices, Growth } from './growth.js';
import { analogConv } from './steps/analog.js';
import { castInteger, divide, integerBinary, narrow, reduce, shift, unary } from './steps/arithmetic.js';
import { floatBinary, floatLayer, floatUnary, softmax, toFloat } from './steps/floats.js';
import { avgPool, biasAdd, maxPool, pad, wholePool } from './steps/images.js';
import {
  conv,
  convByOperators,
  dense,
  depthwise,
  fourfold,
  groupedConv,
  residual,
  sum,
} from './steps/layers.js';
import { axes, concatenate, detour, reshape, split, stridedSlice, transpose } from './steps/movement.js';
import { integerSoftmax, lookup, requantize, roundedPool } from './steps/quantized.js';
import { extremum, take, where } from './steps/selection.js';

type Step = (g: Growth, choices: Choices) => void;

/** The steps and how often each is tried. */
const WEIGHTED: readonly (readonly [number, Step])[] = [
  [10, conv],
  [6, analogConv],
  [6, depthwise],
  [5, dense],
  [7, sum],
  [5, residual],
  [4, convByOperators],
  [2, groupedConv],
  [3, maxPool],
  [3, avgPool],
  [2, wholePool],
  [3, concatenate],
  [3, split],
  [2, stridedSlice],
  [3, pad],
  [3, transpose],
  [3, reshape],
  [2, axes],
  [2, detour],
  [2, biasAdd],
  [4, integerBinary],
  [2, divide],
  [2, shift],
  [3, unary],
  [2, castInteger],
  [2, reduce],
  [2, toFloat],
  [2, floatUnary],
  [2, softmax],
  [2, floatBinary],
  [1, floatLayer],
  [1, requantize],
  [1, roundedPool],
  [1, integerSoftmax],
  [1, lookup],
  [2, extremum],
  [1, take],
  [1, where],
  [6, narrow],
];
const STEPS: readonly Step[] = WEIGHTED.flatMap(([weight, step]) => Array<Step>(weight).fill(step));

/** What a random graph and its memories are made of. */
export interface GraphChoices {
  readonly input: { readonly c: number; readonly h: number; readonly w: number; readonly second: number };
  readonly steps: readonly Choices[];
  readonly results: number;
  readonly options: OptionChoices;
}

/** How the graph is compiled. Memories in 64ths of what the graph uses when they are large. */
export interface OptionChoices {
  readonly fuse: boolean;
  readonly l1Reuse: boolean;
  readonly pixels: boolean;
  readonly l1: number;
  readonly wmem: number;
}

const number = fc.nat(2 ** 20);

/** 3 to 12 steps; steps of kind 0 do nothing, so that a failing graph shrinks below 3. */
export const arbitraryGraph: fc.Arbitrary<GraphChoices> = fc.record({
  input: fc.record({ c: fc.nat(39), h: fc.nat(48), w: fc.nat(55), second: fc.nat(7) }),
  steps: fc.array(
    fc.record({ kind: fc.nat(2 ** 16), pick: fc.nat(63), a: number, b: number, c: number, d: number }),
    { minLength: 3, maxLength: 12, size: 'max' },
  ),
  results: fc.nat(63),
  options: fc.record({
    fuse: fc.boolean(),
    l1Reuse: fc.boolean(),
    l1: fc.integer({ min: 1, max: 64 }),
    wmem: fc.integer({ min: 1, max: 64 }),
    pixels: fc.boolean(),
  }),
});

/** Elements of an input, at most: before the channels are rounded up. */
const MOST_INPUT_ELEMENTS = 6_000;

function addInputs(g: Growth, { c, h, w, second }: GraphChoices['input']): void {
  // One input in eight is wide, so that rows alone do not help a small L1.
  const wide = w > 48;
  const height = wide ? 1 + (h % 7) : 1 + h;
  const wanted = wide ? 30 * (w - 48) + h : 1 + w;
  const most = Math.max(1, Math.floor(MOST_INPUT_ELEMENTS / ((1 + c) * height)));
  const width = Math.min(wanted, most);
  const channels = fourfold(1 + c, height * width, c);
  const shape = [1, channels, height, width];
  // Built-in inputs use the whole range of int8.
  const add = (name: string, of: readonly number[], dtype: string) =>
    g.offer(g.tensor(60, 'm.input', name, of, dtype));
  if (second === 5) add('other', [1, channels], 'int8');
  if (second === 6) add('other', shape, 'int32');
  if (second === 7) add('other', [1, channels, 1, width], 'float32');
  if (second >= 3) add('more', shape, 'int8');
  add('input', shape, 'int8');
}

/** The graph that the choices stand for. A step that suits no value gives way to the next kind that does. */
export function growGraph(name: string, choices: GraphChoices): CallList {
  const g = new Growth(name);
  if (!g.attempt(() => addInputs(g, choices.input))) throw new Error('the inputs are too large');
  for (const s of choices.steps) {
    if (s.kind === 0) continue;
    for (let i = 0; i < STEPS.length; i++)
      if (g.attempt(() => STEPS[(s.kind - 1 + i) % STEPS.length]!(g, s))) break;
  }
  if (g.operators === 0) g.attempt(() => unary(g, { kind: 1, pick: 0, a: 0, b: 0, c: 0, d: 0 }));
  return g.finish(choices.results);
}
