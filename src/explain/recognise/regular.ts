import { BANKS } from '../../../sim/isa/analog/geometry.js';
import { ANALOG_REGISTERS } from '../../../sim/isa/analog/registers.js';
import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { FieldName } from '../../../sim/isa/instruction.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import type { RegisterName } from '../../../sim/isa/registers.js';
import { largest, smallest } from '../../base/extremes.js';
import type { Program } from '../../program/types.js';
import type { CauseKind } from '../../results/explanation.js';
import { analogJobsOf } from '../analog-jobs.js';
import { setFields, setRegister } from '../edit.js';
import type { Job } from '../jobs.js';
import { extentOf, type Recogniser, type Suspect, type Suspicion } from '../suspect.js';

/** A number of a job that says where something lies or how long it is. */
interface Site {
  readonly name: RegisterName | FieldName;
  readonly kind: CauseKind;
  readonly jobs: Job['kind'];
  readonly of: (j: Job) => number | undefined;
  readonly set: (p: Program, j: Job, v: number) => Program;
  /** Bytes of one count. */
  readonly unit: number;
}

const register = (name: RegisterName, jobs: Job['kind'], kind: CauseKind, unit: number): Site => ({
  name,
  kind,
  jobs,
  unit,
  of: (j) => j.registers.get(name),
  set: (p, j, v) => setRegister(p, j.step, name, v),
});
const field = (name: FieldName, kind: CauseKind): Site => ({
  name,
  kind,
  jobs: 'compute',
  unit: 1,
  of: (j) => j.fields?.[name],
  set: (p, j, v) => setFields(p, j.step, { [name]: v }, j.fields!),
});

const SITES: readonly Site[] = [
  ...(['copyIn', 'copyOut'] as const).flatMap((jobs) => [
    register('MEMCPY_ADDR', jobs, 'copy-address', 1),
    register('L1ADDR', jobs, 'copy-address', LINE_BYTES),
    register('MEMCPY_N', jobs, 'copy-length', 4),
  ]),
  field('input_memory_pointer', 'input-address'),
  field('output_memory_pointer', 'output-address'),
  field('weight_memory_pointer', 'weight-address'),
];

/** A value that a job's neighbours, the same job of another tile or a buffer's place ask for, and how many say so. */
interface Vote {
  readonly job: Job;
  readonly site: Site;
  readonly held: number;
  readonly right: number;
  readonly votes: number;
}

class Ballot {
  readonly #counts = new Map<number, number>();
  add(value: number | undefined, weight = 1): void {
    if (value !== undefined && Number.isInteger(value) && value >= 0)
      this.#counts.set(value, (this.#counts.get(value) ?? 0) + weight);
  }
  get all(): [number, number][] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || a - b);
  }
}

/** What an arithmetic progression through the neighbours gives for place `i`. */
function fromNeighbours(values: readonly number[], i: number, ballot: Ballot): void {
  const v = (k: number) => values[k];
  const line = (a: number | undefined, b: number | undefined, f: (a: number, b: number) => number) => {
    if (a !== undefined && b !== undefined) ballot.add(f(a, b));
  };
  line(v(i - 2), v(i - 1), (a, b) => 2 * b - a);
  line(v(i + 1), v(i + 2), (a, b) => 2 * a - b);
  line(v(i - 1), v(i + 1), (a, b) => (a + b) / 2);
}

/** Where a layer that makes pixels copies lines to or from, in each bank. */
function placesInBanks(s: Suspect, kind: 'copyIn' | 'copyOut'): number[] {
  if (s.layer.pixels !== true) return [];
  const bankBytes = s.program.manifest.hardware.chip.l1Bytes / BANKS;
  const lines = analogJobsOf(s.program, s.faulty.layer).filter((j) => j.kind === kind);
  return Array.from({ length: BANKS }, (_, bank) => bank * bankBytes).flatMap((start) =>
    lines.map((j) => start + (j.registers.get(ANALOG_REGISTERS.L1ADDR) ?? 0) * LINE_BYTES),
  );
}

const anchorsOf = (s: Suspect, site: Site): number[] => {
  const { buffers } = s.program.manifest;
  const steps = s.jobs.map((j) => j.step);
  const [from, to] = [smallest(steps), largest(steps)];
  const live = buffers.filter((b) => b.firstStep <= to && b.lastStep >= from);
  const l1 = live.filter((b) => b.memory === 'L1').map((b) => b.address);
  const copies = (kind: 'copyIn' | 'copyOut') => [
    ...s.jobs.filter((j) => j.kind === kind).map((j) => (j.registers.get('L1ADDR') ?? 0) * LINE_BYTES),
    ...placesInBanks(s, kind),
  ];
  if (site.name === 'L1ADDR') {
    const pointer =
      site.jobs === 'copyIn' ? ('input_memory_pointer' as const) : ('output_memory_pointer' as const);
    const other = site.jobs === 'copyIn' ? s.jobs.map((j) => j.fields?.weight_memory_pointer) : [];
    return [...new Set([...s.jobs.map((j) => j.fields?.[pointer]), ...other])]
      .filter((v) => v !== undefined)
      .map((v) => v / LINE_BYTES);
  }
  if (site.name === 'MEMCPY_ADDR')
    return live.filter((b) => b.memory === 'L2' && b.layout === 'core').map((b) => b.address);
  if (site.name === 'MEMCPY_N')
    return live
      .filter((b) => b.memory === 'L2' && b.layout === 'core')
      .flatMap((b) => [coreLayout(b.shape).bytes, coreLayout(b.shape).planeBytes])
      .map((bytes) => Math.ceil(bytes / 32) * 8);
  if (site.name === 'input_memory_pointer') return [...l1, ...copies('copyIn')];
  if (site.name === 'output_memory_pointer') return [...l1, ...copies('copyOut')];
  // weight_memory_pointer: 0, or the second operand of a sum in L1.
  return s.asked?.kind === 'sum' ? [...l1, ...copies('copyIn')] : [0];
};

/** Places of L2 that the copies of a conv tile can begin at: a plane's rows in the core's layout. */
function layoutVotes(s: Suspect, job: Job, nth: number, many: number, ballot: Ballot): void {
  const tile = s.layer.tiles[job.tile];
  if (tile === undefined || s.asked?.kind !== 'conv') return;
  const { asked } = s;
  const out = job.kind === 'copyOut';
  const shape = out ? asked.output : asked.input;
  const { planeBytes, pitch } = coreLayout(shape);
  const lo = out ? tile.y.lo : Math.max(0, tile.y.lo * asked.stride - asked.padTop);
  const all = tile.y.lo === 0 && tile.y.hi === asked.output[2];
  const planes = out || asked.depthwise ? tile.k.lo : 0;
  const count = out || asked.depthwise ? tile.k.hi - tile.k.lo : asked.input[1]!;
  if (tile.x.lo !== 0 || tile.x.hi < asked.output[3]!) return;
  const wanted = s.program.manifest.buffers.filter(
    (b) =>
      b.memory === 'L2' &&
      b.layout === 'core' &&
      b.shape.join() === shape.join() &&
      b.firstStep <= job.step &&
      b.lastStep >= job.step,
  );
  for (const b of wanted) {
    if (all && many === 1) ballot.add(b.address + planes * planeBytes, 2);
    else if (many === count) ballot.add(b.address + (planes + nth) * planeBytes + (all ? 0 : lo) * pitch, 2);
  }
}

function votes(s: Suspect, site: Site): Vote[] {
  const jobs = s.jobs.filter((j) => j.kind === site.jobs && site.of(j) !== undefined);
  const byTile = new Map<number, Job[]>();
  for (const j of jobs) byTile.set(j.tile, [...(byTile.get(j.tile) ?? []), j]);
  const anchors = anchorsOf(s, site);
  const groups = [...byTile.values()];
  const out: Vote[] = [];
  for (const group of groups) {
    const values = group.map((j) => site.of(j)!);
    const like = groups.filter((g) => g !== group && g.length === group.length);
    group.forEach((job, i) => {
      const ballot = new Ballot();
      fromNeighbours(values, i, ballot);
      // The same job of other tiles, relative to another job of its tile.
      const j = i === 0 ? 1 : 0;
      if (group.length > 1)
        for (const other of like.slice(0, 4))
          ballot.add(values[j]! + site.of(other[i]!)! - site.of(other[j]!)!);
      else {
        fromNeighbours(
          groups.map((g) => site.of(g[0]!)!),
          groups.indexOf(group),
          ballot,
        );
        for (const other of like.slice(0, 4)) ballot.add(site.of(other[0]!)!);
      }
      for (const a of anchors) ballot.add(a, i === 0 ? 1 : 0.5);
      if (site.name === 'output_memory_pointer' && s.asked?.kind === 'dense')
        for (const other of jobs.slice(0, 4)) {
          const [from, to] = [s.layer.tiles[other.tile], s.layer.tiles[job.tile]];
          if (other !== job && from !== undefined && to !== undefined)
            ballot.add(site.of(other)! + to.k.lo - from.k.lo, 2);
        }
      if (site.name === 'MEMCPY_ADDR') layoutVotes(s, job, i, group.length, ballot);
      const held = values[i]!;
      const forHeld = ballot.all.find(([v]) => v === held)?.[1] ?? 0;
      for (const [right, n] of ballot.all.slice(0, 6))
        if (right !== held && n >= forHeld - 1) out.push({ job, site, held, right, votes: n - forHeld });
    });
  }
  return out;
}

/** Most suspicions of one kind of number that are tried. */
const MOST = 40;

/** Addresses and lengths of copies and operands that break the order that the layer's other jobs keep, or the place of a buffer. */
export const regular: Recogniser = (s) => {
  const tiles = new Set(s.tiles);
  const near = (j: Job): number => (tiles.has(j.tile) ? 1 : 0);
  return SITES.flatMap((site) =>
    votes(s, site)
      .sort((a, b) => near(b.job) - near(a.job) || b.votes - a.votes || a.job.step - b.job.step)
      .slice(0, MOST)
      .map(({ job, held, right, votes: n }): Suspicion => {
        const by = (held - right) * site.unit;
        return {
          kind: site.kind,
          claim: `\`${site.name}\` of step ${job.step} (${job.job.note}) is ${Math.abs(by)} bytes too ${site.kind === 'copy-length' ? (by > 0 ? 'long' : 'short') : by > 0 ? 'high' : 'low'}`,
          evidence: `the layer's other jobs and buffers ask for ${right}, it is ${held}; ${s.wrong.length} wrong outputs in ${extentOf(s) || 'none'}`,
          strength: 0.4 + 0.05 * Math.min(4, Math.max(-4, n)) + 0.1 * near(job),
          repairs: [
            {
              says: `\`${site.name}\` ${right} instead of ${held} in step ${job.step} (${job.job.note})`,
              change: () => site.set(s.program, job, right),
            },
          ],
        };
      }),
  );
};
