import { hex } from '../../src/base/units.js';
import { BANKS } from '../isa/analog/geometry.js';
import type { PixelLines } from '../isa/analog/pixel-lines.js';
import { ARRAY_COLUMNS, COPY_GRANULE_BYTES, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, Operation } from '../isa/operation.js';
import { BANK_NUMBERS, madePixels } from './analog-lines.js';
import type { ReachedOutputs } from './analog-taint.js';
import { type CheckState, instructionOf, type Maker } from './check-state.js';
import type { Extents } from './extents.js';
import { liveChannels, liveOutputs } from './lanes.js';
import { type InputBytes, inputsOf, outputBytes, outputPlane } from './operation-bytes.js';
import { type Leftover, PendingOutputs } from './pending-outputs.js';
import type { Reporter } from './reporter.js';
import { DEFINED } from './shadow.js';

/** The outputs of compute jobs in L1: what they overwrite, what becomes of them, and which are slack. */
export class MadeOutputs {
  readonly outputs: PendingOutputs;
  readonly #s: CheckState;
  readonly #report: Reporter;
  readonly #extents: Extents;
  /** By L1 address of a copy out: whose output it was and where it went. */
  readonly #copiedOut = new Map<
    number,
    { readonly maker: number; readonly l2: number; readonly job: number }
  >();
  /** What identical jobs made of identical inputs counts as one output. */
  readonly #sameAs = new Map<number, number>();
  readonly #lastComputed = new Map<string, number>();
  #depthwise = false;
  #lastConv: ConvOperation | undefined;
  /** Whose copy the channels of the depthwise conv under way have overwritten with their slack. */
  #slackOverJob: number | undefined;

  constructor(state: CheckState, report: Reporter, extents: Extents) {
    this.#s = state;
    this.#report = report;
    this.#extents = extents;
    this.outputs = new PendingOutputs(state.l1.size);
  }

  /** Takes down pixels of channels that a job of either core has written to these banks of L1; `spare` lines of them nobody need read. */
  writePixels(
    output: PixelLines,
    banks: readonly number[],
    weights: Maker['weights'],
    reached: ReachedOutputs | undefined,
    spare?: (line: number) => boolean,
  ): void {
    this.#lastConv = undefined;
    this.#depthwise = false;
    const { cause, writer, maker, place } = this.#s.l1;
    const number = this.#maker({ job: this.#s.job, pitch: 0, weights });
    for (const bank of banks) {
      const [from, to] = [output.start(bank), output.start(bank) + output.bytes];
      this.lost(this.outputs.overwritten(from, output.bytes));
      cause.fill(DEFINED, from, to);
      maker.fill(number, from, to);
      writer.fill(this.#s.job + 1, from, to);
      for (let at = from; at < to; at++) {
        const line = Math.floor((at - from) / LINE_BYTES);
        place[at] = (line * BANKS + bank) * LINE_BYTES + ((at - from) % LINE_BYTES);
      }
      this.outputs.made({
        job: this.#s.job,
        start: from,
        live: [output.holds(bank)],
        rowsPerPlane: output.lines,
        rowBytes: LINE_BYTES,
        wholeNeeded: true,
        bank,
        ...(spare === undefined ? {} : { spare }),
      });
    }
    if (reached === undefined) return;
    for (let i = 0; i < reached.lanes.length; i++)
      if (reached.lanes[i] !== 0)
        cause[output.at(i % output.channels, Math.floor(i / output.channels))] = reached.cause;
  }

  /** The same of a conv of the digital core; `reached` are the bytes of its planes. */
  #writeMadePixels(
    o: ConvOperation,
    reached: { readonly lanes: ArrayLike<number>; readonly cause: number } | undefined,
  ): void {
    const output = madePixels(o, this.#s.l1.size / BANKS, this.#s.analog.parameters);
    const { pixels, channels } = output;
    const columns = o.columnGroups * ARRAY_COLUMNS;
    const weights = this.#s.around.objects.l2(this.#s.weightsAt)?.name ?? this.#s.weightsAt;
    const lanes = (marks: ArrayLike<number>): Uint8Array =>
      Uint8Array.from(
        { length: pixels * channels },
        (_, i) => marks[((i % channels) * pixels + Math.floor(i / channels)) ^ 3]!,
      );
    this.writePixels(
      output,
      BANK_NUMBERS.filter((bank) => output.holds(bank)),
      weights,
      reached && { lanes: lanes(reached.lanes), cause: reached.cause },
      // Rows are whole groups of 16 columns, of which a tensor has at least one of the last group.
      (line) => output.pixelOf(line) % columns > columns - ARRAY_COLUMNS,
    );
  }

  /** Takes down what an operation has written to L1. */
  write(
    o: Operation,
    reached: { readonly lanes: ArrayLike<number>; readonly cause: number } | undefined,
  ): void {
    if (o.kind === 'conv' && o.pixels === true) {
      this.#writeMadePixels(o, reached);
      return;
    }
    const bytes = outputBytes(o);
    const { cause, writer, maker, place } = this.#s.l1;
    const continues = o.kind === 'conv' && this.#continuesDepthwise(o);
    if (continues && !this.#depthwise) this.outputs.trimLast();
    if (!continues) this.#slackOverJob = undefined;
    if (o.kind === 'conv' && o.channels === 1 && o.blocks === 1)
      this.#slackOverJob ??= this.#unusedCopy(o.output + outputPlane(o), bytes - outputPlane(o));
    this.#depthwise = continues;
    this.#lastConv = o.kind === 'conv' ? o : undefined;
    const kept = continues && o.kind === 'conv' ? outputPlane(o) : bytes;
    this.#extents.outsideL1(o.output, kept, 'output');
    this.lost(this.outputs.overwritten(o.output, kept));
    const slack = kept < bytes ? this.#slackCause() : DEFINED;
    const made = this.#maker({
      job: this.#s.job,
      pitch: o.kind === 'conv' ? o.columnGroups * ARRAY_COLUMNS : this.#pitchOfSum(o),
      weights:
        o.kind === 'sum'
          ? undefined
          : (this.#s.around.objects.l2(this.#s.weightsAt)?.name ?? this.#s.weightsAt),
    });
    this.#remember(o, made);
    for (let i = 0; i < bytes; i++) {
      const at = o.output + i;
      cause[at] =
        i >= kept ? slack : reached !== undefined && reached.lanes[i] !== 0 ? reached.cause : DEFINED;
      place[at] = i;
    }
    maker.fill(made, o.output, o.output + bytes);
    writer.fill(this.#s.job + 1, o.output, o.output + bytes);
    this.#await(o, kept);
  }

  /** Takes down who makes an output, for what its bytes say of themselves: 1 + its number. */
  #maker(maker: Maker): number {
    return this.#s.makers.push(maker);
  }

  /** A sum keeps the rows of its operands. */
  #pitchOfSum(o: Operation): number {
    return o.kind === 'sum' ? (this.#s.makers[this.#s.l1.maker[o.inputA]! - 1]?.pitch ?? 0) : 0;
  }

  /** One channel of a depthwise conv after the other: the job before wrote the plane in front of this one with the same shape. */
  #continuesDepthwise(o: ConvOperation): boolean {
    const before = this.#lastConv;
    return (
      before !== undefined &&
      o.channels === 1 &&
      o.blocks === 1 &&
      before.channels === 1 &&
      before.blocks === 1 &&
      o.output === before.output + outputPlane(before) &&
      outputPlane(o) === outputPlane(before) &&
      o.input === before.input + before.rows * before.pitch
    );
  }

  /** The job that copied in something within a stretch of L1 that nobody has used yet. */
  #unusedCopy(start: number, bytes: number): number | undefined {
    const { writer, cause } = this.#s.l1;
    for (let i = start; i < start + bytes; i++) {
      const w = writer[i]!;
      if (cause[i] === DEFINED && w > 0 && this.#s.isCopyIn[w - 1] === true && this.#s.lastRead[i]! <= w)
        return w - 1;
    }
    return undefined;
  }

  #slackCause(): number {
    const over =
      this.#slackOverJob === undefined ? '' : `, over what job ${this.#slackOverJob} had copied in`;
    return this.#s.causes.add({
      kind: 'outside-object',
      key: 'depthwise slack',
      text: `which the depthwise job ${this.#s.job} wrote as slack behind its channel's plane${over}`,
      fix: 'Leave 15 planes behind the last channel of a depthwise output free, or copy the neighbour in after it.',
      job: this.#s.job,
      ...instructionOf(this.#s),
    });
  }

  /** Two jobs on the same, unchanged input with the same weights are for one tile. */
  #remember(o: Operation, made: number): void {
    // Not the padding and the rows: a tile at the edge has others.
    const key = `${o.kind} ${this.#s.loadedBy ?? ''} ${inputsOf(o).map((input) => input.start)}`;
    const before = this.#lastComputed.get(key);
    this.#lastComputed.set(key, made);
    if (before === undefined) return;
    const since = this.#s.makers[before - 1]!.job + 1;
    const newer = ({ start, bytes }: InputBytes): boolean =>
      this.#s.l1.writer.subarray(start, start + bytes).some((w) => w > since);
    if (inputsOf(o).some(newer)) return;
    this.#sameAs.set(made, this.#sameAs.get(before) ?? before);
  }

  #await(o: Operation, kept: number): void {
    if (o.kind === 'sum') {
      this.outputs.made({
        job: this.#s.job,
        start: o.output,
        live: [true],
        rowsPerPlane: 1,
        rowBytes: kept,
        wholeNeeded: false,
      });
      return;
    }
    const weightBytes = this.#s.weightsNeeded - o.weights;
    const weights = this.#s.core.weightMemory.peek(o.weights, weightBytes, 'weights');
    if (o.kind === 'dense') {
      const live = liveOutputs(o.inputLines * LINE_BYTES, o.blocks, weights);
      this.outputs.made({
        job: this.#s.job,
        start: o.output,
        live,
        rowsPerPlane: 1,
        rowBytes: 1,
        wholeNeeded: true,
      });
      return;
    }
    const live = liveChannels(o, weights).slice(0, kept / outputPlane(o));
    this.outputs.made({
      job: this.#s.job,
      start: o.output,
      live,
      rowsPerPlane: o.outputRows,
      rowBytes: o.columnGroups * ARRAY_COLUMNS,
      // One channel in, one block out may be a channel of a depthwise conv, of which only the first plane counts.
      wholeNeeded: o.channels > 1,
    });
  }

  /** Tells of outputs, or parts of them, that nobody has taken. */
  lost(leftovers: readonly Leftover[]): void {
    for (const { output, unread } of leftovers) {
      const bytes = [
        {
          memory: 'L1' as const,
          address: output.start,
          bytes: output.live.length * output.rowsPerPlane * output.rowBytes,
        },
      ];
      if (unread === 'all')
        this.#report.add('stale-data', 'output overwritten', {
          what: `the output of job ${output.job} is overwritten by job ${this.#s.job} before anything was copied out of it`,
          fix: 'Copy each tile out before the next one writes to its place.',
          bytes,
        });
      else {
        const [rows, first] =
          output.bank === undefined
            ? ['rows', `row ${unread.row} of output channel ${unread.channel}`]
            : ['lines', `line ${unread.row} of bank ${output.bank}`];
        this.#report.add('inconsistent-sizes', 'output larger than its copies', {
          what: `job ${output.job} made ${unread.rows} ${rows} that nobody copies out or computes with, the first one ${first}`,
          fix: 'Copy out as many planes and rows as the fields k and oy name, or lower the fields.',
          bytes,
        });
      }
    }
  }

  /**
   * The last line of a copy out, which may be its rounding, over what another copy of the same layer has brought into the middle of a tensor:
   * whoever reads it wants that one. Returns the cause.
   */
  slackOverResult(l2Address: number, l1Address: number, bytes: number): number | undefined {
    const { base, size, writer, maker } = this.#s.l2;
    const end = l2Address - base + bytes;
    const tail = end - LINE_BYTES;
    if (bytes % COPY_GRANULE_BYTES !== 0 || end >= size) return undefined;
    const w = writer[tail]!;
    // The copy before goes on behind this one's end, so these bytes are not its rounding.
    if (w <= 0 || writer[end] !== w || this.#s.isCopyIn[w - 1] !== false) return undefined;
    const [mine, other] = [this.#s.l1.maker[l1Address + bytes - LINE_BYTES]!, maker[tail]!];
    if (mine === 0 || other === 0) return undefined;
    const [a, b] = [this.#s.makers[mine - 1]!, this.#s.makers[other - 1]!];
    if (a.weights === undefined || a.weights !== b.weights || a.job === b.job) return undefined;
    const now = this.#s.core.l1.peek(l1Address + bytes - LINE_BYTES, LINE_BYTES, 'L1');
    const before = this.#s.l2Memory.peek(l2Address + bytes - LINE_BYTES, LINE_BYTES, 'L2');
    if (now.every((v, i) => v === before[i])) return undefined;
    return this.#s.causes.add({
      kind: 'stale-data',
      key: 'slack over a result',
      text: `where job ${w - 1} had copied out a result of job ${b.job}: the last ${LINE_BYTES} of the ${bytes} bytes that job ${this.#s.job} copied out lie over it`,
      fix: `Copy tiles out in an order in which the rounding to ${COPY_GRANULE_BYTES} bytes is overwritten by what belongs there, or leave room between rows.`,
      job: this.#s.job,
    });
  }

  /** The same output copied to a second place: no job has made what should go there. */
  copiedAgain(l2Address: number, l1Address: number): number | undefined {
    const maker = this.#s.l1.maker[l1Address]!;
    if (maker === 0) return undefined;
    const identity = this.#sameAs.get(maker) ?? maker;
    const before = this.#copiedOut.get(l1Address);
    this.#copiedOut.set(l1Address, { maker: identity, l2: l2Address, job: this.#s.job });
    if (before === undefined || before.maker !== identity || before.l2 === l2Address) return undefined;
    return this.#s.causes.add({
      kind: 'stale-data',
      key: 'copied out again',
      text: `which job ${this.#s.job} copied out of L1 ${hex(l1Address)}, where still lay what job ${before.job} had copied out: no job made it anew`,
      fix: 'Copy the next tile in and start its compute job before its result is copied out.',
      job: this.#s.job,
    });
  }
}
