import type { Tensor } from '../../src/base/tensor.js';
import type { Program } from '../../src/program/types.js';
import { MEMORY_MAP } from '../isa/geometry.js';
import { Machine } from './machine.js';
import type { MachineState, ProgramRun, RunOptions } from './run-options.js';

/**
 * Runs a program on the modelled chip: its inputs by name, step by step, every cycle with a reason. Throws a UserError for
 * missing or ill-typed inputs and a ProgramFault (naming step, layer, tile, field and limit) for what the chip cannot do.
 */
export function runProgram(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  options: RunOptions = {},
): ProgramRun {
  const run = programSteps(program, inputs, options);
  for (;;) {
    const next = run.next();
    if (next.done === true) return next.value;
  }
}

/** `runProgram` that comes back again and again: what it yields to decides when to go on. Throws what `runProgram` throws. */
export function* programSteps(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  options: RunOptions = {},
): Generator<void, ProgramRun> {
  const machine = new Machine(program, options);
  if (options.values !== false) machine.load(inputs);
  yield* machine.steps();
  return machine.finish();
}

/**
 * Runs the steps of one layer of a program from a state that an earlier run kept as it entered the layer (`Pause.save`). `before` is the
 * program of that run: image bytes that differ from it are put into memory first. Throws what `runProgram` throws.
 */
export function runLayer(
  program: Program,
  before: Program,
  layer: number,
  state: MachineState,
  options: Pick<RunOptions, 'array' | 'onTensor' | 'onPause'> = {},
): void {
  const machine = new Machine(program, options, false);
  const { l2, core } = state;
  const { address } = program.manifest.image;
  const from = MEMORY_MAP.l2;
  if (program.image !== before.image) {
    const bytes = l2.bytes.slice();
    for (let i = 0; i < program.image.length; i++)
      if (program.image[i] !== before.image[i]) bytes[address - from + i] = program.image[i]!;
    machine.runLayer(layer, { l2: { ...l2, bytes }, core });
  } else machine.runLayer(layer, state);
}
