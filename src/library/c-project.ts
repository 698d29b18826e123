import { runProgram } from '../../sim/program/run.js';
import type { Seed } from '../base/random.js';
import type { Tensor } from '../base/tensor.js';
import type { Profile } from '../codegen/network/network.js';
import { emitProject } from '../codegen/project.js';
import { builtinInputs } from '../models/builtin-input.js';
import type { Program } from '../program/types.js';
import { programInputs } from './simulate.js';

export interface CProjectOptions {
  /** The sample inputs, by tensor name; the built-in ones that `seed` gives by default. */
  readonly inputs?: ReadonlyMap<string, Tensor>;
  /** Names the sample input; 0 by default. */
  readonly seed?: Seed;
  /** Cycle counters around each kernel or the whole network; none by default. */
  readonly profile?: Profile;
  /** Host kernels with the core's Xpulp instructions; plain RV32IMC by default. */
  readonly xpulp?: boolean;
}

/**
 * The C project of a program, text by path in its folder: kernels, runtime library, start-up code, makefiles, and an application that
 * runs on the built-in or the given input and checks what the simulator made of it. Throws a UserError for a host operator without C code.
 *
 * @example
 * for (const [path, text] of emitC(compile(model))) console.log(path, text.length);
 */
export function emitC(program: Program, options: CProjectOptions = {}): Map<string, string> {
  const inputs =
    options.inputs ?? builtinInputs(program.manifest.model, programInputs(program), options.seed ?? 0, 0);
  return emitProject(program, {
    sample: { inputs, outputs: runProgram(program, inputs).outputs },
    xpulp: options.xpulp ?? false,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
}
