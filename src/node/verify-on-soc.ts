import { isDeepStrictEqual } from 'node:util';
import { compareTensor, NATIVE_TOLERANCE, showTolerance } from '../../golden/index.js';
import { analogRegisterName } from '../../sim/isa/analog/registers.js';
import { registerName } from '../../sim/isa/registers.js';
import { runProgram } from '../../sim/program/run.js';
import { readTensor } from '../../sim/program/tensor-access.js';
import type { AcceleratorJob } from '../../sim/soc/peripherals/accelerator-job.js';
import type { SocResult } from '../../sim/soc/run-elf.js';
import { isFloat } from '../base/dtype.js';
import type { Tensor } from '../base/tensor.js';
import type { Program } from '../program/types.js';
import type { Optimization, SocRun } from '../results/soc.js';
import { crossCompiler, type NetworkOnSoc, runOnSoc } from './toolchain/soc.js';

/** A job as either front end of a core starts it: register writes without the trigger, and what the core made of them. */
interface StartedJob {
  readonly core: AcceleratorJob['core'];
  readonly writes: readonly { readonly register: string; readonly value: number }[];
  readonly report: AcceleratorJob['report'];
}

/** The jobs of a Program run, in order. */
export function programJobs(program: Program, inputs: ReadonlyMap<string, Tensor>): StartedJob[] {
  const jobs: StartedJob[] = [];
  runProgram(program, inputs, {
    onJob: ({ job, report }) => {
      const name = job.core === 'analog' ? analogRegisterName : registerName;
      const writes = job.writes
        .map(([offset, value]) => ({ register: name(offset)!, value }))
        .filter(({ register }) => register !== 'TRIGGER');
      jobs.push({ core: job.core ?? 'digital', writes, report });
    },
  });
  return jobs;
}

/** What a program's jobs on the SoC have beyond its Program's: the start of the analog core belongs to start-up code. */
const withoutBoot = (jobs: readonly AcceleratorJob[]): AcceleratorJob[] =>
  jobs.filter(({ report }) => report.kind !== 'boot');

const showWrite = (w: StartedJob['writes'][number] | undefined): string =>
  w === undefined ? 'nothing' : `${w.register} = 0x${w.value.toString(16)}`;

/** In what one job differs, as text; undefined where it does not. */
function jobDifference(expected: StartedJob, actual: StartedJob): string | undefined {
  if (expected.core !== actual.core)
    return `it runs on the ${actual.core} core, the Program's on the ${expected.core} core`;
  const length = Math.max(expected.writes.length, actual.writes.length);
  for (let i = 0; i < length; i++) {
    const [wanted, got] = [expected.writes[i], actual.writes[i]];
    if (!isDeepStrictEqual(wanted, got))
      return `write ${i} is ${showWrite(got)}, the Program's ${showWrite(wanted)}`;
  }
  if (isDeepStrictEqual(expected.report, actual.report)) return undefined;
  const fields = (r: StartedJob['report']): Readonly<Record<string, number>>[] =>
    r.kind === 'compute' || r.kind === 'analog' ? r.instructions.map((i) => i.fields) : [];
  const [wanted, got] = [fields(expected.report), fields(actual.report)];
  for (const [i, instruction] of wanted.entries())
    for (const [name, value] of Object.entries(instruction)) {
      const other = got[i]?.[name];
      if (other !== value)
        return `instruction ${i} has ${name} = ${other ?? 'nothing'}, the Program's ${value}`;
    }
  return "the same registers and instructions cost or overflowed otherwise than the Program's";
}

/** The first difference of two lists of jobs: in number, in register writes and their order, or in the instructions fetched. */
export function jobsDifference(
  expected: readonly StartedJob[],
  actual: readonly StartedJob[],
): string | undefined {
  for (let i = 0; i < Math.min(expected.length, actual.length); i++) {
    const differs = jobDifference(expected[i]!, actual[i]!);
    if (differs !== undefined) return `job ${i}: ${differs}`;
  }
  return expected.length === actual.length
    ? undefined
    : `${actual.length} jobs ran, the Program has ${expected.length}`;
}

interface OutputComparison {
  readonly outputs: number;
  readonly tolerance?: string;
  readonly difference?: string;
}

/** Compares the network's outputs, as they lie in L2 at the program's exit, with the reference's. */
function compareOutputs(
  program: Program,
  result: SocResult,
  reference: ReadonlyMap<string, Tensor>,
): OutputComparison {
  const buffers = program.manifest.buffers.filter((b) => b.role === 'output');
  let tolerance: string | undefined;
  for (const buffer of buffers) {
    const name = buffer.tensor ?? buffer.name;
    const [expected, actual] = [reference.get(name)!, readTensor(result.l2, buffer)];
    let { differing, first } = compareTensor(expected, actual);
    if (first !== undefined && isFloat(buffer.dtype)) {
      tolerance = showTolerance(NATIVE_TOLERANCE);
      ({ differing, first } = compareTensor(expected, actual, NATIVE_TOLERANCE));
    }
    if (first !== undefined) {
      const difference =
        `output ${name}: ${differing} of ${expected.data.length} elements differ from the reference; ` +
        `the first is [${first.coordinates.join(', ')}]: ${first.actual}, not ${first.expected}`;
      return { outputs: buffers.length, difference };
    }
  }
  return { outputs: buffers.length, ...(tolerance === undefined ? {} : { tolerance }) };
}

/** What the demo itself said against its run, as the last line that it printed. */
const exitDifference = ({ exitStatus, stdout }: SocResult): string | undefined =>
  exitStatus === 0
    ? undefined
    : `the program ended with status ${exitStatus}: ${stdout.trimEnd().split('\n').at(-1) ?? ''}`;

/** How the program was built for the SoC, and the number of the verified run. */
interface SocRunOptions {
  readonly optimization: Optimization;
  readonly run: number;
}

/**
 * Builds the program's C for the SoC, runs it there and compares outputs with the reference and the cores' jobs with a
 * Program run's. Throws a ToolError without cross compiler, a LimitError when the program does not fit L2.
 *
 * @example
 * const result = await verify(model, {
 *   onRun: ({ program, inputs, reference, number }) =>
 *     verifyOnSoc(program, inputs, reference.tensors, { optimization: 'O2', run: number }),
 * });
 */
export function verifyOnSoc(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  reference: ReadonlyMap<string, Tensor>,
  options: SocRunOptions,
): SocRun {
  const ran = runOnSoc(program, { inputs, outputs: reference }, options.optimization);
  return compareOnSoc(program, ran, inputs, reference, options);
}

/** Compares what a program did on the SoC, as `verifyOnSoc` does. */
export function compareOnSoc(
  program: Program,
  { result, network, layers }: NetworkOnSoc,
  inputs: ReadonlyMap<string, Tensor>,
  reference: ReadonlyMap<string, Tensor>,
  { optimization, run }: SocRunOptions,
): SocRun {
  const compared = compareOutputs(program, result, reference);
  const jobs = withoutBoot(result.jobs);
  const difference =
    compared.difference ?? jobsDifference(programJobs(program, inputs), jobs) ?? exitDifference(result);
  return {
    run,
    compiler: crossCompiler(),
    optimization,
    ok: difference === undefined,
    ...(difference === undefined ? {} : { difference }),
    outputs: compared.outputs,
    ...(compared.tolerance === undefined ? {} : { tolerance: compared.tolerance }),
    jobs: jobs.length,
    programCycles: result.cycles,
    programInstructions: result.instructions,
    network,
    layers,
  };
}
