import { coreLayout } from '../../../sim/isa/layout.js';
import { removeStep, swapSteps } from '../../../src/explain/edit.js';
import type { Job } from '../../../src/explain/jobs.js';
import { type FaultKind, inRegister, jobsOf, pick, type Site } from '../fault.js';

/** Pitch and plane of what a copy moves, in bytes. */
const layoutOf = ({ asked }: Site, kind: Job['kind']) =>
  coreLayout((kind === 'copyIn' ? asked?.input : asked?.output) ?? [1, 16]);

const remove = (name: string, kind: Job['kind'], causes: FaultKind['causes']): FaultKind => ({
  name,
  causes,
  plant: (s) => {
    const job = pick(jobsOf(s, kind), s);
    return job === undefined || jobsOf(s, kind).length + 1 > s.jobs.length
      ? undefined
      : removeStep(s.program, job.step);
  },
});

const swap = (name: string, first: Job['kind'], second: Job['kind']): FaultKind => ({
  name,
  causes: ['order', 'copy-missing', 'compute-missing'],
  plant: (s) => {
    const pairs = s.jobs.slice(1).flatMap((j, i) => {
      const before = s.jobs[i]!;
      return before.kind === first && j.kind === second && j.step === before.step + 1
        ? [[before, j] as const]
        : [];
    });
    const pair = pick(pairs, s);
    return pair === undefined ? undefined : swapSteps(s.program, pair[0].step, pair[1].step);
  },
});

// Where one copy brings what one job reads, the job's pointer may as well be the one that is wrong.
const address: FaultKind['causes'] = ['copy-address', 'input-address', 'output-address'];

/** Faults in copies, and jobs that are missing or in the wrong order. */
export const JOB_FAULTS: readonly FaultKind[] = [
  {
    name: 'copy in one row later in L2',
    causes: address,
    plant: (s) => inRegister(s, 'copyIn', 'MEMCPY_ADDR', (v) => v + layoutOf(s, 'copyIn').pitch),
  },
  {
    name: 'copy in two rows earlier in L2 (halo)',
    causes: address,
    plant: (s) => inRegister(s, 'copyIn', 'MEMCPY_ADDR', (v) => v - 2 * layoutOf(s, 'copyIn').pitch),
  },
  {
    name: 'copy in one plane later in L2',
    causes: address,
    plant: (s) => inRegister(s, 'copyIn', 'MEMCPY_ADDR', (v) => v + layoutOf(s, 'copyIn').planeBytes),
  },
  {
    name: 'copy in one line later in L1',
    causes: address,
    plant: (s) => inRegister(s, 'copyIn', 'L1ADDR', (v) => v + 1),
  },
  {
    name: 'copy in one granule too short',
    causes: ['copy-length'],
    plant: (s) => inRegister(s, 'copyIn', 'MEMCPY_N', (v) => (v > 8 ? v - 8 : undefined)),
  },
  {
    name: 'copy in half as long',
    causes: ['copy-length'],
    plant: (s) => inRegister(s, 'copyIn', 'MEMCPY_N', (v) => (v >= 16 ? 8 * Math.floor(v / 16) : undefined)),
  },
  {
    name: 'copy out one row later in L2',
    causes: address,
    plant: (s) => inRegister(s, 'copyOut', 'MEMCPY_ADDR', (v) => v + layoutOf(s, 'copyOut').pitch),
  },
  {
    name: 'copy out one plane earlier in L2',
    causes: [...address, 'overwritten'],
    plant: (s) => inRegister(s, 'copyOut', 'MEMCPY_ADDR', (v) => v - layoutOf(s, 'copyOut').planeBytes),
  },
  {
    name: 'copy out from one line later in L1',
    causes: address,
    plant: (s) => inRegister(s, 'copyOut', 'L1ADDR', (v) => v + 1),
  },
  {
    name: 'copy out one granule too short',
    causes: ['copy-length'],
    plant: (s) => inRegister(s, 'copyOut', 'MEMCPY_N', (v) => (v > 8 ? v - 8 : undefined)),
  },
  {
    name: 'copy out over the input',
    causes: ['overwritten', 'copy-address'],
    plant: (s) => {
      const from = jobsOf(s, 'copyIn')[0]?.registers.get('MEMCPY_ADDR');
      return from === undefined ? undefined : inRegister(s, 'copyOut', 'MEMCPY_ADDR', () => from);
    },
  },
  remove('a copy in is missing', 'copyIn', ['copy-missing']),
  remove('a copy out is missing', 'copyOut', ['copy-missing']),
  remove('a compute job is missing', 'compute', ['compute-missing']),
  swap('copy in after the job that needs it', 'copyIn', 'compute'),
  swap('copy out before the job that makes it', 'compute', 'copyOut'),
];
