import { describe, expect, it } from 'vitest';
import { instantiate } from '../../../sim/core/kernels-instance.js';
import { WasmPeArray } from '../../../sim/core/wasm-pe-array.js';
import { runProgram } from '../../../sim/program/run.js';
import type { MachineState, RunOptions } from '../../../sim/program/run-options.js';
import { UserError } from '../../../src/base/errors.js';
import { compile } from '../../../src/compile.js';
import { builtinInput, type Model, ModelBuilder, random, randomInts } from '../../../src/index.js';
import type { JobStep, Program, Step } from '../../../src/program/types.js';

/** A depthwise layer of 8 channels between two convs. */
function model(stride: number): Model {
  const m = new ModelBuilder(`depthwise stride ${stride}`);
  const ints = (name: string, shape: readonly number[], most: number, dtype: 'int8' | 'int32') =>
    randomInts(random('sweep', name), shape, -most, most, dtype);
  const x = m.input('input', [1, 4, 12, 20], 'int8');
  const a = m.conv2d(x, 'a', ints('a', [8, 4, 1, 1], 127, 'int8'), ints('ab', [8], 999, 'int32'), {
    shift: 8,
  });
  const b = m.conv2d(a, 'b', ints('b', [8, 1, 3, 3], 127, 'int8'), ints('bb', [8], 999, 'int32'), {
    shift: 8,
    groups: 8,
    strides: [stride, stride],
  });
  return m.build(
    m.conv2d(b, 'c', ints('c', [8, 8, 1, 1], 127, 'int8'), ints('cb', [8], 999, 'int32'), { shift: 8 }),
  );
}

/** All that a run leaves, or how it ended. */
function outcome(program: Program, inputs: ReturnType<typeof builtinInput>, options: RunOptions) {
  const states: MachineState[] = [];
  let ended: unknown;
  try {
    const { result, outputs } = runProgram(program, inputs, {
      ...options,
      onPause: (pause) => void states.push(pause.save()),
    });
    ended = [JSON.parse(JSON.stringify(result)), [...outputs]];
  } catch (e) {
    if (!(e instanceof UserError)) throw e;
    ended = e.message;
  }
  return { ended, states };
}

/** The steps of the depthwise layer's jobs. */
const channels = (program: Program): number[] =>
  program.manifest.steps.flatMap((s, i) =>
    s.kind === 'job' && s.note.startsWith('compute channel') ? [i] : [],
  );

const changed = (program: Program, index: number, change: (step: JobStep) => Partial<JobStep>): Program => {
  const steps = program.manifest.steps.map(
    (s, i): Step => (i === index ? { ...(s as JobStep), ...change(s as JobStep) } : s),
  );
  return { ...program, manifest: { ...program.manifest, steps } };
};

const store = (which: number, to: (value: number) => number) => (step: JobStep) => ({
  stores: step.stores.map(([at, value], i) => [at, i === which ? to(value) : value] as const),
});
const register = (offset: number, to: (value: number) => number) => (step: JobStep) => ({
  writes: step.writes.map(([at, value]) => [at, at === offset ? to(value) : value] as const),
});

describe('jobs of a depthwise layer in one sweep', () => {
  const array = () => new WasmPeArray(instantiate()!);

  it.each([1, 2])('leave what they leave one by one, stride %i', (stride) => {
    const m = model(stride);
    const program = compile(m);
    const [swept, single] = [array(), array()];
    const together = outcome(program, builtinInput(m), { array: swept });
    expect(together).toEqual(outcome(program, builtinInput(m), { array: single, onJob: () => {} }));
    // The first and the last of 8 channels run by themselves, and two convs.
    expect([single.work.kernelCalls, swept.work.kernelCalls]).toEqual([10, 5]);
  });

  it.each<[string, (step: JobStep) => Partial<JobStep>]>([
    ['an input off the line', store(0, (v) => v + 4)],
    ['an input beyond L1', store(0, () => 0x40000 - 16)],
    ['an input beyond int32', store(0, () => 0x9000_0000)],
    ['an input never written', store(0, () => 0x30000)],
    ['the input of another channel', store(0, (v) => v + 2 * 12 * 32)],
    ['an input that is an output', (s) => store(0, () => s.stores[1]![1])(s)],
    ['an output off the line', store(1, (v) => v + 4)],
    ['an output over an input', (s) => store(1, () => s.stores[0]![1])(s)],
    ['an output elsewhere', store(1, (v) => v + 0x10000)],
    ['weights off the word', register(0x40, (v) => v + 2)],
    ['weights beyond L2', register(0x40, () => 0x1c07_fff0)],
    ['weights below L2', register(0x40, () => 0x1000)],
    ['weights never written', register(0x40, (v) => v + 0x30000)],
    ['more weights', register(0x44, (v) => v + 8)],
    ['no weights', register(0x44, () => 0)],
    ['a copy in between', register(0xa0, () => 2)],
    ['words that come from elsewhere', (s) => ({ stores: [...s.stores, [s.stores[0]![0] + 8, 1]] })],
    ['nothing stored', () => ({ stores: [] })],
    [
      'a store over weights',
      (s) => ({ stores: s.stores.map(([, v]) => [s.writes.find(([r]) => r === 0x40)![1], v] as const) }),
    ],
    ['no trigger', (s) => ({ writes: s.writes.slice(0, -1) })],
  ])('%s: end as they end one by one', (_, change) => {
    const m = model(1);
    const program = compile(m);
    for (const channel of [3, 7]) {
      const other = changed(program, channels(program)[channel]!, change);
      const one = outcome(other, builtinInput(m), { onJob: () => {} });
      expect(outcome(other, builtinInput(m), {})).toEqual(one);
    }
  });
});
