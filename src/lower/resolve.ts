import { LINE_BYTES, MEMORY_MAP, WORD_BYTES } from '../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { LimitError } from '../base/errors.js';
import { roundUp } from '../base/units.js';
import type { Buffer, HostStep, JobStep, MemoryUse, Step } from '../program/types.js';
import type {
  Draft,
  DraftBuffer,
  DraftHost,
  DraftJob,
  DraftOperand,
  DraftStep,
  DraftValue,
} from './draft.js';
import { type Interval, placeIntervals } from './interval-plan.js';

/** A program whose addresses are known: what the manifest and the image need. */
export interface Resolved {
  readonly buffers: readonly Buffer[];
  readonly steps: readonly Step[];
  readonly image: { readonly address: number; readonly content: Uint8Array };
  readonly l2: Pick<MemoryUse, 'l2' | 'l2Constants'>;
}

const buffersOf = (s: DraftStep): DraftBuffer[] => {
  switch (s.kind) {
    case 'tile':
      return [];
    case 'job':
      return [
        ...s.touches,
        ...s.writes.flatMap(([, v]) => (typeof v === 'number' ? [] : [v.buffer])),
        ...(s.instruction === undefined ? [] : [s.instruction.buffer]),
      ];
    case 'host': {
      const operands = [...s.ops.flatMap((o) => o.args), ...s.stores.map((x) => x.from)];
      return [
        ...operands.flatMap((o) => ('buffer' in o ? [o.buffer] : [])),
        ...s.stores.map((x) => x.buffer),
      ];
    }
  }
};

/** First and last step of each buffer: inputs and constants are there from the start, outputs and constants stay to the end. */
function lifetimes(draft: Draft): Map<DraftBuffer, Interval> {
  const last = Math.max(0, draft.steps.length - 1);
  const lives = new Map<DraftBuffer, { bytes: number; from: number; to: number }>();
  draft.steps.forEach((step, i) => {
    for (const b of buffersOf(step)) {
      const life = lives.get(b);
      if (life === undefined) lives.set(b, { bytes: b.bytes, from: i, to: i });
      else life.to = i;
    }
  });
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
  let fullest = 0;
  let most = -1;
  for (let step = 0; step < draft.steps.length; step++) {
    let sum = 0;
    for (const b of live) {
      const life = lives.get(b)!;
      if (life.from <= step && step <= life.to) sum += b.bytes;
    }
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

/** For each instruction buffer, the words that differ between the jobs that use it: each job stores these. */
function varyingWords(draft: Draft): Map<DraftBuffer, number[]> {
  const seen = new Map<DraftBuffer, Uint32Array[]>();
  for (const s of draft.steps)
    if (s.kind === 'job' && s.instruction !== undefined) {
      const list = seen.get(s.instruction.buffer) ?? [];
      list.push(s.instruction.words);
      seen.set(s.instruction.buffer, list);
    }
  return new Map(
    [...seen].map(([buffer, all]) => [
      buffer,
      [...all[0]!.keys()].filter((i) => all.some((words) => words[i] !== all[0]![i])),
    ]),
  );
}

/** Gives every buffer its address, fills the image and writes the steps out with numbers. Throws when L2 is too small. */
export function resolve(draft: Draft, hw: HardwareParameters): Resolved {
  const lives = lifetimes(draft);
  const { addresses, constantsEnd, start, peakEnd } = placeL2(draft, lives, hw);
  checkL2(draft, lives, peakEnd, start, hw);
  const ids = new Map(draft.buffers.map((b, i) => [b, i]));
  const varying = varyingWords(draft);
  const addressOf = (b: DraftBuffer): number => (b.memory === 'L1' ? b.address! : addresses.get(b)!);
  const value = (v: DraftValue): number => (typeof v === 'number' ? v : addressOf(v.buffer) + v.offset);
  const id = (b: DraftBuffer): number => ids.get(b)!;
  const job = (s: DraftJob): JobStep => ({
    kind: 'job',
    ...(s.core === undefined ? {} : { core: s.core }),
    layer: s.layer,
    tile: s.tile,
    stores:
      s.instruction === undefined
        ? []
        : varying
            .get(s.instruction.buffer)!
            .map((word) => [
              addressOf(s.instruction!.buffer) + word * WORD_BYTES,
              s.instruction!.words[word]!,
            ]),
    writes: s.writes.map(([offset, v]) => [offset, value(v)]),
    note: s.note,
    completes: s.completes.map(id),
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
