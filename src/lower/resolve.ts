import { LINE_BYTES, MEMORY_MAP, WORD_BYTES } from '../../sim/isa/geometry.js';
import { FIELDS, type FieldName } from '../../sim/isa/instruction.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { LimitError } from '../base/errors.js';
import { roundUp } from '../base/units.js';
import type { Buffer, HostStep, JobStep, MemoryUse, RegisterWrite, Step } from '../program/types.js';
import {
  type Draft,
  type DraftBuffer,
  type DraftHost,
  type DraftJob,
  type DraftOperand,
  type DraftStep,
  type DraftSweep,
  stepsOf,
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
    case 'sweep':
      for (const b of s.touches) visit(b);
      for (const [, v] of s.writes.before) if (typeof v !== 'number') visit(v.buffer);
      visit(s.writes.buffer);
      visit(s.instruction.buffer);
      return;
    case 'host':
      for (const o of s.ops) for (const a of o.args) if ('buffer' in a) visit(a.buffer);
      for (const { from, buffer } of s.stores) {
        if ('buffer' in from) visit(from.buffer);
        visit(buffer);
      }
  }
}

/** Steps of the program that a draft becomes. */
const stepCount = (draft: Draft): number => draft.steps.reduce((n, s) => n + stepsOf(s), 0);

/** First and last step of each buffer: inputs and constants are there from the start, outputs and constants stay to the end. */
function lifetimes(draft: Draft): Map<DraftBuffer, Interval> {
  const last = Math.max(0, stepCount(draft) - 1);
  const lives = new Map<DraftBuffer, { bytes: number; from: number; to: number }>();
  let at = 0;
  const see = (b: DraftBuffer): void => {
    const life = lives.get(b);
    if (life === undefined) lives.set(b, { bytes: b.bytes, from: at, to: at });
    else life.to = at;
  };
  for (const s of draft.steps) {
    visitBuffers(s, see);
    if (stepsOf(s) > 1) {
      at += stepsOf(s) - 1;
      visitBuffers(s, see);
    }
    at++;
  }
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
  const steps = stepCount(draft);
  const change = new Float64Array(steps + 2);
  for (const b of live) {
    const { from, to } = lives.get(b)!;
    change[from]! += b.bytes;
    change[to + 1]! -= b.bytes;
  }
  let fullest = 0;
  let most = -1;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
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

const wordNumber = (name: FieldName): number => FIELDS.findIndex((f) => f.name === name);
const INPUT_WORD = wordNumber('input_memory_pointer');
const OUTPUT_WORD = wordNumber('output_memory_pointer');

/** For each instruction buffer, the words that differ between the jobs that use it: each job stores these. */
function varyingWords(draft: Draft): Map<DraftBuffer, number[]> {
  const seen = new Map<DraftBuffer, { readonly first: Uint32Array; readonly differs: Uint8Array }>();
  for (const s of draft.steps) {
    if (s.kind !== 'sweep' && (s.kind !== 'job' || s.instruction === undefined)) continue;
    const { words, buffer } = s.instruction!;
    let known = seen.get(buffer);
    if (known === undefined) {
      known = { first: words, differs: new Uint8Array(words.length) };
      seen.set(buffer, known);
    }
    const { first, differs } = known;
    for (let i = 0; i < words.length; i++) if (words[i] !== first[i]) differs[i] = 1;
    if (s.kind === 'job' || s.count === 1) continue;
    if (s.input.step !== 0) differs[INPUT_WORD] = 1;
    if (s.output.step !== 0) differs[OUTPUT_WORD] = 1;
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
  const completed = (buffers: readonly DraftBuffer[]): JobStep['completes'] =>
    buffers.length === 0 ? NONE : buffers.map(id);
  const write = (w: DraftJob['writes'][number]): RegisterWrite => {
    const [offset, v] = w;
    return typeof v === 'number' ? (w as RegisterWrite) : [offset, addressOf(v.buffer) + v.offset];
  };
  const job = (s: DraftJob): JobStep => {
    const { kind, core, layer, tile, note, instruction } = s;
    const at = instruction === undefined ? 0 : addressOf(instruction.buffer);
    const stores: JobStep['stores'] =
      instruction === undefined
        ? NONE
        : varying.get(instruction.buffer)!.map((word) => [at + word * WORD_BYTES, instruction.words[word]!]);
    const writes = s.writes.map(write);
    const completes = completed(s.completes);
    // Two literals rather than a spread, which leaves objects of twice the size.
    return core === undefined
      ? { kind, layer, tile, stores, writes, note, completes }
      : { kind, core, layer, tile, stores, writes, note, completes };
  };
  /** The jobs of a sweep share what they have in common: there may be thousands. */
  const sweep = (s: DraftSweep, steps: Step[]): void => {
    const { layer, tile, instruction, input, output } = s;
    const { words } = instruction;
    const at = addressOf(instruction.buffer);
    const vary = varying.get(instruction.buffer)!;
    const [before, after] = [s.writes.before.map(write), s.writes.after.map(write)];
    const weights = addressOf(s.writes.buffer);
    for (let i = 0; i < s.count; i++) {
      const stores = vary.map((word): readonly [number, number] => {
        const value =
          word === INPUT_WORD
            ? input.first + i * input.step
            : word === OUTPUT_WORD
              ? output.first + i * output.step
              : words[word]!;
        return [at + word * WORD_BYTES, value];
      });
      const own: RegisterWrite[] = [[s.writes.weights, weights + s.writes.offset(i)]];
      const writes = before.concat(own, after);
      const completes = i === s.count - 1 ? completed(s.completes) : NONE;
      steps.push({ kind: 'job', layer, tile, stores, writes, note: s.note(i), completes });
    }
  };
  const operand = (o: DraftOperand) => ('buffer' in o ? { buffer: id(o.buffer) } : o);
  const host = (s: DraftHost): HostStep => ({
    kind: 'host',
    layer: s.layer,
    ops: s.ops.map((o) => ({ ...o, args: o.args.map(operand) })),
    stores: s.stores.map((x) => ({ from: operand(x.from), buffer: id(x.buffer) })),
    completes: s.completes.map(id),
  });
  const steps: Step[] = [];
  for (const s of draft.steps)
    if (s.kind === 'sweep') sweep(s, steps);
    else steps.push(s.kind === 'job' ? job(s) : s.kind === 'host' ? host(s) : s);
  const content = new Uint8Array(constantsEnd - start);
  for (const b of draft.buffers) if (b.content !== undefined) content.set(b.content, addressOf(b) - start);
  return {
    buffers: draft.buffers.map((b, i): Buffer => {
      const life = lives.get(b)!;
      const { content: _, address: __, ...rest } = b;
      return { id: i, ...rest, address: addressOf(b), firstStep: life.from, lastStep: life.to };
    }),
    steps,
    image: { address: start, content },
    l2: { l2: peakEnd - start, l2Constants: constantsEnd - start },
  };
}
