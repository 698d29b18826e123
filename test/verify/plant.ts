import { FIELDS, type FieldName } from '../../sim/isa/instruction.js';
import { REGISTERS, type RegisterName } from '../../sim/isa/registers.js';
import { type JobStep, PROGRAM_FORMAT, type Program } from '../../src/program/types.js';

/** A job of a program with its step. */
export interface FoundJob {
  readonly step: number;
  readonly job: JobStep;
}

/** The jobs of a layer (by its name in the model) whose note begins with `note`, in order. */
export function jobsOf(program: Program, layer: string, note: string): FoundJob[] {
  const { layers, steps } = program.manifest;
  return steps.flatMap((job, step) =>
    job.kind === 'job' && layers[job.layer]!.layer === layer && job.note.startsWith(note)
      ? [{ step, job }]
      : [],
  );
}

/** The value that a job writes to a register. Throws when it writes none. */
export function registerOf(job: JobStep, name: RegisterName): number {
  const write = job.writes.find(([offset]) => offset === REGISTERS[name]);
  if (write === undefined) throw new Error(`the job does not write ${name}`);
  return write[1];
}

/** Programs are plain data: a copy that may be changed without changing the original. */
const copy = (program: Program): Program => {
  if (program.manifest.format !== PROGRAM_FORMAT) throw new Error('not a program');
  return structuredClone(program);
};

function withJob(program: Program, step: number, change: (job: JobStep) => JobStep): Program {
  const out = copy(program);
  const steps = out.manifest.steps.map((s, i) => (i === step && s.kind === 'job' ? change(s) : s));
  return { ...out, manifest: { ...out.manifest, steps } };
}

/** The program with another value in one register write of one job. */
export const withRegister = (p: Program, step: number, name: RegisterName, value: number): Program =>
  withJob(p, step, (job) => ({
    ...job,
    writes: job.writes.map(([offset, v]) => [offset, offset === REGISTERS[name] ? value : v]),
  }));

/** The program without one step. */
export function without(program: Program, step: number): Program {
  const out = copy(program);
  return { ...out, manifest: { ...out.manifest, steps: out.manifest.steps.filter((_, i) => i !== step) } };
}

const addressOf = (job: JobStep, field: FieldName): number =>
  registerOf(job, 'IM_ADDR') + 4 * FIELDS.findIndex(({ name }) => name === field);

/** The value of an instruction's field as `job` runs it: what it stores, else what the image holds. */
export function fieldOf(program: Program, job: JobStep, field: FieldName): number {
  const address = addressOf(job, field);
  const stored = job.stores.find(([at]) => at === address);
  if (stored !== undefined) return stored[1];
  const view = new DataView(program.image.buffer, program.image.byteOffset);
  return view.getUint32(address - program.manifest.image.address, true);
}

/** The program in which one job alone runs with another value of a field: the layer's next job stores the right one again. */
export function withField(program: Program, step: number, field: FieldName, value: number): Program {
  const { steps } = program.manifest;
  const job = steps[step] as JobStep;
  const address = addressOf(job, field);
  const right = fieldOf(program, job, field);
  const next = steps.findIndex(
    (s, i) => i > step && s.kind === 'job' && s.writes.some(([, v]) => v === registerOf(job, 'IM_ADDR')),
  );
  const stores = (j: JobStep, v: number) => ({
    ...j,
    stores: [...j.stores.filter(([at]) => at !== address), [address, v] as const],
  });
  const planted = withJob(program, step, (j) => stores(j, value));
  if (next < 0 || (steps[next] as JobStep).stores.some(([at]) => at === address)) return planted;
  return withJob(planted, next, (j) => stores(j, right));
}

/** The program with the image's bytes changed by `change`, which gets a view of one buffer's bytes. */
export function withBytes(program: Program, buffer: string, change: (bytes: Uint8Array) => void): Program {
  const out = copy(program);
  const found = out.manifest.buffers.find((b) => b.name === buffer);
  if (found === undefined) throw new Error(`no buffer ${buffer}`);
  const at = found.address - out.manifest.image.address;
  change(out.image.subarray(at, at + found.bytes));
  return out;
}
