import { hex } from '../../src/base/units.js';
import { LINE_BYTES } from '../isa/geometry.js';
import { NEVER_WRITTEN } from './causes.js';
import { type CheckState, instructionOf } from './check-state.js';
import { DEFINED } from './shadow.js';

/** L1 address of the i-th byte that a job reads as its input. */
export type AddressOf = (i: number) => number;

/** The cause of what a job computes from bytes that have one. */
export function derivedCause(s: CheckState, cause: number, from: string): number {
  const root = s.causes.get(cause);
  const own = instructionOf(s).instruction;
  const instruction = root.instruction ?? own;
  return s.causes.add({
    ...root,
    text: `which job ${s.job} computed ${from}, ${root.text}`,
    job: root.job ?? s.job,
    ...(own === undefined || instruction === undefined ? {} : { instruction }),
  });
}

/** The causes of an input's bytes, with those of bytes that belong to an earlier tile; undefined where all are meant. */
export function inputCauses(s: CheckState, bytes: number, at: AddressOf): Int32Array | undefined {
  const { writer, cause } = s.l1;
  let fresh = 0;
  let old = 0;
  let caused = false;
  for (let i = 0; i < bytes; i++) {
    const address = at(i);
    if (cause[address] !== DEFINED) caused = true;
    const w = writer[address]!;
    if (w <= 0 || s.isCopyIn[w - 1] !== true) continue;
    if (s.lastRead[address]! > w) old++;
    else fresh++;
  }
  const mixed = fresh > 0 && old > 0;
  if (!caused && !mixed) return undefined;
  const causes = Int32Array.from({ length: bytes }, (_, i) => cause[at(i)]!);
  if (mixed) markOld(s, causes, at);
  markTail(s, causes, at, fresh);
  return causes;
}

/** Bytes that were copied in before an earlier job and used by it, while the rest of the input is new. */
function markOld(s: CheckState, causes: Int32Array, at: AddressOf): void {
  const { writer } = s.l1;
  let mark: number | undefined;
  for (let i = 0; i < causes.length; i++) {
    const w = writer[at(i)]!;
    const used = s.lastRead[at(i)]!;
    if (causes[i] !== DEFINED || w <= 0 || s.isCopyIn[w - 1] !== true || used <= w) continue;
    mark ??= s.causes.add({
      kind: 'stale-data',
      key: 'input of an earlier job',
      text: `which job ${w - 1} copied in and job ${used - 1} used, before the rest of the input was copied in`,
      fix: 'Copy in the whole tile, its halo rows and columns too, before its job.',
      job: s.job,
      ...instructionOf(s),
    });
    causes[i] = mark;
  }
}

/** Where all of the input behind some byte is missing or old, the copies were too short for the instruction. */
function markTail(s: CheckState, causes: Int32Array, at: AddressOf, fresh: number): void {
  const first = causes.findIndex((c) => c !== DEFINED);
  if (first < LINE_BYTES || fresh === 0 || causes.subarray(first).includes(DEFINED)) return;
  const roots = s.causes.get(causes[first]!);
  if (roots.key !== NEVER_WRITTEN.key && roots.kind !== 'stale-data') return;
  if (s.l1.writer[at(first - 1)]! <= 0) return;
  const mark = s.causes.add({
    kind: 'inconsistent-sizes',
    key: 'input shorter than the instruction',
    text: `which job ${s.job} takes for input, as its instruction reads ${causes.length} bytes from L1 ${hex(at(0))}; only ${first} were copied in`,
    fix: 'Copy in as many planes and rows as the fields c, cy and cx name, or lower the fields.',
    job: s.job,
  });
  causes.fill(mark, first);
}
