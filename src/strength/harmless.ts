import { BANKS, COPY_LINES } from '../../sim/isa/analog/geometry.js';
import { ANALOG_REGISTERS } from '../../sim/isa/analog/registers.js';
import { LINE_BYTES, WORD_BYTES } from '../../sim/isa/geometry.js';
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

/** The bytes that a copy of banks moves too many or too few; undefined for any other fault of the analog core, and where it is refused. */
function movedInBanks({ program, analogReports }: GoodRun, { change }: Fault): Span[] | undefined {
  if (change.at !== 'registers') return undefined;
  const report = analogReports[change.step];
  const wanted = change.values.find(([offset]) => offset === ANALOG_REGISTERS.MEMCPY_ROW_LENGTH);
  if (report === undefined || report.kind === 'analog' || report.kind === 'boot' || wanted === undefined)
    return undefined;
  const bankBytes = program.manifest.hardware.chip.l1Bytes / BANKS;
  const [now, then] = [report.bytes / BANKS, wanted[1] * LINE_BYTES];
  if (report.l1Address + then > bankBytes || wanted[1] > COPY_LINES) return undefined;
  const [lo, hi] = [Math.min(now, then), Math.max(now, then)];
  if (report.kind === 'copyOut')
    return [{ memory: 'L2', lo: report.l2Address + lo * BANKS, hi: report.l2Address + hi * BANKS }];
  return Array.from({ length: BANKS }, (_, bank): Span => {
    const start = bank * bankBytes + report.l1Address;
    return { memory: 'L1', lo: start + lo, hi: start + hi };
  });
}

/** Whether no step from `step` on reads or completes these bytes before they are written again. */
function isUnread(run: GoodRun, step: number, moved: readonly Span[]): boolean {
  // The step itself may complete a tensor there.
  const own = run.access[step]!.completes;
  return !touch(own, moved) && unread(run, moved, { first: step + 1, end: run.access.length }) !== undefined;
}

/**
 * Whether the addresses alone prove that a fault changes nothing for any input: a copy that moves more or less than it should, of bytes that
 * no later step reads before they are written again.
 */
export function isHarmless(run: GoodRun, fault: Fault): boolean {
  const { change } = fault;
  if (change.at !== 'registers') return false;
  const inBanks = movedInBanks(run, fault);
  if (inBanks !== undefined) return isUnread(run, change.step, inBanks);
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
  return isUnread(run, change.step, [moved]);
}
