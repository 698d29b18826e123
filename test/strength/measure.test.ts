import { expect, it } from 'vitest';
import { ANALOG_FIELDS } from '../../sim/isa/analog/instruction.js';
import { ANALOG_REGISTERS } from '../../sim/isa/analog/registers.js';
import { WORD_BYTES } from '../../sim/isa/geometry.js';
import { FIELDS } from '../../sim/isa/instruction.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { REGISTERS } from '../../sim/isa/registers.js';
import { runProgram } from '../../sim/program/run.js';
import type { Tensor } from '../../src/base/tensor.js';
import { compile } from '../../src/library/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { JobStep, Program } from '../../src/program/types.js';
import { registerOf } from '../../src/strength/access.js';
import type { Fault } from '../../src/strength/faults/fault.js';
import { type GoodRun, goodRun } from '../../src/strength/good-run.js';
import { strengthSteps, tryFaults } from '../../src/strength/measure.js';
import { sampleFaults } from '../../src/strength/sample.js';
import { isNoticed } from '../../src/strength/trial.js';
import { FULL } from '../full.js';

function drain<T>(steps: Generator<void, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** The image word at an L2 address, or what a store before step `before` put there. */
function wordAt({ manifest, image }: Program, address: number, before: number): number {
  const stored = manifest.steps
    .slice(0, before + 1)
    .flatMap((s) => (s.kind === 'job' ? s.stores : []))
    .findLast(([at]) => at === address);
  if (stored !== undefined) return stored[1];
  const at = address - manifest.image.address;
  return new DataView(image.buffer, image.byteOffset).getUint32(at, true);
}

interface FaultyWord {
  readonly address: number;
  readonly value: number;
  readonly right: number;
}

/** The instruction words that a fault changes; half-words of one word together. */
function wordsOf(
  program: Program,
  job: JobStep,
  change: Extract<Fault['change'], { readonly at: 'instruction' | 'half-words' }>,
): FaultyWord[] {
  if (change.at === 'instruction') {
    const base = registerOf(job, REGISTERS.IM_ADDR)!;
    return change.values.map(([name, value]) => {
      const address = base + FIELDS.findIndex((f) => f.name === name) * WORD_BYTES;
      return { address, value, right: wordAt(program, address, change.step) };
    });
  }
  const base = registerOf(job, ANALOG_REGISTERS.IM_ADDR)!;
  const words = new Map<number, FaultyWord>();
  for (const [name, value] of change.values) {
    const half = ANALOG_FIELDS.findIndex((f) => f.name === name);
    const address = base + Math.floor(half / 2) * WORD_BYTES;
    const right = wordAt(program, address, change.step);
    const now = words.get(address)?.value ?? right;
    const wrong = half % 2 === 0 ? (now & 0xffff0000) | value : (now & 0xffff) | (value << 16);
    words.set(address, { address, value: wrong >>> 0, right });
  }
  return [...words.values()];
}

/** The program with the fault in it, as a compiler would have made it. */
function faulty(program: Program, { change }: Fault): Program {
  const image = program.image.slice();
  const steps = [...program.manifest.steps];
  if (change.at === 'memory') {
    const at = change.address - program.manifest.image.address;
    image[at] = image[at]! ^ change.mask;
  } else if (change.at === 'registers') {
    const job = steps[change.step] as JobStep;
    const values = new Map(change.values);
    const writes = job.writes.map(([at, v]) => [at, values.get(at) ?? v] as const);
    steps[change.step] = { ...job, writes };
  } else {
    const job = steps[change.step] as JobStep;
    const words = wordsOf(program, job, change);
    steps[change.step] = {
      ...job,
      stores: [...job.stores, ...words.map(({ address, value }) => [address, value] as const)],
    };
    const after = steps.findIndex((s, i) => i > change.step && s.kind === 'job');
    const next = steps[after];
    if (next?.kind === 'job')
      steps[after] = {
        ...next,
        stores: [...words.map(({ address, right }) => [address, right] as const), ...next.stores],
      };
  }
  return { image, manifest: { ...program.manifest, steps } };
}

/** Whether a whole run of the faulty program throws or completes another value in any tensor. */
function noticedByWholeRun(run: GoodRun, inputs: ReadonlyMap<string, Tensor>, fault: Fault): boolean {
  const expected: Tensor[] = [];
  runProgram(run.program, inputs, {
    onTensor: ({ buffer, tensor }) => buffer.tensor !== undefined && expected.push(tensor),
  });
  let differs = false;
  let next = 0;
  try {
    runProgram(faulty(run.program, fault), inputs, {
      onTensor: ({ buffer, tensor }) => {
        if (buffer.tensor === undefined) return;
        const { data } = expected[next++]!;
        differs ||= tensor.data.some((v, i) => v !== data[i] && !Number.isNaN(v));
      },
    });
  } catch {
    return true;
  }
  return differs;
}

const tiled = overrideMemories(DEFAULT_PARAMETERS, { l1: 8192, wmem: 16384 });

it.each([
  ['residual', DEFAULT_PARAMETERS],
  ['two-convs-stride12', DEFAULT_PARAMETERS],
  ['resnet8', tiled],
  ['dae', DEFAULT_PARAMETERS],
  ['htvm-aconv-3x3-s2', DEFAULT_PARAMETERS],
  ['dae-mixed', DEFAULT_PARAMETERS],
] as const)(
  '%s: a layer run again from the good state notices what a whole run notices',
  (name, hardware) => {
    const model = buildModel(name);
    const inputs = builtinInput(model);
    const run = drain(goodRun(compile(model, { hardware }), inputs));
    const { faults } = sampleFaults(run, FULL ? 300 : 40, 'oracle');
    for (const { fault, outcome } of drain(tryFaults(run, faults)))
      expect(`${fault.what}: ${isNoticed(outcome)}`).toBe(
        `${fault.what}: ${noticedByWholeRun(run, inputs, fault)}`,
      );
  },
);

const strength = (name: string, faults: number, seed = '0') => {
  const model = buildModel(name);
  return drain(strengthSteps(compile(model), [builtinInput(model)], { faults, seed }));
};

it('plants as many faults as asked, and counts add up', () => {
  const s = strength('residual', 60);
  const sum = (of: 'planted' | 'noticed' | 'refused') => s.layers.reduce((n, layer) => n + layer[of], 0);
  expect([sum('planted'), sum('noticed'), sum('refused')]).toEqual([60, s.noticed, s.refused]);
  for (const layer of s.layers)
    expect(layer.unseen.reduce((n, u) => n + u.count, 0)).toBe(layer.planted - layer.noticed);
});

it('in a layer of the analog core every kind is planted: planes of weights, batch norm, half-words, converter, copies of banks, loads', () => {
  const s = strength('htvm-aconv-3x3-s2', 150);
  const kinds = s.layers.flatMap((l) => l.kinds.map(({ kind }) => kind));
  expect(kinds).toEqual(
    expect.arrayContaining([
      'bit of the plus plane',
      'bit of the minus plane',
      'batch norm factor, byte 0',
      'batch norm addend, byte 1',
      'half-word c with what follows from it',
      'half-word ox_unroll',
      'half-word padding',
      'gain of the converter',
      'shift behind the batch norm',
      'ReLU behind the batch norm',
      'copy of banks, L1 address by a line',
      'copy of banks, length by a line',
      'weight load address by a line',
      'batch norm load address by a word',
    ]),
  );
});

it('is the same for the same seed, and another sample for another', () => {
  expect(strength('residual', 30)).toEqual(strength('residual', 30));
  expect(strength('residual', 30).layers).not.toEqual(strength('residual', 30, '1').layers);
});

it('a second input never makes the test weaker', () => {
  const model = buildModel('dae');
  const program = compile(model);
  const runs = [builtinInput(model, 0, 0), builtinInput(model, 0, 1)];
  const one = drain(strengthSteps(program, runs.slice(0, 1), { faults: 60 }));
  const two = drain(strengthSteps(program, runs, { faults: 60 }));
  expect(two.planted).toBe(one.planted);
  expect(two.noticed).toBeGreaterThan(one.noticed);
});

it('an input of zeros hides weights, and says so', () => {
  const model = buildModel('single-conv');
  const zeros = new Map([...builtinInput(model)].map(([n, t]) => [n, { ...t, data: t.data.map(() => 0) }]));
  const s = drain(strengthSteps(compile(model), [zeros as Map<string, Tensor>], { faults: 60 }));
  const unseen = s.layers.flatMap((l) => l.unseen).filter(({ kind }) => kind === 'sign bit of a weight');
  expect(unseen).not.toEqual([]);
  for (const { count, of, why } of unseen) {
    expect(count).toBe(of);
    expect(why).toContain('is 0 everywhere');
  }
});

it.each([
  [{ faults: 0 }, 'the number of faults is 0; must be a whole number of at least 1.'],
  [{ required: 95 }, 'the strength asked for is 95; must be a share from 0 to 1.'],
])('refuses %j', (options, message) => {
  const model = buildModel('single-conv');
  expect(() => drain(strengthSteps(compile(model), [builtinInput(model)], options))).toThrow(message);
});
