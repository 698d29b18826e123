import type { Backend } from '../../golden/index.js';
import { evaluate } from '../../golden/index.js';
import { runProgram } from '../../sim/program/run.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput, type Model, ModelBuilder, random, randomInts, suiteModels } from '../../src/index.js';
import { tfjsLayers } from './tfjs-layers.js';
import { inTurn, sideBySide } from './timing.js';

/** One model's speed. Times in milliseconds of CPU time: lower quartiles of simulator and tfjs wasm, else the least of the rounds. */
export interface NetworkRow {
  readonly name: string;
  readonly macs: number;
  readonly cycles: number;
  readonly compileMs: number;
  readonly simulateMs: number;
  /** The exact reference on tfjs wasm: every tensor of the model. */
  readonly referenceMs: number;
  /** The model's convolutions and dense layers alone, in float32, as tfjs computes them. */
  readonly wasmMs: number;
  readonly cpuMs?: number;
}

/** A 3x3 convolution of 64 to 64 channels on 32x32. */
export function conv64(): Model {
  const m = new ModelBuilder('conv 64-64 3x3 32x32');
  const x = m.input('input', [1, 64, 32, 32], 'int8');
  const weights = randomInts(random('bench', 'weights'), [64, 64, 3, 3], -128, 127, 'int8');
  const bias = randomInts(random('bench', 'bias'), [64], -4096, 4096, 'int32');
  return m.build(m.conv2d(x, 'conv', weights, bias, { shift: 13 }));
}

/** The networks with layers enough to measure: the suite "all" without the notebook's. */
export const networks = (): Model[] =>
  suiteModels('all')
    .map((entry) => entry.build(0))
    .filter((model) => model.params.size > 6);

/** Long enough for the engine to have compiled what runs, and for its clock of CPU time to say something. */
const DURATIONS = { warmUp: 1500, round: 50 };
/** Simulator and tfjs run in turn, run by run: their ratio is what counts, and networks of a millisecond take long to be compiled to the end. */
const RATIO = { warmUp: 1500, least: 800 };

/** Measures one model; tfjs cpu only where asked for, since it takes seconds. */
export function measure(model: Model, wasm: Backend, cpu: Backend | undefined, rounds: number): NetworkRow {
  const program = compile(model, DEFAULT_OPTIONS);
  const inputs = builtinInput(model);
  const { result } = runProgram(program, inputs);
  const compared = inTurn(
    { simulateMs: () => void runProgram(program, inputs), wasmMs: tfjsLayers(model, wasm) },
    RATIO,
  );
  const actions = {
    compileMs: () => void compile(model, DEFAULT_OPTIONS),
    referenceMs: () => void evaluate(model.main, inputs, model.params, wasm),
  };
  const others =
    cpu === undefined
      ? sideBySide(actions, rounds, DURATIONS)
      : sideBySide({ ...actions, cpuMs: tfjsLayers(model, cpu) }, rounds, DURATIONS);
  const times = { ...compared, ...others };
  const { usefulMacs: macs, totalCycles: cycles } = result.totals;
  return { name: model.name, macs, cycles, ...times };
}
