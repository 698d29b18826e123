import { decodeZeroPadding, encodeZeroPadding, type ZeroPadding } from '../../../sim/isa/instruction.js';
import type { Job } from '../../../src/explain/jobs.js';
import { type FaultKind, inAllJobs, inOneJob, type Site } from '../fault.js';

type Change = (j: Job) => Record<string, number> | undefined;

const kind = (
  name: string,
  causes: FaultKind['causes'],
  where: (s: Site, change: Change) => ReturnType<FaultKind['plant']>,
  change: (j: Job, s: Site) => Record<string, number> | undefined,
  unseen?: string,
): FaultKind => ({
  name,
  causes,
  plant: (s) => where(s, (j) => change(j, s)),
  ...(unseen === undefined ? {} : { unseen }),
});

const isConv = (s: Site): boolean => s.asked?.kind === 'conv';
const f = (j: Job) => j.fields!;

/** Another zero_padding, where `change` gives one. */
const padding =
  (change: (p: ZeroPadding) => Partial<ZeroPadding> | undefined) =>
  (j: Job, s: Site): Record<string, number> | undefined => {
    if (!isConv(s)) return undefined;
    const held = decodeZeroPadding(f(j).zero_padding);
    const to = change(held);
    return to === undefined ? undefined : { zero_padding: encodeZeroPadding({ ...held, ...to }) };
  };

/** Only where a wanted window reads beyond the row: a 1x1 kernel never sees its dead columns. */
const readsTheEnd =
  (change: (j: Job, s: Site) => Record<string, number> | undefined) =>
  (j: Job, s: Site): Record<string, number> | undefined =>
    f(j).fx > 1 ? change(j, s) : undefined;

/**
 * Faults in the words of an instruction. Where one copy brings what a job reads or takes what it makes, a wrong pointer and a wrong address
 * of the copy cannot be told apart: either name counts.
 */
export const INSTRUCTION_FAULTS: readonly FaultKind[] = [
  kind('shift one too many, whole layer', ['shift'], inAllJobs, (j) => ({
    shift_fixed_point: f(j).shift_fixed_point + 1,
  })),
  kind('shift one too few, one job', ['shift'], inOneJob, (j) =>
    f(j).shift_fixed_point === 0 ? undefined : { shift_fixed_point: f(j).shift_fixed_point - 1 },
  ),
  kind('shift two too many, one job', ['shift'], inOneJob, (j) => ({
    shift_fixed_point: f(j).shift_fixed_point + 2,
  })),
  kind('ReLU left out', ['relu'], inAllJobs, (j) =>
    f(j).activation_function === 1 ? { activation_function: 0 } : undefined,
  ),
  kind('ReLU too many', ['relu'], inAllJobs, (j, s) =>
    f(j).activation_function === 0 && s.asked?.kind !== 'sum' ? { activation_function: 1 } : undefined,
  ),
  kind(
    'no columns of zeros left and right',
    ['padding'],
    inAllJobs,
    padding((p) => (p.horizontal > 0 ? { horizontal: 0 } : undefined)),
  ),
  kind(
    'columns of zeros where there are none',
    ['padding'],
    inAllJobs,
    padding((p) => (p.horizontal === 0 ? { horizontal: 1 } : undefined)),
  ),
  kind(
    'no rows of zeros above',
    ['padding'],
    inOneJob,
    padding((p) => (p.top > 0 ? { top: 0 } : undefined)),
  ),
  kind(
    'no rows of zeros below',
    ['padding'],
    inOneJob,
    padding((p) => (p.bottom > 0 ? { bottom: 0 } : undefined)),
    'rows beyond the input are read as zeros with or without it',
  ),
  kind(
    'a row of zeros above where there is none',
    ['padding'],
    inOneJob,
    padding((p) => (p.top === 0 ? { top: 1 } : undefined)),
  ),
  kind(
    'one dead column too few',
    ['padding'],
    inAllJobs,
    readsTheEnd(padding((p) => (p.deadColumns > 0 ? { deadColumns: p.deadColumns - 1 } : undefined))),
  ),
  kind(
    'one dead column too many',
    ['padding'],
    inAllJobs,
    readsTheEnd(padding((p) => (p.deadColumns < 15 ? { deadColumns: p.deadColumns + 1 } : undefined))),
  ),
  kind('stride 1 instead of 2', ['stride'], inAllJobs, (j) =>
    f(j).conv_strided === 1 ? { conv_strided: 0 } : undefined,
  ),
  kind('stride 2 instead of 1', ['stride'], inAllJobs, (j, s) =>
    isConv(s) && f(j).conv_strided === 0 ? { conv_strided: 1 } : undefined,
  ),
  kind('one input channel too few', ['channels'], inAllJobs, (j) =>
    f(j).c > 1 && f(j).mode === 1 ? { c: f(j).c - 1 } : undefined,
  ),
  kind('a line of inputs too few', ['channels', 'geometry'], inOneJob, (j) =>
    f(j).c > 1 && f(j).mode !== 1 ? { c: f(j).c - 1 } : undefined,
  ),
  kind('a block of output channels too few', ['channels'], inOneJob, (j) =>
    f(j).k > 1 ? { k: f(j).k - 1 } : undefined,
  ),
  kind('an output row too few', ['geometry'], inOneJob, (j, s) =>
    isConv(s) && f(j).oy > 1
      ? { oy: f(j).oy - 1, output_channel_size: 16 * f(j).ox * (f(j).oy - 1) }
      : undefined,
  ),
  kind('a group of 16 columns too few', ['geometry'], inOneJob, (j, s) =>
    isConv(s) && f(j).ox > 1
      ? { ox: f(j).ox - 1, output_channel_size: 16 * (f(j).ox - 1) * f(j).oy }
      : undefined,
  ),
  kind('an input row too few', ['geometry'], inOneJob, (j, s) =>
    isConv(s) && f(j).cy > 1 ? { cy: f(j).cy - 1, size_channel: f(j).cx * (f(j).cy - 1) } : undefined,
  ),
  kind('an input pitch of 16 too many', ['geometry'], inAllJobs, (j, s) =>
    isConv(s)
      ? { cx: f(j).cx + 16, padded_cx: f(j).cx + 16, size_channel: (f(j).cx + 16) * f(j).cy }
      : undefined,
  ),
  kind('a kernel one column narrower', ['geometry'], inAllJobs, (j, s) =>
    isConv(s) && f(j).fx > 1 ? { fx: f(j).fx - 1 } : undefined,
  ),
  kind('a kernel one row lower', ['geometry'], inAllJobs, (j, s) =>
    isConv(s) && f(j).fy > 1 ? { fy: f(j).fy - 1 } : undefined,
  ),
  kind('input one line further on in L1', ['input-address', 'copy-address'], inOneJob, (j) => ({
    input_memory_pointer: f(j).input_memory_pointer + 16,
  })),
  kind('input one row further on in L1', ['input-address', 'copy-address'], inOneJob, (j, s) =>
    isConv(s) ? { input_memory_pointer: f(j).input_memory_pointer + f(j).cx } : undefined,
  ),
  kind('output one line further on in L1', ['output-address', 'copy-address'], inOneJob, (j) => ({
    output_memory_pointer: f(j).output_memory_pointer + 16,
  })),
  kind('output one row further on in L1', ['output-address', 'copy-address'], inOneJob, (j, s) =>
    isConv(s) ? { output_memory_pointer: f(j).output_memory_pointer + 16 * f(j).ox } : undefined,
  ),
  kind('an operand added to itself', ['operands', 'weight-address'], inOneJob, (j, s) =>
    s.asked?.kind === 'sum' && f(j).weight_memory_pointer !== f(j).input_memory_pointer
      ? { weight_memory_pointer: f(j).input_memory_pointer }
      : undefined,
  ),
  kind('operand B one line further on', ['weight-address', 'operands'], inOneJob, (j, s) =>
    s.asked?.kind === 'sum' ? { weight_memory_pointer: f(j).weight_memory_pointer + 16 } : undefined,
  ),
];
