import type { AnalogJobReport } from '../../../sim/core/analog-core.js';
import type { JobReport } from '../../../sim/core/digital-core.js';
import type { FinishedKernel } from '../../../sim/soc/kernel-calls.js';
import { resultOf, runToExit, type SocResult } from '../../../sim/soc/run-elf.js';
import type { Soc } from '../../../sim/soc/soc.js';
import { type ElfRun, entering, machineOf } from './elf-run.js';
import type { Area, FoundTensor, TensorFinder } from './find-tensors.js';
import type { Stretch } from './kernel-result.js';

/** A stretch of the run beside what of the reference was found in what it wrote. */
export type FollowedStretch = Omit<Stretch, 'made'> & { readonly found: FoundTensor | undefined };

/** What a followed run gave: its stretches with what each made. */
export interface Followed {
  readonly result: SocResult;
  readonly stretches: readonly FollowedStretch[];
}

/** L1 at the first outputs of the compute jobs from `firstJob` on: a layer's result may stay there for the next layer. */
function l1Area({ l1, jobs }: Soc, firstJob: number): Area {
  const outputs = jobs
    .slice(firstJob)
    .flatMap(({ report }) =>
      report.kind === 'compute' ? report.instructions.map((i) => i.operation.output) : [],
    );
  const offsets = outputs.length === 0 ? [] : [Math.min(...outputs)];
  return { memory: 'L1', bytes: l1.raw(), offsets };
}

/** Offsets in L2 of what may be pointers, each once. */
const offsetsIn = (addresses: readonly number[], { l2 }: Soc): number[] => [
  ...new Set(addresses.map((a) => a - l2.base).filter((at) => at >= 0 && at < l2.size)),
];

/** Runs the program kernel by kernel: each with the tensor that it made. No stretches where it names no kernel. */
export function followKernels(run: ElfRun, finder: TensorFinder): Followed {
  const kernels: (FinishedKernel & { readonly found: FoundTensor | undefined })[] = [];
  const soc: Soc = machineOf(run, {
    entered: entering(run, () => soc),
    finished: (k) =>
      kernels.push({
        ...k,
        found: finder.find([
          { memory: 'L2', bytes: soc.l2.raw(), before: k.before, offsets: offsetsIn(k.args, soc) },
          l1Area(soc, k.firstJob),
        ]),
      }),
  });
  runToExit(soc, run.maxCycles);
  const result = resultOf(soc, '');
  return {
    result,
    stretches: kernels.map(({ name, start, end, firstJob, endJob, found }) => ({
      name,
      start,
      end,
      jobs: result.jobs.slice(firstJob, endJob),
      found,
    })),
  };
}

/** Addresses of copies out that a tensor under way may have begun at. */
const MOST_BASES = 8;

/** Where kernels are not known: a tensor is complete with the copy after which all of it is there. */
export function followJobs(run: ElfRun, finder: TensorFinder): Followed {
  const made: { readonly firstJob: number; readonly job: number; readonly found: FoundTensor }[] = [];
  let firstJob = 0;
  let bases: number[] = [];
  const onJob = (report: JobReport | AnalogJobReport, machine: Soc): void => {
    const { l2, jobs: started } = machine;
    if (report.kind === 'copyIn') return;
    if (report.kind === 'copyOut') {
      const at = report.l2Address - l2.base;
      bases = [at, ...bases.filter((b) => b !== at)].slice(0, MOST_BASES);
    }
    const found = finder.find(
      [{ memory: 'L2', bytes: l2.raw(), before: start, offsets: bases }, l1Area(machine, firstJob)],
      true,
    );
    if (found === undefined || found.by === 'copy') return;
    const job = started.length - 1;
    made.push({ firstJob, job, found });
    firstJob = job + 1;
    bases = [];
  };
  const soc: Soc = machineOf(
    run,
    { entered: entering(run, () => soc), finished: () => {} },
    { onJob, onAnalogJob: onJob },
  );
  const start = soc.l2.raw().slice();
  runToExit(soc, run.maxCycles);
  const result = resultOf(soc, '');
  return {
    result,
    stretches: made.map(({ firstJob: from, job, found }) => {
      const jobs = result.jobs.slice(from, job + 1);
      return { name: `jobs ${from} to ${job}`, start: jobs[0]!.start, end: jobs.at(-1)!.end, jobs, found };
    }),
  };
}
