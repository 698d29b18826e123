import { FIELDS, type FieldName } from '../../sim/isa/instruction.js';
import { REGISTERS, type RegisterName } from '../../sim/isa/registers.js';
import type { Buffer, HostStep, JobStep, Program, Step } from '../program/types.js';

/** Changes of a Program, each a new Program: what a compiler's fault would have made, or what undoes one. */

const isJob = (s: Step | undefined): s is JobStep => s?.kind === 'job';

const withSteps = (p: Program, steps: readonly Step[]): Program => ({
  ...p,
  manifest: { ...p.manifest, steps },
});

/** The program with one step changed. */
export const withStep = (p: Program, step: number, change: (s: Step) => Step): Program =>
  withSteps(
    p,
    p.manifest.steps.map((s, i) => (i === step ? change(s) : s)),
  );

const withJob = (p: Program, step: number, change: (job: JobStep) => JobStep): Program =>
  withStep(p, step, (s) => (isJob(s) ? change(s) : s));

/** The value that a job writes to a register; undefined where it writes none. */
export const writtenTo = (job: JobStep, name: RegisterName): number | undefined =>
  job.writes.find(([offset]) => offset === REGISTERS[name])?.[1];

/** Another value in one register write of one job; a job without that write gets one. */
export const setRegister = (p: Program, step: number, name: RegisterName, value: number): Program =>
  withJob(p, step, (job) => ({
    ...job,
    writes:
      writtenTo(job, name) === undefined
        ? [...job.writes.slice(0, -1), [REGISTERS[name], value], ...job.writes.slice(-1)]
        : job.writes.map(([offset, v]) => [offset, offset === REGISTERS[name] ? value : v]),
  }));

/** The byte address of a field of the first instruction that a job fetches. */
export const fieldAddress = (instructionAddress: number, field: FieldName): number =>
  instructionAddress + 4 * FIELDS.findIndex(({ name }) => name === field);

/**
 * One job with other values of some fields: stored before it, and the right ones again before the next job that fetches the same instruction.
 * `right` gives what the fields hold in the job now.
 */
export function setFields(
  p: Program,
  step: number,
  values: Readonly<Partial<Record<FieldName, number>>>,
  right: Readonly<Record<FieldName, number>>,
): Program {
  const at = writtenTo(p.manifest.steps[step] as JobStep, 'IM_ADDR');
  if (at === undefined) return p;
  const next = p.manifest.steps.findIndex((s, i) => i > step && isJob(s) && writtenTo(s, 'IM_ADDR') === at);
  let out = p;
  for (const [name, value] of Object.entries(values) as [FieldName, number][]) {
    const address = fieldAddress(at, name);
    const store = (j: JobStep, v: number): JobStep => ({
      ...j,
      stores: [...j.stores.filter(([a]) => a !== address), [address, v]],
    });
    const after = out.manifest.steps[next];
    if (next >= 0 && isJob(after) && !after.stores.some(([a]) => a === address))
      out = withJob(out, next, (j) => store(j, right[name]));
    out = withJob(out, step, (j) => store(j, value));
  }
  return out;
}

/** Other bytes in the image at a byte address. */
export function setBytes(p: Program, address: number, bytes: Uint8Array): Program {
  const image = p.image.slice();
  image.set(bytes, address - p.manifest.image.address);
  return { ...p, image };
}

const shifted = (p: Program, from: number, by: number): readonly Buffer[] =>
  p.manifest.buffers.map((b) => ({
    ...b,
    firstStep: b.firstStep >= from ? b.firstStep + by : b.firstStep,
    lastStep: b.lastStep >= from ? b.lastStep + by : b.lastStep,
  }));

/** The program without one step; what it completed, the step before it (of the same layer) completes. */
export function removeStep(p: Program, step: number): Program {
  const gone = p.manifest.steps[step]!;
  const completes = gone.kind === 'tile' ? [] : gone.completes;
  const heir = p.manifest.steps.findLastIndex(
    (s, i) => i < step && s.layer === gone.layer && s.kind === gone.kind,
  );
  const steps = p.manifest.steps.map((s, i) =>
    i === heir && s.kind !== 'tile' ? { ...s, completes: [...s.completes, ...completes] } : s,
  );
  steps.splice(step, 1);
  return {
    ...p,
    manifest: { ...p.manifest, steps, buffers: shifted(p, step + 1, -1) },
  };
}

/** The program with a job put in before step `at`; where it comes last in its layer, it completes what the job before it did. */
export function insertStep(p: Program, at: number, job: JobStep): Program {
  const steps = [...p.manifest.steps];
  const before = steps[at - 1];
  const last = isJob(before) && before.layer === job.layer && before.completes.length > 0;
  if (last) steps[at - 1] = { ...before, completes: [] };
  steps.splice(at, 0, { ...job, completes: last ? before.completes : [] });
  return { ...p, manifest: { ...p.manifest, steps, buffers: shifted(p, at, 1) } };
}

/** Two steps in each other's place; what completes buffers stays where it is. */
export function swapSteps(p: Program, a: number, b: number): Program {
  const { steps } = p.manifest;
  const put = (s: Step, like: Step): Step =>
    s.kind === 'tile' || like.kind === 'tile' ? s : { ...s, completes: like.completes };
  return withSteps(
    p,
    steps.map((s, i) => (i === a ? put(steps[b]!, s) : i === b ? put(steps[a]!, s) : s)),
  );
}

/** A host kernel with one operator changed. */
export const setHostOp = (
  p: Program,
  step: number,
  index: number,
  change: (op: HostStep['ops'][number]) => HostStep['ops'][number],
): Program =>
  withStep(p, step, (s) =>
    s.kind === 'host' ? { ...s, ops: s.ops.map((o, i) => (i === index ? change(o) : o)) } : s,
  );
