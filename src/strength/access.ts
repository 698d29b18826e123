import type { AnalogJobReport } from '../../sim/core/analog-core.js';
import type { JobReport } from '../../sim/core/digital-core.js';
import { BANKS, banksInUse, CHANNEL_BLOCK, linesOfPixel } from '../../sim/isa/analog/geometry.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES, WORD_BYTES } from '../../sim/isa/geometry.js';
import type { ConvOperation, Operation } from '../../sim/isa/operation.js';
import { CONFIGURATION_WORDS, REGISTERS as R } from '../../sim/isa/registers.js';
import { tensorBytes } from '../../sim/program/tensor-access.js';
import type { Buffer, JobStep, Program, Step } from '../program/types.js';
import { analogAccess, inBanks } from './analog-access.js';
import type { Access, Span } from './span.js';

export type { Access, Span } from './span.js';

const span = (memory: Span['memory'], lo: number, bytes: number): Span => ({ memory, lo, hi: lo + bytes });
const ofBuffer = (b: Buffer): Span => span(b.memory, b.address, tensorBytes(b));

/** The last value that a job writes to a register; undefined where it leaves it as it was. */
export const registerOf = ({ writes }: Pick<JobStep, 'writes'>, offset: number): number | undefined =>
  writes.findLast(([at]) => at === offset)?.[1];

/** Bytes of L1 that an operation reads. */
export function inputSpans(o: Operation): Span[] {
  switch (o.kind) {
    case 'conv':
      return [span('L1', o.input, o.channels * o.rows * o.pitch)];
    case 'dense':
      return [span('L1', o.input, o.inputLines * LINE_BYTES)];
    case 'sum':
      return [o.inputA, o.inputB].map((at) => span('L1', at, o.lines * LINE_BYTES));
  }
}

/** Bytes of L1 that a conv writes: planes, or lines of 16 channels in the banks of their quarters of 64. [ours] */
function convOutput(o: ConvOperation, l1Bytes: number): Span[] {
  const pixels = o.outputRows * o.columnGroups * ARRAY_COLUMNS;
  const channels = o.blocks * ARRAY_CHANNELS;
  if (o.pixels !== true) return [span('L1', o.output, channels * pixels)];
  const banks = channels > CHANNEL_BLOCK ? BANKS : banksInUse(channels);
  return inBanks(o.output, pixels * linesOfPixel(channels) * LINE_BYTES, l1Bytes).slice(0, banks);
}

/** Bytes of L1 that an operation writes. */
export function outputSpans(o: Operation, l1Bytes: number): Span[] {
  switch (o.kind) {
    case 'conv':
      return convOutput(o, l1Bytes);
    case 'dense':
      return [span('L1', o.output, o.blocks * LINE_BYTES)];
    case 'sum':
      return [span('L1', o.output, o.lines * LINE_BYTES)];
  }
}

/** What a compute job fetches from L2. */
function fetched(step: JobStep, kind: Operation['kind']): Span[] {
  const [at, length] =
    kind === 'conv' ? [R.WT_CONV_ADDR, R.WT_CONV_N] : kind === 'dense' ? [R.WT_FC_ADDR, R.WT_FC_N] : [];
  const pairs = [
    [registerOf(step, R.IM_ADDR), registerOf(step, R.IM_N)],
    [registerOf(step, R.CONF_ADDR), CONFIGURATION_WORDS],
    at === undefined ? [] : [registerOf(step, at), registerOf(step, length!)],
  ];
  return pairs.flatMap(([from, words]) =>
    from === undefined || words === undefined ? [] : [span('L2', from, words * WORD_BYTES)],
  );
}

function jobAccess(step: JobStep, report: JobReport, l1Bytes: number): Omit<Access, 'completes'> {
  const stores = step.stores.map(([at]) => span('L2', at, WORD_BYTES));
  if (report.kind === 'compute')
    return {
      reads: [
        ...fetched(step, report.instructions[0]!.operation.kind),
        ...report.instructions.flatMap(({ operation }) => inputSpans(operation)),
      ],
      writes: [...stores, ...report.instructions.flatMap(({ operation }) => outputSpans(operation, l1Bytes))],
    };
  const outside = span('L2', report.l2Address, report.bytes);
  const inside = span('L1', report.l1Address, report.bytes);
  const copyIn = report.kind === 'copyIn';
  return { reads: [copyIn ? outside : inside], writes: [...stores, copyIn ? inside : outside] };
}

/** What a step reads, writes and completes. */
export function accessOf(
  program: Program,
  step: Step,
  report: JobReport | AnalogJobReport | undefined,
): Access {
  const buffer = (id: number): Buffer => program.manifest.buffers[id]!;
  if (step.kind === 'tile') return { reads: [], writes: [], completes: [] };
  const completes = step.completes.map((id) => ofBuffer(buffer(id)));
  if (step.kind === 'job') {
    const { l1Bytes } = program.manifest.hardware.chip;
    return step.core === 'analog'
      ? { ...analogAccess(step, report as AnalogJobReport, l1Bytes), completes }
      : { ...jobAccess(step, report as JobReport, l1Bytes), completes };
  }
  const args = step.ops.flatMap((op) => op.args.flatMap((o) => ('buffer' in o ? [o.buffer] : [])));
  const stored = step.stores.flatMap(({ from }) => ('buffer' in from ? [from.buffer] : []));
  return {
    reads: [...args, ...stored].map((id) => ofBuffer(buffer(id))),
    writes: step.stores.map(({ buffer: id }) => ofBuffer(buffer(id))),
    completes,
  };
}

/** Whether one of `spans` and one of `others` have a byte in common. */
export const touch = (spans: readonly Span[], others: readonly Span[]): boolean =>
  spans.some((a) => others.some((b) => a.memory === b.memory && a.lo < b.hi && b.lo < a.hi));

/** `spans` without the bytes of `gone`. */
export function without(spans: readonly Span[], gone: readonly Span[]): Span[] {
  return gone.reduce<Span[]>(
    (left, g) =>
      left.flatMap((s) => {
        if (s.memory !== g.memory || s.hi <= g.lo || g.hi <= s.lo) return [s];
        const parts = [
          { ...s, hi: g.lo },
          { ...s, lo: g.hi },
        ];
        return parts.filter(({ lo, hi }) => lo < hi);
      }),
    [...spans],
  );
}
