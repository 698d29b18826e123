import { LINE_BYTES, MEMORY_MAP, WORD_BYTES } from '../../sim/isa/geometry.js';
import { INSTRUCTION_WORDS } from '../../sim/isa/instruction.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { LimitError } from '../base/errors.js';
import { roundUp } from '../base/units.js';
import type { Buffer, HostStep, JobStep, MemoryUse, RegisterWrite, Step } from '../program/types.js';
import {
  type Draft,
  type DraftBuffer,
  type DraftHost,
  type DraftInstruction,
  type DraftJob,
  type DraftOperand,
  type DraftStep,
  instructionWord,
  MOVED_WORDS,
} from './draft.js';
import { type Interval, placeIntervals } from './interval-plan.js';

/** A program whose addresses are known: what the manifest and the image need. */
export interface Resolved {
  readonly buffers: readonly Buffer[];
  readonly steps: readonly Step[];
  readonly image: { readonly address: number; readonly content: Uint8Array };
  readonly l2: Pick<MemoryUse, 'l2' | 'l2Constants'>;
}

/** Calls `visit` for each buffer that a step names, some more than once. */
function visitBuffers(s: DraftStep, visit: (b: DraftBuffer) => void): void {
  switch (s.kind) {
    case 'tile':
      return;
    case 'job':
      for (const b of s.touches) visit(b);
      for (const [, v] of s.writes) if (typeof v !== 'number') visit(v.buffer);
      if (s.instruction !== undefined) visit(s.instruction.buffer);
      return;
    case 'host':
      for (const o of s.ops) for (const a of o.args) if ('buffer' in a) visit(a.buffer);
      for (const { from, buffer } of s.stores) {
        if ('buffer' in from) visit(from.buffer);
        visit(buffer);
      }
  }
}

/** First and last step of each buffer: inputs and constants are there from the start, outputs and constants stay to the end. */
function lifetimes(draft: Draft): Map<DraftBuffer, Interval> {
  const last = Math.max(0, draft.steps.length - 1);
  const lives = new Map<DraftBuffer, { bytes: number; from: number; to: number }>();
  let at = 0;
  const see = (b: DraftBuffer): void => {
    const life = lives.get(b);
    if (life === undefined) lives.set(b, { bytes: b.bytes, from: at, to: at });
    else life.to = at;
  };
  for (; at < draft.steps.length; at++) visitBuffers(draft.steps[at]!, see);
  for (const b of draft.buffers) {
    const life = lives.get(b) ?? { bytes: b.bytes, from: 0, to: 0 };
    if (b.role === 'input' || b.content !== undefined) life.from = 0;
    if (b.role === 'output' || b.content !== undefined) life.to = last;
    lives.set(b, life);
  }
  return lives;
}

/** The largest things alive at the fullest step, for the error of a model that does not fit. */
function largest(draft: Draft, lives: ReadonlyMap<DraftBuffer, Interval>): string {
  const live = draft.buffers.filter((b) => b.memory === 'L2');
  // What begins and ends at each step: the bytes alive follow from step to step.
  const change = new Float64Array(draft.steps.length + 2);
  for (const b of live) {
    const { from, to } = lives.get(b)!;
    change[from]! += b.bytes;
    change[to + 1]! -= b.bytes;
  }
  let fullest = 0;
  let most = -1;
  let sum = 0;
  for (let step = 0; step < draft.steps.length; step++) {
    sum += change[step]!;
    if (sum > most) [fullest, most] = [step, sum];
  }
  return live
    .filter((b) => lives.get(b)!.from <= fullest && fullest <= lives.get(b)!.to)
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map((b) => `${b.name} (${b.role}, ${b.bytes} bytes)`)
    .join(', ');
}

/** L2 addresses: constants first, resident for the whole run, then activations sharing what is left by their lifetimes. */
function placeL2(
  draft: Draft,
  lives: ReadonlyMap<DraftBuffer, Interval>,
  hw: HardwareParameters,
): { addresses: Map<DraftBuffer, number>; constantsEnd: number; start: number; peakEnd: number } {
  const addresses = new Map<DraftBuffer, number>();
  const start = MEMORY_MAP.l2 + roundUp(hw.chip.l2ReservedBytes, LINE_BYTES);
  let at = start;
  for (const b of draft.buffers) {
    if (b.memory !== 'L2' || b.content === undefined) continue;
    addresses.set(b, at);
    at = roundUp(at + b.bytes, LINE_BYTES);
  }
  const movable = draft.buffers.filter((b) => b.memory === 'L2' && b.content === undefined);
  const { offsets, peak } = placeIntervals(
    movable.map((b) => lives.get(b)!),
    LINE_BYTES,
  );
  movable.forEach((b, i) => {
    addresses.set(b, at + offsets[i]!);
  });
  return { addresses, constantsEnd: at, start, peakEnd: at + peak };
}

function checkL2(
  draft: Draft,
  lives: ReadonlyMap<DraftBuffer, Interval>,
  end: number,
  start: number,
  hw: HardwareParameters,
): void {
  const limit = MEMORY_MAP.l2 + hw.chip.l2Bytes;
  if (end <= limit) return;
  throw new LimitError({
    subject: 'L2 for constants and activations',
    value: end - start,
    unit: 'bytes',
    rule:
      `at most ${Math.max(0, limit - start)} (${hw.chip.l2Bytes} of L2 less ${hw.chip.l2ReservedBytes} for code and stack); ` +
      `${end - limit} too many; largest at the fullest step: ${largest(draft, lives)}`,
    fix: `--l2 ${end - MEMORY_MAP.l2} would hold it.`,
  });
}

const ALL_WORDS = Array.from({ length: INSTRUCTION_WORDS }, (_, i) => i);

/** For each instruction buffer, the words that differ between the jobs that use it: each job stores these. */
function varyingWords(draft: Draft): Map<DraftBuffer, number[]> {
  const seen = new Map<DraftBuffer, { readonly first: DraftInstruction; readonly differs: Uint8Array }>();
  for (const s of draft.steps) {
    if (s.kind !== 'job' || s.instruction === undefined) continue;
    const { words, buffer } = s.instruction;
    const known = seen.get(buffer);
    if (known === undefined) {
      seen.set(buffer, { first: s.instruction, differs: new Uint8Array(words.length) });
      continue;
    }
    const { first, differs } = known;
    const candidates = words === first.words ? MOVED_WORDS : ALL_WORDS;
    for (const i of candidates)
      if (instructionWord(s.instruction, i) !== instructionWord(first, i)) differs[i] = 1;
  }
  return new Map(
    [...seen].map(([buffer, { differs }]) => [buffer, [...differs.keys()].filter((i) => differs[i] === 1)]),
  );
}

/** Most steps complete nothing and store nothing. */
const NONE: readonly never[] = [];

/** Gives every buffer its address, fills the image and writes the steps out with numbers. Throws when L2 is too small. */
export function resolve(draft: Draft, hw: HardwareParameters): Resolved {
  const lives = lifetimes(draft);
  const { addresses, constantsEnd, start, peakEnd } = placeL2(draft, lives, hw);
  checkL2(draft, lives, peakEnd, start, hw);
  const ids = new Map(draft.buffers.map((b, i) => [b, i]));
  const varying = varyingWords(draft);
  const addressOf = (b: DraftBuffer): number => (b.memory === 'L1' ? b.address! : addresses.get(b)!);
  const id = (b: DraftBuffer): number => ids.get(b)!;
  const stores = (s: DraftJob): JobStep['stores'] => {
    if (s.instruction === undefined) return NONE;
    const { instruction } = s;
    const at = addressOf(instruction.buffer);
    return varying
      .get(instruction.buffer)!
      .map((word) => [at + word * WORD_BYTES, instructionWord(instruction, word)]);
  };
  // A layer's jobs share most of their writes: each is written out once.
  let before: { readonly draft: DraftJob['writes']; readonly writes: JobStep['writes'] } | undefined;
  const writes = (draft: DraftJob['writes']): JobStep['writes'] => {
    const made = draft.map((write, i): RegisterWrite => {
      const [offset, v] = write;
      if (typeof v === 'number') return write as RegisterWrite;
      return before?.draft[i] === write ? before.writes[i]! : [offset, addressOf(v.buffer) + v.offset];
    });
    before = { draft, writes: made };
    return made;
  };
  const job = (s: DraftJob): JobStep => ({
    kind: 'job',
    ...(s.core === undefined ? {} : { core: s.core }),
    layer: s.layer,
    tile: s.tile,
    stores: stores(s),
    writes: writes(s.writes),
    note: s.note,
    completes: s.completes.length === 0 ? NONE : s.completes.map(id),
  });
  const operand = (o: DraftOperand) => ('buffer' in o ? { buffer: id(o.buffer) } : o);
  const host = (s: DraftHost): HostStep => ({
    kind: 'host',
    layer: s.layer,
    ops: s.ops.map((o) => ({ ...o, args: o.args.map(operand) })),
    stores: s.stores.map((x) => ({ from: operand(x.from), buffer: id(x.buffer) })),
    completes: s.completes.map(id),
  });
  const content = new Uint8Array(constantsEnd - start);
  for (const b of draft.buffers) if (b.content !== undefined) content.set(b.content, addressOf(b) - start);
  return {
    buffers: draft.buffers.map((b, i): Buffer => {
      const life = lives.get(b)!;
      const { content: _, address: __, ...rest } = b;
      return { id: i, ...rest, address: addressOf(b), firstStep: life.from, lastStep: life.to };
    }),
    steps: draft.steps.map((s): Step => (s.kind === 'job' ? job(s) : s.kind === 'host' ? host(s) : s)),
    image: { address: start, content },
    l2: { l2: peakEnd - start, l2Constants: constantsEnd - start },
  };
}
