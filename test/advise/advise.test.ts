import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../reports/regression/baseline.js';
import { renderAdvice } from '../../reports/terminal/advice.js';
import { advise, applyAdvice } from '../../src/advise/advise.js';
import { changesOf } from '../../src/advise/changes.js';
import { tensor } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { cast, maxPool2d, reshape, softmax } from '../../src/builder/operators.js';
import type { Expr, Model } from '../../src/ir/expr.js';
import { modelOf } from '../../src/ir/model-of.js';
import { compile } from '../../src/library/compile.js';
import { simulate } from '../../src/library/simulate.js';
import { buildModel } from '../../src/models/registry.js';
import { bindParameters } from '../../src/passes/bind.js';
import { FULL } from '../full.js';

/** Cycles and checksums of outputs of a run that computes every value. */
async function ran(model: Model): Promise<{ cycles: number; outputs: string[] }> {
  const { totals, outputs } = (await simulate(compile(model))).document.models[0]!.run;
  return { cycles: totals.totalCycles, outputs: Object.values(outputs) };
}

const recorded = (name: string): Baseline =>
  JSON.parse(readFileSync(`reports/baselines/${name}.json`, 'utf8')) as Baseline;

// [network, layer, cycles less]
const GAINS: readonly (readonly [string, string, number])[] = [
  ['two-convs-stride12', 'conv2', 4_241_517],
  ['ds-cnn', 'conv1', 1_062_491],
  ...(FULL ? ([['mobilenet-v1', 'conv2', 23_842]] as const) : []),
];

describe('changes that keep the outputs', () => {
  it.each(GAINS)(
    '%s: the change at %s takes %i cycles off a full run, outputs unchanged',
    async (name, layer, gain) => {
      const before = recorded(name);
      const advice = advise(buildModel(name));
      const [change] = advice.layers.filter((l) => l.layer === layer).flatMap((l) => l.changes);
      expect(change).toMatchObject({
        gain,
        outputs: 'the same',
        totalCycles: before.totals.totalCycles - gain,
      });
      const main = bindParameters(buildModel(name));
      const found = changesOf(main).filter((c) => c.layer === layer && c.what === change!.what);
      expect(found).toHaveLength(1);
      const after = await ran(modelOf(name, found[0]!.apply()));
      expect(after).toEqual({ cycles: change!.totalCycles, outputs: Object.values(before.outputs) });
    },
  );

  // All networks that have such advice: mobilenet-v2 has none.
  it.each(FULL ? ['two-convs-stride12', 'ds-cnn', 'mobilenet-v1'] : ['mobilenet-v1'])(
    '%s: all of them together cost what the advice says, outputs unchanged',
    async (name) => {
      const { together, layers, totalCycles } = advise(buildModel(name));
      const wanted = together?.totalCycles ?? totalCycles - layers.flatMap((l) => l.changes)[0]!.gain;
      const after = await ran(applyAdvice(buildModel(name)));
      expect(after).toEqual({ cycles: wanted, outputs: Object.values(recorded(name).outputs) });
      expect(wanted).toBeLessThan(totalCycles);
    },
  );
});

describe('changes that do not', () => {
  it('an int8 sum: says how the outputs differ, and a full run costs what it says', async () => {
    const [change] = advise(buildModel('residual')).layers.flatMap((l) => l.changes);
    expect(change).toMatchObject({
      gain: 210_671,
      outputs: 'differ where the sum leaves -128..127: it saturates, where it wraps now',
    });
    const [found] = changesOf(bindParameters(buildModel('residual')));
    expect(found!.keeps).toBe(false);
    const after = await ran(modelOf('residual', found!.apply()));
    expect(after.cycles).toBe(change!.totalCycles);
    expect(after.outputs).not.toEqual(Object.values(recorded('residual').outputs));
  });

  it('a softmax at the end: leaving it out gives its input', async () => {
    const m = new ModelBuilder('classes');
    const ones = tensor([8, 8], 'int8', new Array<number>(64).fill(1));
    const bias = tensor([8], 'int32', [0, 1, 2, 3, 4, 5, 6, 7]);
    const logits = m.dense(m.input('input', [1, 8], 'int8'), 'fc', ones, bias, { shift: 2 });
    const model = m.build(softmax(cast(logits, 'float32'), -1, { layer: 'softmax' }));
    const { layers } = advise(model);
    const change = layers.find((l) => l.layer === 'softmax')!.changes[0]!;
    expect(change.what).toBe('leave out the softmax at the end');
    const [found] = changesOf(bindParameters(model)).filter((c) => c.what === change.what);
    expect((await ran(modelOf('classes', found!.apply()))).cycles).toBe(change.totalCycles);
    // Nothing that changes the outputs is applied unasked.
    expect(compile(applyAdvice(model)).manifest.layers).toHaveLength(compile(model).manifest.layers.length);
  });
});

describe('numbers of channels that are no multiple of 16', () => {
  const ones = (...shape: number[]) =>
    tensor(shape, 'int8', new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(1));
  const biases = (n: number) => tensor([n], 'int32', [...new Array(n).keys()]);
  /** 20 channels that a sum, a depthwise conv, a pool and a flatten share; `last` outputs. */
  function shared(last: number): Model {
    const m = new ModelBuilder('shared');
    const conv = (x: Expr, name: string, k: number, c: number, groups = 1) =>
      m.conv2d(x, name, ones(k, c / groups, 3, 3), biases(k), { shift: 8, groups });
    const a = conv(m.input('input', [1, 16, 16, 16], 'int8'), 'a', 20, 16);
    const b = conv(a, 'b', 20, 20);
    const dw = conv(m.add(a, b, 'sum', { shift: 1 }), 'dw', 20, 20, 20);
    const pooled = maxPool2d(dw, { poolSize: [8, 8], strides: [8, 8] });
    return m.build(m.dense(reshape(pooled, [1, 80]), 'fc', ones(last, 80), biases(last), { shift: 6 }));
  }
  const changeOf = (model: Model, words: string) =>
    changesOf(bindParameters(model)).find((c) => c.what.startsWith(words))!;

  it('widened, a group gives the same outputs, for what a full run costs', async () => {
    const model = shared(16);
    const change = advise(model)
      .layers.flatMap((l) => l.changes)
      .find((c) => c.what.startsWith('widen'));
    const found = changeOf(
      model,
      'widen the 20 output channels of a, b to 32: 12 more in lanes that idle now',
    );
    const [before, after] = [await ran(model), await ran(modelOf('shared', found.apply()))];
    expect(after.outputs).toEqual(before.outputs);
    // Depthwise jobs, copies and transforms of 32 channels cost more than a hundredth of this run: no advice.
    expect(after.cycles).toBeGreaterThan(1.01 * before.cycles);
    expect(change).toBeUndefined();
  });

  it('rounded down, it costs what the advice says, and says that it is another network', async () => {
    const model = shared(16);
    const change = advise(model)
      .layers.flatMap((l) => l.changes)
      .find((c) => c.what.startsWith('round'))!;
    expect(change).toMatchObject({
      what: 'round the 20 output channels of a, b down to 16, a multiple of 16',
      outputs: 'become those of a smaller network, to be trained again',
    });
    const after = await ran(modelOf('shared', changeOf(model, 'round').apply()));
    expect(after.cycles).toBe(change.totalCycles);
    expect(change.gain).toBeGreaterThan(0);
    expect((await ran(applyAdvice(model))).outputs).toEqual((await ran(model)).outputs);
  });

  it('dae: 8 more channels are free, and change no output', async () => {
    const [change] = advise(buildModel('dae')).layers.flatMap((l) => l.changes);
    expect(change).toMatchObject({
      gain: 0,
      what: 'widen the 8 output channels of dense5 to 16: 8 more in lanes that idle now',
    });
    const after = await ran(modelOf('dae', changeOf(buildModel('dae'), 'widen the 8').apply()));
    expect(after).toEqual({ cycles: change!.totalCycles, outputs: Object.values(recorded('dae').outputs) });
  });

  it('layers that share their channels are one group, named once', () =>
    expect(
      changesOf(bindParameters(shared(16)))
        .map((c) => c.what)
        .filter((what) => /^(round|widen) the 20 /.test(what)),
    ).toEqual([
      'round the 20 output channels of a, b down to 16, a multiple of 16',
      'widen the 20 output channels of a, b to 32: 12 more in lanes that idle now',
    ]));

  it("the network's own outputs: says how many more", () =>
    expect(changeOf(shared(12), 'widen the 12 output channels of fc to 16')).toMatchObject({
      outputs: 'the same, and 4 more channels',
    }));
  it('an input cannot be another, and what has a multiple of 16 stays', () =>
    expect(changesOf(bindParameters(buildModel('resnet8'))).filter((c) => c.layers !== undefined)).toEqual(
      [],
    ));
});

describe('what bounds a layer', () => {
  const boundsOf = (model: string, layer: string, where: 'digital' | 'host') =>
    advise(buildModel(model)).layers.find((l) => l.layer === layer && l.where === where)!.bounds;
  it.each([
    ['single-conv', 'conv', 'digital', '5 output channels leave 11 of 16 lanes idle'],
    [
      'single-conv',
      'conv',
      'digital',
      "of each kernel row's 5 cycles a channel 3 compute (FX/(FX+2) = 60 %)",
    ],
    ['ds-cnn', 'conv2', 'digital', 'width 25 leaves 7 of 32 columns idle'],
    ['ds-cnn', 'conv2', 'digital', "a depthwise conv uses 1 of the array's 16 channels"],
    ['ds-cnn', 'conv2', 'digital', '75 % computing, 15 % launching 64 jobs'],
    [
      'ds-cnn',
      'conv1',
      'host',
      'qnn.conv2d stays on the host: input elements is 490; the core takes a multiple of 4',
    ],
    [
      'residual',
      'input',
      'host',
      'the host rearranges the tensor for the core, once where host and core meet',
    ],
  ] as const)('%s, %s on the %s: %s', (model, layer, where, text) =>
    expect(boundsOf(model, layer, where)).toContain(text),
  );
  it('layers of 2 % of the run or less are left out', () => {
    const { layers, totalCycles } = advise(buildModel('resnet8'));
    expect(layers.every((l) => l.cycles > 0.02 * totalCycles)).toBe(true);
    expect(layers.map((l) => l.layer)).not.toContain('softmax');
  });
});

it('the text fits its lines and names gain, change and outputs', () => {
  const text = renderAdvice(advise(buildModel('ds-cnn')), { columns: 80 });
  expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    '-> 1,062,491 cycles less: 490 input elements are no multiple of 4: pad the input from 10x49 to 10x50 with zeros at the end (500 elements). Outputs: the same.',
  );
});
