import fc from 'fast-check';
import { expect, it } from 'vitest';
import { convCycles, kernelRowsOnData } from '../../sim/isa/cycles.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { DEFAULT_OPTIONS, partitionModel } from '../../src/compile.js';
import { buildModel, type Model, ModelBuilder, random, randomInts } from '../../src/index.js';
import { IntervalFit } from '../../src/lower/interval-fit.js';
import { fits, type Interval, placeIntervals } from '../../src/lower/interval-plan.js';
import type { PlanWork } from '../../src/lower/l1-plan.js';
import { lower } from '../../src/lower/lower.js';
import { alikeTiles, rowKinds, stripKinds } from '../../src/lower/tiling/alike-tiles.js';
import { strips, wholeRow } from '../../src/lower/tiling/columns.js';
import { ConvCost } from '../../src/lower/tiling/conv-cost.js';
import { convGeometry, spatialTiles } from '../../src/lower/tiling/conv-geometry.js';
import { pieces } from '../../src/lower/tiling/ranges.js';
import type { ConvLayer } from '../../src/passes/digital-layer.js';
import { formKernels } from '../../src/passes/kernels.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';

/** What the search of a compile does; no clock says whether it grew, these counts do. */
function workOf(model: Model, l1 = 262_144): PlanWork {
  const hardware = overrideMemories(DEFAULT_PARAMETERS, { l1, l2: 2 ** 28 });
  const { laidOut, layers } = partitionModel(model, { ...DEFAULT_OPTIONS, hardware });
  return lower({ laidOut, kernels: formKernels(laidOut, true), layers }, hardware, DEFAULT_OPTIONS).l1.work;
}

function convs(layers: number, size: number): Model {
  const weights = randomInts(random('work', 'weights'), [16, 16, 1, 1], -128, 127, 'int8');
  const bias = randomInts(random('work', 'bias'), [16], -4096, 4096, 'int32');
  const m = new ModelBuilder(`${layers} convs`);
  let x: Parameters<ModelBuilder['conv2d']>[0] = m.input('input', [1, 16, size, size], 'int8');
  for (let i = 0; i < layers; i++) x = m.conv2d(x, `conv${i}`, weights, bias, { shift: 8 });
  return m.build(x);
}

it.each([
  // most tilings, most offsets
  ['resnet8', 262_144, 40, 80],
  ['mobilenet-v2', 262_144, 150, 400],
  ['mobilenet-v2', 16_384, 300, 1200],
  ['resnet20', 65_536, 45, 220],
] as const)(
  '%s with %i bytes of L1: at most %i tilings looked at, %i offsets found',
  (name, l1, tilings, placed) => {
    const work = workOf(buildModel(name), l1);
    expect(work.tilings).toBeLessThanOrEqual(tilings);
    expect(work.placed).toBeLessThanOrEqual(placed);
  },
);

it('a chain of 8 times as many equal layers looks at no more tilings, and at 8 times as many offsets', () => {
  const [short, long] = [workOf(convs(50, 16)), workOf(convs(400, 16))];
  expect(long.tilings).toBe(short.tilings);
  expect(long.placed).toBeLessThan(9 * short.placed);
});

it('a large image is tiled after a look at few of its thousands of tilings', () =>
  expect(workOf(convs(1, 512), 65_536).tilings).toBeLessThanOrEqual(600));

const interval: fc.Arbitrary<Interval | undefined> = fc.option(
  fc
    .record({
      bytes: fc.integer({ min: 1, max: 200 }),
      from: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 0, max: 4 }),
    })
    .map(({ bytes, from, length }) => ({ bytes, from, to: from + length })),
  { nil: undefined, freq: 5 },
);

const inOrder = (set: ReadonlyMap<number, Interval>): Interval[] =>
  [...set].sort(([a], [b]) => a - b).map(([, x]) => x);

it('a set of intervals that changes fits where all of it, placed anew, fits', () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(11), interval), { minLength: 8, maxLength: 40 }),
      fc.nat(),
      fc.constantFrom(-16, -1, 0, 1),
      (changes, which, more) => {
        const sets: Map<number, Interval>[] = [];
        for (const [number, to] of changes) {
          const next = new Map(sets.at(-1));
          if (to === undefined) next.delete(number);
          else next.set(number, to);
          sets.push(next);
        }
        // Close to what one of the sets needs, where each order of placing counts.
        const limit = placeIntervals(inOrder(sets[which % sets.length]!), 16).peak + more;
        const fit = new IntervalFit(16, limit);
        changes.forEach(([number, to], i) => {
          fit.set(number, to);
          expect(fit.fits()).toBe(fits(inOrder(sets[i]!), 16, limit));
        });
      },
    ),
    { numRuns: 1000, seed: 14 },
  ));

const layer: fc.Arbitrary<ConvLayer> = fc
  .record({
    depthwise: fc.boolean(),
    channels: fc.integer({ min: 1, max: 40 }),
    outputs: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 3, max: 24 }),
    width: fc.integer({ min: 3, max: 140 }),
    kernelHeight: fc.integer({ min: 1, max: 3 }),
    kernelWidth: fc.integer({ min: 1, max: 3 }),
    stride: fc.constantFrom(1 as const, 2 as const),
    padTop: fc.integer({ min: 0, max: 2 }),
    padLeft: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ channels, outputs, height, width, ...rest }) => {
    const { depthwise, kernelHeight, kernelWidth, stride, padTop, padLeft } = rest;
    const rows = Math.floor((height + 2 * padTop - kernelHeight) / stride) + 1;
    const columns = Math.floor((width + 2 * padLeft - kernelWidth) / stride) + 1;
    const k = depthwise ? channels : outputs;
    const shapes = { input: [1, channels, height, width], output: [1, k, rows, columns] };
    return { kind: 'conv', ...rest, ...shapes, weights: [], bias: [], shift: 8, relu: false };
  });

it('tiles counted by kind cost what they cost one by one, and no tiling less than the bound that prunes', () =>
  fc.assert(
    fc.property(layer, fc.nat(63), fc.nat(4), fc.nat(7), (conv, height, granules, where) => {
      const g = convGeometry(conv);
      const [input, output, outputInL2] = [(where & 1) > 0, (where & 2) > 0, (where & 4) > 0];
      const cost = new ConvCost(g, { input, output, outputInL2 }, DEFAULT_PARAMETERS, 1000);
      const whole = [wholeRow(g.outputColumns, g.horizontal)];
      const narrow = granules === 0 ? [] : strips(g.outputColumns, g.horizontal, granules);
      const cut = narrow.length > 0 ? narrow : whole;
      const rows = pieces(g.outputRows, 1 + (height % g.outputRows));
      const channels = pieces(g.outputChannels, 16);
      const oneByOne = spatialTiles(g, { rows, strips: cut }).map((tile) => ({ tile, count: 1 }));
      const alike = alikeTiles(rowKinds(g, 1 + (height % g.outputRows)), stripKinds(cut));
      const cycles = cost.cycles(alike, channels);
      expect(cycles).toBe(cost.cycles(oneByOne, channels));
      expect(cost.atLeast(rows.length, cut)).toBeLessThanOrEqual(cycles);
    }),
    { numRuns: 400, seed: 14 },
  ));

it('a conv costs the kernel rows on data, row by row', () =>
  fc.assert(
    fc.property(layer, fc.nat(3), fc.integer({ min: 1, max: 30 }), (conv, bottom, outputRows) => {
      const operation = {
        kind: 'conv',
        weights: 0,
        input: 0,
        output: 0,
        channels: 3,
        blocks: 2,
        pitch: 16,
        rows: conv.input[2]!,
        kernelWidth: conv.kernelWidth,
        kernelHeight: conv.kernelHeight,
        columnGroups: 1,
        outputRows,
        stride: conv.stride,
        padding: { horizontal: conv.padLeft, deadColumns: 0, top: conv.padTop, bottom },
        shift: 0,
        relu: false,
      } as const;
      let rows = 0;
      for (let y = 0; y < outputRows; y++) rows += kernelRowsOnData(y, operation);
      // 2 blocks: C * (FX + 2) a kernel row, 23 an output row
      expect(convCycles(operation, DEFAULT_PARAMETERS.cycles)).toBe(
        2 * (3 * (conv.kernelWidth + 2) * rows + 23 * outputRows),
      );
    }),
    { numRuns: 300, seed: 14 },
  ));
