import { REGISTERS, type RegisterName } from '../../../sim/isa/registers.js';
import type { JobStep } from '../../program/types.js';
import { insertStep, removeStep, swapSteps } from '../edit.js';
import type { Job } from '../jobs.js';
import { extentOf, type Recogniser, type Suspect, type Suspicion } from '../suspect.js';

/** A job like another with every written number moved by the difference of two jobs. */
function like(model: Job, by: ReadonlyMap<number, number>, tile: number): JobStep {
  return {
    ...model.job,
    tile,
    stores: model.job.stores.map(([at, v]) => [at, v + (by.get(-at) ?? 0)]),
    writes: model.job.writes.map(([offset, v]) => [offset, v + (by.get(offset) ?? 0)]),
    note: model.job.note,
    completes: [],
  };
}

/** What each register write and store of job `b` adds to that of `a`; stores under their negative address. */
function difference(a: Job, b: Job, share = 1): Map<number, number> {
  const out = new Map<number, number>();
  for (const [offset, v] of b.job.writes) {
    const other = a.job.writes.find(([o]) => o === offset)?.[1];
    if (other !== undefined) out.set(offset, (v - other) * share);
  }
  for (const [at, v] of b.job.stores) {
    const other = a.job.stores.find(([o]) => o === at)?.[1];
    if (other !== undefined) out.set(-at, (v - other) * share);
  }
  return out;
}

interface Insertion {
  readonly at: number;
  readonly job: JobStep;
  readonly why: string;
  readonly votes: number;
}

/** Gaps in the order of a tile's jobs of one kind: where the numbers jump by two steps, and before its first and after its last. */
function gaps(group: readonly Job[]): Insertion[] {
  const out: Insertion[] = [];
  const [a, b] = group;
  if (a === undefined || b === undefined) return out;
  const steps = group.slice(1).map((j, i) => difference(group[i]!, j));
  // Another length is no gap.
  const key = (m: Map<number, number>) =>
    [...m].flatMap(([k, v]) => (k === REGISTERS.MEMCPY_N ? [] : [`${k}:${v}`])).join();
  const counts = new Map<string, number>();
  for (const m of steps) counts.set(key(m), (counts.get(key(m)) ?? 0) + 1);
  const [usual] = [...counts].sort(([, m], [, n]) => n - m)[0]!;
  const regular = steps.find((m) => key(m) === usual)!;
  group.slice(1).forEach((j, i) => {
    const before = group[i]!;
    if (key(steps[i]!) === usual) return;
    out.push({
      at: j.step,
      job: like(before, regular, before.tile),
      why: `the jobs before and after jump from "${before.job.note}" to "${j.job.note}"`,
      votes: 3,
    });
  });
  const last = group.at(-1)!;
  out.push({
    at: last.step + 1,
    job: like(last, regular, last.tile),
    why: `the tile ends with "${last.job.note}"`,
    votes: 0,
  });
  const back = new Map([...regular].map(([k, v]) => [k, -v]));
  out.push({ at: a.step, job: like(a, back, a.tile), why: `the tile begins with "${a.job.note}"`, votes: 0 });
  return out;
}

/** Jobs that another tile has and this one lacks, moved by what tells the two tiles apart. */
function fromOtherTiles(
  s: Suspect,
  kind: Job['kind'],
  tile: number,
  groups: ReadonlyMap<number, Job[]>,
): Insertion[] {
  const own = groups.get(tile) ?? [];
  const out: Insertion[] = [];
  for (const [other, jobs] of groups) {
    if (other === tile || jobs.length !== own.length + 1) continue;
    for (let missing = 0; missing < jobs.length; missing++) {
      const partner = missing === 0 ? 1 : missing - 1;
      const mine = own[missing === 0 ? 0 : missing - 1];
      const by = mine === undefined ? undefined : difference(jobs[partner]!, mine);
      if (by === undefined && own.length > 0) continue;
      const at = mine === undefined ? undefined : missing === 0 ? mine.step : mine.step + 1;
      if (at === undefined || by === undefined) continue;
      out.push({
        at,
        job: like(jobs[missing]!, by, tile),
        why: `tile ${other} has ${jobs.length} such jobs, this one ${own.length}`,
        votes: 2,
      });
    }
    if (own.length === 0) {
      // No job of this kind in the tile: as the tiles beside ask for.
      const ones = [...groups].flatMap(([, g]) => (g.length === 1 ? [g[0]!] : []));
      const here = s.jobs.filter((j) => j.tile === tile);
      const at =
        kind === 'copyIn'
          ? here[0]?.step
          : kind === 'copyOut'
            ? (here.at(-1)?.step ?? -1) + 1
            : here.find((j) => j.kind === 'copyOut')?.step;
      if (at === undefined) continue;
      // Along any two other tiles; lengths stay those of either, as a last tile may be shorter.
      for (let i = 1; i < Math.min(ones.length, 6); i++)
        for (const [p, q] of [
          [ones[i - 1]!, ones[i]!],
          [ones[i]!, ones[i - 1]!],
        ] as const) {
          const by = difference(p, q, (tile - q.tile) / (q.tile - p.tile));
          by.delete(REGISTERS.MEMCPY_N);
          const why = `tile ${q.tile} has one, this one none`;
          out.push({ at, job: like(q, by, tile), why, votes: 2 });
        }
      out.push({
        at,
        job: like(jobs[0]!, new Map(), tile),
        why: `tile ${other} has one, this one none`,
        votes: 1,
      });
    }
    if (own.length === 0 || out.length > 24) break;
  }
  return out;
}

const NAMES = { copyIn: 'copy in', copyOut: 'copy out', compute: 'compute job' } as const;

const showWrites = (job: JobStep): string =>
  (['MEMCPY_ADDR', 'L1ADDR', 'MEMCPY_N'] as RegisterName[])
    .flatMap((name) => {
      const v = job.writes.find(([offset]) => offset === REGISTERS[name])?.[1];
      return v === undefined ? [] : [`${name} ${v}`];
    })
    .join(', ');

/** Copies and compute jobs that are missing: the order of the others has a gap, or another tile has one more. */
export const missing: Recogniser = (s) =>
  (['copyIn', 'copyOut', 'compute'] as const).flatMap((kind) => {
    const groups = new Map<number, Job[]>(s.layer.tiles.map((_, i) => [i, []]));
    for (const j of s.jobs) if (j.kind === kind) groups.get(j.tile)?.push(j);
    if ([...groups.values()].every((g) => g.length === 0)) return [];
    const tiles =
      s.tiles.length > 0
        ? [...new Set(s.tiles.flatMap((t) => [t, t - 1]))].slice(0, 8)
        : [...groups.keys()].slice(0, 8);
    const found = tiles
      .filter((t) => groups.has(t))
      .flatMap((t) => [...gaps(groups.get(t)!), ...fromOtherTiles(s, kind, t, groups)])
      .sort((a, b) => b.votes - a.votes)
      .slice(0, 40);
    return found.map(
      ({ at, job, why, votes }): Suspicion => ({
        kind: kind === 'compute' ? 'compute-missing' : 'copy-missing',
        claim: `a ${NAMES[kind]} of tile ${job.tile} is missing`,
        evidence: `${why}; ${s.wrong.length} wrong outputs in ${extentOf(s) || 'none'}`,
        strength: 0.35 + 0.1 * votes,
        repairs: [
          {
            says: `one more ${NAMES[kind]} before step ${at}${showWrites(job) === '' ? '' : ` (${showWrites(job)})`}`,
            change: () => insertStep(s.program, at, job),
          },
        ],
      }),
    );
  });

/** Within a tile: a copy in behind a compute job, or a compute job behind a copy out. */
const inverted = (before: Job, after: Job): boolean =>
  before.tile === after.tile &&
  ((before.kind === 'compute' && after.kind === 'copyIn') ||
    (before.kind === 'copyOut' && after.kind === 'compute'));

/** Jobs in the wrong order, or one too many. */
export const order: Recogniser = (s) => {
  const tiles = new Set(s.tiles);
  const own = s.jobs.filter((j) => tiles.has(j.tile)).slice(0, 60);
  const inversions = s.jobs.flatMap((j, i) =>
    i > 0 && inverted(s.jobs[i - 1]!, j) ? [[s.jobs[i - 1]!, j] as const] : [],
  );
  const pairs = [
    ...inversions,
    ...own.slice(1).flatMap((j, i) => (inverted(own[i]!, j) ? [] : [[own[i]!, j] as const])),
  ];
  const swaps = pairs.flatMap(([before, j]): Suspicion[] => {
    if (before.kind === j.kind && j.kind !== 'compute') return [];
    return [
      {
        kind: 'order',
        claim: `step ${j.step} (${j.job.note}) runs too late, after step ${before.step} (${before.job.note})`,
        evidence: `${s.wrong.length} wrong outputs in ${extentOf(s) || 'none'}`,
        strength: inverted(before, j) ? 0.85 : 0.3,
        repairs: [
          {
            says: `steps ${before.step} and ${j.step} in the other order`,
            change: () => swapSteps(s.program, before.step, j.step),
          },
        ],
      },
    ];
  });
  const extra = own.map(
    (j): Suspicion => ({
      kind: 'order',
      claim: `step ${j.step} (${j.job.note}) is one too many`,
      evidence: `${s.wrong.length} wrong outputs in ${extentOf(s) || 'none'}`,
      strength: 0.25,
      repairs: [{ says: `no step ${j.step} (${j.job.note})`, change: () => removeStep(s.program, j.step) }],
    }),
  );
  return [...swaps, ...extra];
};
