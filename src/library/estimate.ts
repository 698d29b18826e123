import { runProgram } from '../../sim/program/run.js';
import type { Program } from '../program/types.js';
import type { RunResult } from '../results/run.js';

/**
 * What a program costs, layer by layer, without computing a value: the cycles, jobs, MACs, bytes and memories that `simulate` finds, for a
 * compiled program's cost does not depend on its data. `outputs` is empty and no layer has a checksum. Throws a ProgramFault for
 * a job that the chip refuses.
 *
 * @example
 * estimate(compile(buildModel('resnet8'))).totals.totalCycles;
 */
export const estimate = (program: Program): RunResult =>
  runProgram(program, new Map(), { values: false }).result;
