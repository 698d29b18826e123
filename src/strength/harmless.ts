import { WORD_BYTES } from '../../sim/isa/geometry.js';
import { REGISTERS } from '../../sim/isa/registers.js';
import { type Span, touch, without } from './access.js';
import type { Fault } from './faults/fault.js';
import type { GoodRun, Stretch } from './good-run.js';

/** What is left of `spans` behind the steps [first, end) of a run; undefined where one of them reads a byte of it. */
export function unread({ access }: GoodRun, spans: readonly Span[], { first, end }: Omit<Stretch, 'layer'>) {
  let left = [...spans];
  for (let i = first; i < end && left.length > 0; i++) {
    const { reads, writes, completes } = access[i]!;
    if (touch(reads, left)) return undefined;
    left = without(left, writes);
    if (touch(completes, left)) return undefined;
  }
  return left;
}

/**
 * Whether the addresses alone prove that a fault changes nothing for any input: a copy that moves more or less than it should, of bytes that
 * no later step reads before they are written again.
 */
export function isHarmless(run: GoodRun, { change }: Fault): boolean {
  if (change.at !== 'registers') return false;
  const report = run.reports[change.step];
  const length = change.values.find(([offset]) => offset === REGISTERS.MEMCPY_N);
  if (report === undefined || report.kind === 'compute' || length === undefined) return false;
  const bytes = length[1] * WORD_BYTES;
  // A copy of nothing and one that leaves its memories are refused.
  if (bytes === 0) return false;
  const { chip } = run.program.manifest.hardware;
  if (report.l1Address + bytes > chip.l1Bytes) return false;
  const [lo, hi] = [Math.min(bytes, report.bytes), Math.max(bytes, report.bytes)];
  const [memory, start] =
    report.kind === 'copyIn' ? (['L1', report.l1Address] as const) : (['L2', report.l2Address] as const);
  const moved: Span = { memory, lo: start + lo, hi: start + hi };
  // The step itself may complete a tensor there.
  const own = run.access[change.step]!.completes;
  return (
    !touch(own, [moved]) &&
    unread(run, [moved], { first: change.step + 1, end: run.access.length }) !== undefined
  );
}
