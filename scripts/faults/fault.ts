import type { FieldName } from '../../sim/isa/instruction.js';
import type { RegisterName } from '../../sim/isa/registers.js';
import type { Random } from '../../src/base/random.js';
import { setFields, setRegister } from '../../src/explain/edit.js';
import { type Job, jobsOfLayer } from '../../src/explain/jobs.js';
import type { DigitalLayer } from '../../src/passes/digital-layer.js';
import type { Layer, Program } from '../../src/program/types.js';
import type { CauseKind } from '../../src/results/explanation.js';

/** The layer that a fault is planted in. */
export interface Site {
  readonly program: Program;
  readonly layer: Layer;
  /** What the model asks of the core; undefined for a host kernel. */
  readonly asked: DigitalLayer | undefined;
  readonly jobs: readonly Job[];
  readonly random: Random;
}

/** A kind of fault that a compiler may make. */
export interface FaultKind {
  readonly name: string;
  /** What an explanation may call it. */
  readonly causes: readonly CauseKind[];
  /** Why the simulated chip computes the same all the same; absent where inputs exist that show the fault. */
  readonly unseen?: string;
  /** The program with such a fault in that layer; undefined where the layer cannot have it. */
  readonly plant: (site: Site) => Program | undefined;
}

export const siteOf = (
  program: Program,
  layer: Layer,
  asked: DigitalLayer | undefined,
  random: Random,
): Site => ({ program, layer, asked, random, jobs: jobsOfLayer(program, layer.id) });

/** One of a list, drawn; undefined for none. */
export const pick = <T>(list: readonly T[], { random }: Site): T | undefined =>
  list.length === 0 ? undefined : list[random.int(0, list.length - 1)];

export const jobsOf = (s: Site, kind: Job['kind']): readonly Job[] => s.jobs.filter((j) => j.kind === kind);

type Values = Readonly<Partial<Record<FieldName, number>>>;

/** Other fields in one compute job, drawn among those for which `change` gives some. */
export function inOneJob(s: Site, change: (j: Job) => Values | undefined): Program | undefined {
  const job = pick(
    jobsOf(s, 'compute').filter((j) => j.fields !== undefined && change(j) !== undefined),
    s,
  );
  return job === undefined ? undefined : setFields(s.program, job.step, change(job)!, job.fields!);
}

/** Other fields in all compute jobs of the layer for which `change` gives some. */
export function inAllJobs(s: Site, change: (j: Job) => Values | undefined): Program | undefined {
  const jobs = jobsOf(s, 'compute').filter((j) => j.fields !== undefined && change(j) !== undefined);
  if (jobs.length === 0) return undefined;
  return jobs.reduceRight((p, j) => setFields(p, j.step, change(j)!, j.fields!), s.program);
}

/** Another register value in one job of a kind. */
export function inRegister(
  s: Site,
  kind: Job['kind'],
  name: RegisterName,
  change: (v: number, j: Job) => number | undefined,
): Program | undefined {
  const job = pick(
    jobsOf(s, kind).filter((j) => {
      const v = j.registers.get(name);
      const to = v === undefined ? undefined : change(v, j);
      return to !== undefined && to >= 0 && to !== v;
    }),
    s,
  );
  return job === undefined
    ? undefined
    : setRegister(s.program, job.step, name, change(job.registers.get(name)!, job)!);
}
