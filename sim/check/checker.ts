import { hex } from '../../src/base/units.js';
import type { Finding, FindingBytes, FindingKind } from '../../src/results/finding.js';
import type { DigitalCore } from '../core/digital-core.js';
import type { CoreObserver } from '../core/observer.js';
import type { PeArray } from '../core/pe-array.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, COPY_GRANULE_BYTES, LINE_BYTES } from '../isa/geometry.js';
import { type Fields, showFields } from '../isa/instruction.js';
import type { ConvOperation, DenseOperation, Operation, SumOperation } from '../isa/operation.js';
import { convBlockBytes, denseBlockBytes } from '../isa/weights.js';
import { misplacedBias } from './bias-layout.js';
import { type Cause, Causes } from './causes.js';
import { FindingLog } from './finding-log.js';
import { liveChannels, liveOutputs } from './lanes.js';
import { inObject, type MemoryObject } from './objects.js';
import { type Leftover, PendingOutputs } from './pending-outputs.js';
import { DEFINED, LOADED, NOBODY, Shadow } from './shadow.js';
import type { Surroundings } from './surroundings.js';
import { reachingInput, undefinedConv, undefinedDense } from './undefined-lanes.js';
import { Waits } from './waits.js';

/** The shape in which a compute job left its output. */
interface Maker {
  readonly job: number;
  /** Bytes from row to row; 0 for a vector. */
  readonly pitch: number;
}

/** The byte of the first marked element, in the tensor's order. */
function firstElement(lanes: Uint8Array): number {
  let e = 0;
  while (lanes[e ^ 3] === 0) e++;
  return e ^ 3;
}

/** FNV-1a, to see whether weights are the same. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum;
}

interface InputBytes {
  readonly start: number;
  readonly bytes: number;
  readonly what: string;
}

const NEVER_WRITTEN: Cause = {
  kind: 'undefined-data',
  key: 'never written',
  text: 'which nothing has written',
  fix: 'Copy in or initialise all that the job reads, or give the padding of its instruction so that it does not read there.',
};

const outputPlane = (o: ConvOperation): number => o.outputRows * o.columnGroups * ARRAY_COLUMNS;
const outputBytes = (o: Operation): number =>
  o.kind === 'conv'
    ? o.blocks * ARRAY_CHANNELS * outputPlane(o)
    : o.kind === 'dense'
      ? o.blocks * ARRAY_CHANNELS
      : o.lines * LINE_BYTES;

function inputsOf(o: Operation): InputBytes[] {
  switch (o.kind) {
    case 'conv':
      return [{ start: o.input, bytes: o.channels * o.rows * o.pitch, what: 'conv input' }];
    case 'dense':
      return [{ start: o.input, bytes: o.inputLines * LINE_BYTES, what: 'FC input' }];
    case 'sum':
      return [
        { start: o.inputA, bytes: o.lines * LINE_BYTES, what: 'sum operand A' },
        { start: o.inputB, bytes: o.lines * LINE_BYTES, what: 'sum operand B' },
      ];
  }
}

/**
 * The sanitizer: follows every byte through copies, loads and computations of the digital core and through the host's accesses to L2, and
 * takes down what no correct program does. It changes nothing of what the program computes.
 */
export class Checker implements CoreObserver {
  readonly l1: Shadow;
  readonly l2: Shadow;
  readonly weightMemory: Shadow;
  readonly waits = new Waits();
  readonly #core: DigitalCore;
  readonly #array: PeArray;
  readonly #around: Surroundings;
  readonly #log: FindingLog;
  readonly #causes = new Causes();
  readonly #outputs: PendingOutputs;
  /** 1 + the compute job that last read a byte of L1. */
  readonly #lastRead: Int32Array;
  readonly #isCopyIn: boolean[] = [];
  readonly #makers: Maker[] = [];
  /** By L1 address of a copy out: whose output it was and where it went. */
  readonly #copiedOut = new Map<
    number,
    { readonly maker: number; readonly l2: number; readonly job: number }
  >();
  /** What identical jobs made of identical inputs counts as one output. */
  readonly #sameAs = new Map<number, number>();
  readonly #lastComputed = new Map<string, number>();
  #job = 0;
  #registers: Record<string, number> = {};
  #fields: Fields | undefined;
  #weightsAt = 0;
  #weightsLoaded = 0;
  #weightsNeeded = 0;
  /** A checksum of the weights that the job has loaded. */
  #loadedBy: number | undefined;
  #depthwise = false;
  #lastConv: ConvOperation | undefined;
  /** Whose copy the channels of the depthwise conv under way have overwritten with their slack. */
  #slackOverJob: number | undefined;

  constructor(parts: {
    readonly core: DigitalCore;
    readonly l2: { readonly base: number; readonly size: number };
    readonly array: PeArray;
    readonly around: Surroundings;
    /** The first finding throws `StoppedByFinding`. */
    readonly stop: boolean;
  }) {
    const never = this.#causes.add(NEVER_WRITTEN);
    this.#core = parts.core;
    this.#array = parts.array;
    this.#around = parts.around;
    this.#log = new FindingLog(parts.stop);
    this.l1 = new Shadow('L1', 0, parts.core.l1.size, never);
    this.l2 = new Shadow('L2', parts.l2.base, parts.l2.size, never);
    this.weightMemory = new Shadow('WMEM', 0, parts.core.weightMemory.size, never);
    this.#outputs = new PendingOutputs(parts.core.l1.size);
    this.#lastRead = new Int32Array(parts.core.l1.size);
    parts.core.observer = this;
  }

  /** What was found, in the order of the first occurrences. */
  get findings(): Finding[] {
    return this.#log.findings;
  }

  /** The run is over: looks at what is left. */
  finish(): void {
    this.#lost(this.#outputs.finish());
  }

  // What jobs do.

  begin(writer: number): void {
    this.#registers = this.#core.registers();
    this.#fields = undefined;
    if (this.waits.job !== undefined) {
      const before = this.waits.job;
      this.#job = writer;
      this.#add('missing-wait', 'trigger', {
        what: `job ${writer} is started although the host has not seen the end of job ${before}`,
        fix: 'Poll STATUS until it reads 0 after every trigger.',
        bytes: [],
      });
    }
    this.#job = writer;
    this.#isCopyIn[writer] = false;
    this.waits.begin(writer);
    this.#weightsLoaded = -1;
    this.#weightsNeeded = 0;
    this.#loadedBy = undefined;
  }

  end(): void {
    this.#checkWeightSize();
  }

  fetched(what: 'instructions' | 'configuration', address: number, bytes: number): void {
    this.waits.touches(address, bytes, 'read', `its ${what}`);
    this.#outside(address, bytes, 'reads', `fetch of ${what}`);
  }

  loadedWeights(address: number, bytes: number): void {
    this.waits.touches(address, bytes, 'read', 'its weights');
    this.#outside(address, bytes, 'reads', 'load of weights');
    this.weightMemory.take(this.l2, address, 0, bytes, this.#job + 1);
    // What is missing is found by its size.
    this.weightMemory.cause.fill(DEFINED, bytes);
    this.#weightsAt = address;
    this.#weightsLoaded = bytes;
    this.#loadedBy = checksum(this.#core.weightMemory.peek(0, bytes, 'weights'));
  }

  moved(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): void {
    if (kind === 'copyIn') this.#copyIn(l2Address, l1Address, bytes);
    else this.#copyOut(l2Address, l1Address, bytes);
  }

  #copyIn(l2Address: number, l1Address: number, bytes: number): void {
    this.#isCopyIn[this.#job] = true;
    this.waits.touches(l2Address, bytes, 'read', 'the source of its copy');
    this.#outside(l2Address, bytes, 'reads', 'copy to L1');
    this.#outsideL1(l1Address, bytes, 'copy to L1');
    this.#lost(this.#outputs.overwritten(l1Address, bytes));
    this.l1.take(this.l2, l2Address, l1Address, bytes, this.#job + 1);
  }

  #copyOut(l2Address: number, l1Address: number, bytes: number): void {
    this.waits.touches(l2Address, bytes, 'write', 'the target of its copy');
    this.#outside(l2Address, bytes, 'writes', 'copy to L2');
    this.#outputs.read(l1Address, bytes);
    const slack = this.#slackOver(l2Address, bytes);
    const again = this.#copiedAgain(l2Address, l1Address);
    this.l2.take(this.l1, l1Address, l2Address, bytes, this.#job + 1);
    const start = l2Address - this.l2.base;
    if (again !== undefined) this.l2.cause.fill(again, start, start + (slack?.from ?? bytes));
    if (slack !== undefined) this.l2.cause.fill(slack.cause, start + slack.from, start + bytes);
  }

  /** Bytes that a copy's rounding writes over another object: nobody's value from now on. */
  #slackOver(at: number, bytes: number): { readonly from: number; readonly cause: number } | undefined {
    const object = this.#around.objects.l2(at);
    if (object === undefined || at + bytes <= object.end) return undefined;
    const hit = this.#objectIn(object.end, at + bytes);
    if (hit === undefined) return undefined;
    const cause = this.#causes.add({
      kind: 'outside-object',
      key: `slack of ${object.name}`,
      text: `which the copy of job ${this.#job} overwrote: it ends ${at + bytes - object.end} bytes past the end of ${object.name}`,
      fix: `Give ${object.name} the ${COPY_GRANULE_BYTES - 1} bytes of slack that a copy rounded up to ${COPY_GRANULE_BYTES} bytes may write.`,
      job: this.#job,
    });
    return { from: Math.max(0, object.end - at), cause };
  }

  /** The same output copied to a second place: no job has made what should go there. */
  #copiedAgain(l2Address: number, l1Address: number): number | undefined {
    const maker = this.l1.maker[l1Address]!;
    if (maker === 0) return undefined;
    const identity = this.#sameAs.get(maker) ?? maker;
    const before = this.#copiedOut.get(l1Address);
    this.#copiedOut.set(l1Address, { maker: identity, l2: l2Address, job: this.#job });
    if (before === undefined || before.maker !== identity || before.l2 === l2Address) return undefined;
    return this.#causes.add({
      kind: 'stale-data',
      key: 'copied out again',
      text: `which job ${this.#job} copied out of L1 ${hex(l1Address)}, where still lay what job ${before.job} had copied out: no job made it anew`,
      fix: 'Copy the next tile in and start its compute job before its result is copied out.',
      job: this.#job,
    });
  }

  computed(operation: Operation, fields: Fields): void {
    this.#fields = fields;
    this.#overlap(operation);
    for (const input of inputsOf(operation)) this.#checkLayout(operation, input);
    const reached = this.#reached(operation);
    for (const { start, bytes } of inputsOf(operation)) {
      this.#outputs.read(start, bytes);
      this.#lastRead.fill(this.#job + 1, start, start + bytes);
    }
    this.#write(operation, reached);
  }

  /** Which bytes of an operation's output are nobody's value, and why. */
  #reached(o: Operation): { readonly lanes: ArrayLike<number>; readonly cause: number } | undefined {
    if (o.kind === 'sum') return this.#reachedSum(o);
    const [input] = inputsOf(o);
    const weightBytes =
      o.kind === 'conv'
        ? o.blocks * convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth)
        : o.blocks * denseBlockBytes(o.inputLines * LINE_BYTES);
    this.#weightsNeeded = Math.max(this.#weightsNeeded, o.weights + weightBytes);
    const weights = this.#core.weightMemory.peek(o.weights, weightBytes, 'weights').slice();
    if (o.kind === 'conv') this.#checkBias(o, weights);
    const inputCauses = this.#inputCauses(input!);
    const weightCauses =
      this.weightMemory.firstCaused(o.weights, weightBytes) === undefined
        ? undefined
        : this.weightMemory.cause.subarray(o.weights, o.weights + weightBytes);
    if (inputCauses === undefined && weightCauses === undefined) return undefined;
    const bytes = { weights, inputCauses, weightCauses };
    const lanes =
      o.kind === 'conv' ? undefinedConv(this.#array, o, bytes) : undefinedDense(this.#array, o, bytes);
    if (lanes === undefined) return undefined;
    return { lanes, cause: this.#causeOfOutput(o, weights, inputCauses, weightCauses, firstElement(lanes)) };
  }

  #causeOfOutput(
    o: ConvOperation | DenseOperation,
    weights: Uint8Array,
    inputCauses: Int32Array | undefined,
    weightCauses: Int32Array | undefined,
    first: number,
  ): number {
    const from =
      inputCauses === undefined
        ? undefined
        : o.kind === 'conv'
          ? reachingInput(o, weights, inputCauses, first)
          : { offset: inputCauses.findIndex((c) => c !== DEFINED) };
    if (inputCauses !== undefined && from !== undefined) {
      const at = o.input + from.offset;
      const element =
        'channel' in from ? ` (input channel ${from.channel}, row ${from.row}, column ${from.column})` : '';
      return this.#derived(inputCauses[from.offset]!, `from L1 ${hex(at)}${element}`);
    }
    const w = weightCauses!.findIndex((c) => c !== DEFINED);
    return this.#derived(
      weightCauses![w]!,
      `with weight byte ${w} of its load from ${this.#name(this.#weightsAt + o.weights + w)}`,
    );
  }

  /** The cause of what a job computes from bytes that have one. */
  #derived(cause: number, from: string): number {
    const root = this.#causes.get(cause);
    return this.#causes.add({
      ...root,
      text: `which job ${this.#job} computed ${from}, ${root.text}`,
      job: root.job ?? this.#job,
      ...(this.#fields === undefined ? {} : { instruction: root.instruction ?? showFields(this.#fields) }),
    });
  }

  #reachedSum(o: SumOperation): { readonly lanes: ArrayLike<number>; readonly cause: number } | undefined {
    const [a, b] = inputsOf(o).map((input) => this.#inputCauses(input));
    if (a === undefined && b === undefined) return undefined;
    const n = o.lines * LINE_BYTES;
    const lanes = new Uint8Array(n);
    for (let i = 0; i < n; i++) if ((a?.[i] ?? 0) !== 0 || (b?.[i] ?? 0) !== 0) lanes[i] = 1;
    const first = lanes.indexOf(1);
    if (first < 0) return undefined;
    const inA = (a?.[first] ?? 0) !== 0;
    const at = (inA ? o.inputA : o.inputB) + first;
    return {
      lanes,
      cause: this.#derived((inA ? a : b)![first]!, `from L1 ${hex(at)} (operand ${inA ? 'A' : 'B'})`),
    };
  }

  /** The causes of an input's bytes, with those of bytes that belong to an earlier tile; undefined where all are meant. */
  #inputCauses({ start, bytes }: InputBytes): Int32Array | undefined {
    const { writer, cause } = this.l1;
    let fresh = 0;
    let old = 0;
    let caused = false;
    for (let i = start; i < start + bytes; i++) {
      if (cause[i] !== DEFINED) caused = true;
      const w = writer[i]!;
      if (w <= 0 || this.#isCopyIn[w - 1] !== true) continue;
      if (this.#lastRead[i]! > w) old++;
      else fresh++;
    }
    const mixed = fresh > 0 && old > 0;
    if (!caused && !mixed) return undefined;
    const causes = cause.slice(start, start + bytes);
    if (mixed) this.#markOld(causes, start);
    this.#markTail(causes, start, bytes, fresh);
    return causes;
  }

  /** Bytes that were copied in before an earlier job and used by it, while the rest of the input is new. */
  #markOld(causes: Int32Array, start: number): void {
    const { writer } = this.l1;
    let mark: number | undefined;
    for (let i = 0; i < causes.length; i++) {
      const w = writer[start + i]!;
      const used = this.#lastRead[start + i]!;
      if (causes[i] !== DEFINED || w <= 0 || this.#isCopyIn[w - 1] !== true || used <= w) continue;
      mark ??= this.#causes.add({
        kind: 'stale-data',
        key: 'input of an earlier job',
        text: `which job ${w - 1} copied in and job ${used - 1} used, before the rest of the input was copied in`,
        fix: 'Copy in the whole tile, its halo rows and columns too, before its job.',
        job: this.#job,
        ...(this.#fields === undefined ? {} : { instruction: showFields(this.#fields) }),
      });
      causes[i] = mark;
    }
  }

  /** Where all of the input behind some byte is missing or old, the copies were too short for the instruction. */
  #markTail(causes: Int32Array, start: number, bytes: number, fresh: number): void {
    const first = causes.findIndex((c) => c !== DEFINED);
    if (first < LINE_BYTES || fresh === 0 || causes.subarray(first).includes(DEFINED)) return;
    const roots = this.#causes.get(causes[first]!);
    if (roots.key !== NEVER_WRITTEN.key && roots.kind !== 'stale-data') return;
    if (this.l1.writer[start + first - 1]! <= 0) return;
    const mark = this.#causes.add({
      kind: 'inconsistent-sizes',
      key: 'input shorter than the instruction',
      text: `which job ${this.#job} takes for input, as its instruction reads ${bytes} bytes from L1 ${hex(start)}; only ${first} were copied in`,
      fix: 'Copy in as many planes and rows as the fields c, cy and cx name, or lower the fields.',
      job: this.#job,
    });
    causes.fill(mark, first);
  }

  /** Takes down what an operation has written to L1. */
  #write(
    o: Operation,
    reached: { readonly lanes: ArrayLike<number>; readonly cause: number } | undefined,
  ): void {
    const bytes = outputBytes(o);
    const { cause, writer, maker, place } = this.l1;
    const continues = o.kind === 'conv' && this.#continuesDepthwise(o);
    if (continues && !this.#depthwise) this.#outputs.trimLast();
    if (!continues) this.#slackOverJob = undefined;
    if (o.kind === 'conv' && o.channels === 1 && o.blocks === 1)
      this.#slackOverJob ??= this.#unusedCopy(o.output + outputPlane(o), bytes - outputPlane(o));
    this.#depthwise = continues;
    this.#lastConv = o.kind === 'conv' ? o : undefined;
    const kept = continues && o.kind === 'conv' ? outputPlane(o) : bytes;
    this.#outsideL1(o.output, kept, 'output');
    this.#lost(this.#outputs.overwritten(o.output, kept));
    const slack = kept < bytes ? this.#slackCause() : DEFINED;
    this.#makers.push({
      job: this.#job,
      pitch: o.kind === 'conv' ? o.columnGroups * ARRAY_COLUMNS : this.#pitchOfSum(o),
    });
    const made = this.#makers.length;
    this.#remember(o, made);
    for (let i = 0; i < bytes; i++) {
      const at = o.output + i;
      cause[at] =
        i >= kept ? slack : reached !== undefined && reached.lanes[i] !== 0 ? reached.cause : DEFINED;
      place[at] = i;
    }
    maker.fill(made, o.output, o.output + bytes);
    writer.fill(this.#job + 1, o.output, o.output + bytes);
    this.#await(o, kept);
  }

  /** A sum keeps the rows of its operands. */
  #pitchOfSum(o: Operation): number {
    return o.kind === 'sum' ? (this.#makers[this.l1.maker[o.inputA]! - 1]?.pitch ?? 0) : 0;
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
    const { writer, cause } = this.l1;
    for (let i = start; i < start + bytes; i++) {
      const w = writer[i]!;
      if (cause[i] === DEFINED && w > 0 && this.#isCopyIn[w - 1] === true && this.#lastRead[i]! <= w)
        return w - 1;
    }
    return undefined;
  }

  #slackCause(): number {
    const over =
      this.#slackOverJob === undefined ? '' : `, over what job ${this.#slackOverJob} had copied in`;
    return this.#causes.add({
      kind: 'outside-object',
      key: 'depthwise slack',
      text: `which the depthwise job ${this.#job} wrote as slack behind its channel's plane${over}`,
      fix: 'Leave 15 planes behind the last channel of a depthwise output free, or copy the neighbour in after it.',
      job: this.#job,
      ...(this.#fields === undefined ? {} : { instruction: showFields(this.#fields) }),
    });
  }

  /** Two jobs on the same, unchanged input with the same weights are for one tile. */
  #remember(o: Operation, made: number): void {
    // Not the padding and the rows: a tile at the edge has others.
    const key = `${o.kind} ${this.#loadedBy ?? ''} ${inputsOf(o).map((input) => input.start)}`;
    const before = this.#lastComputed.get(key);
    this.#lastComputed.set(key, made);
    if (before === undefined) return;
    const since = this.#makers[before - 1]!.job + 1;
    const newer = ({ start, bytes }: InputBytes): boolean =>
      this.l1.writer.subarray(start, start + bytes).some((w) => w > since);
    if (inputsOf(o).some(newer)) return;
    this.#sameAs.set(made, this.#sameAs.get(before) ?? before);
  }

  #await(o: Operation, kept: number): void {
    if (o.kind === 'sum') {
      this.#outputs.made({
        job: this.#job,
        start: o.output,
        live: [true],
        rowsPerPlane: 1,
        rowBytes: kept,
        wholeNeeded: false,
      });
      return;
    }
    const weightBytes = this.#weightsNeeded - o.weights;
    const weights = this.#core.weightMemory.peek(o.weights, weightBytes, 'weights');
    if (o.kind === 'dense') {
      const live = liveOutputs(o.inputLines * LINE_BYTES, o.blocks, weights);
      this.#outputs.made({
        job: this.#job,
        start: o.output,
        live,
        rowsPerPlane: 1,
        rowBytes: 1,
        wholeNeeded: true,
      });
      return;
    }
    const live = liveChannels(o, weights).slice(0, kept / outputPlane(o));
    this.#outputs.made({
      job: this.#job,
      start: o.output,
      live,
      rowsPerPlane: o.outputRows,
      rowBytes: o.columnGroups * ARRAY_COLUMNS,
      // One channel in, one block out may be a channel of a depthwise conv, of which only the first plane counts.
      wholeNeeded: o.channels > 1,
    });
  }

  #lost(leftovers: readonly Leftover[]): void {
    for (const { output, unread } of leftovers) {
      const bytes = [
        {
          memory: 'L1' as const,
          address: output.start,
          bytes: output.live.length * output.rowsPerPlane * output.rowBytes,
        },
      ];
      if (unread === 'all')
        this.#add('stale-data', 'output overwritten', {
          what: `the output of job ${output.job} is overwritten by job ${this.#job} before anything was copied out of it`,
          fix: 'Copy each tile out before the next one writes to its place.',
          bytes,
        });
      else
        this.#add('inconsistent-sizes', 'output larger than its copies', {
          what: `job ${output.job} made ${unread.rows} rows that nobody copies out or computes with, the first one row ${unread.row} of output channel ${unread.channel}`,
          fix: 'Copy out as many planes and rows as the fields k and oy name, or lower the fields.',
          bytes,
        });
    }
  }

  // Rules about one job.

  #checkWeightSize(): void {
    const [loaded, needed] = [this.#weightsLoaded, this.#weightsNeeded];
    if (loaded < 0 || needed === 0) return;
    if (loaded < needed)
      this.#add('inconsistent-sizes', `weights short at ${this.#ownerName(this.#weightsAt)}`, {
        what: `job ${this.#job} loads ${loaded} bytes of weights, its instruction reads ${needed}: the rest is what an earlier job left in the weight memory`,
        fix: 'Lay the weights out for as many channels as the fields c and k name, and load all of them.',
        bytes: [
          { memory: 'WMEM', address: loaded, bytes: needed - loaded },
          this.#bytesL2(this.#weightsAt, loaded),
        ],
      });
    else if (loaded >= needed + COPY_GRANULE_BYTES)
      this.#add('inconsistent-sizes', `weights long at ${this.#ownerName(this.#weightsAt)}`, {
        what: `job ${this.#job} loads ${loaded} bytes of weights, its instruction reads only ${needed}`,
        fix: 'Check the fields c, k, fx and fy against the layout of the weights.',
        bytes: [
          { memory: 'WMEM', address: needed, bytes: loaded - needed },
          this.#bytesL2(this.#weightsAt, loaded),
        ],
      });
  }

  #overlap(o: Operation): void {
    const [from, to] = [o.output, o.output + outputBytes(o)];
    for (const { start, bytes, what } of inputsOf(o)) {
      if (from >= start + bytes || start >= to) continue;
      // A sum reads each line before it writes it.
      if (o.kind === 'sum' && from <= start) continue;
      const at = Math.max(from, start);
      this.#add('stale-data', `overlap with ${what}`, {
        what: `job ${this.#job} writes its output over its own ${what}, L1 ${hex(at)}..${hex(Math.min(to, start + bytes))}, while it still reads there`,
        fix: 'Give the output a place of its own in L1, whole blocks of 16 channels and 16 columns.',
        bytes: [{ memory: 'L1', address: at, bytes: Math.min(to, start + bytes) - at }],
      });
    }
  }

  #checkBias(o: ConvOperation, weights: Uint8Array): void {
    const wrong = misplacedBias(o, weights);
    if (wrong === undefined) return;
    this.#add('memory-layout', `bias at ${this.#ownerName(this.#weightsAt)}`, {
      what: `job ${this.#job} reads ${wrong.bias} as bias of output channel ${wrong.channel}; all biases are small when read as ${wrong.order}`,
      fix: "Put behind the weights of each block of 16 channels that block's own four bias planes.",
      bytes: [this.#bytesL2(this.#weightsAt, this.#weightsLoaded)],
    });
  }

  /** Rows and words of an input that another job made must lie as that job left them. */
  #checkLayout(o: Operation, { start, bytes, what }: InputBytes): void {
    const { maker, place } = this.l1;
    for (let at = start; at + 3 < start + bytes; at += LINE_BYTES) {
      const m = maker[at]!;
      if (m === 0 || maker[at + 3] !== m || place[at + 3]! - place[at]! !== -3) continue;
      this.#add('memory-layout', `word order of ${what}`, {
        what: `job ${this.#job} reads as ${what} what job ${this.#makers[m - 1]!.job} made, but somebody has reversed the bytes of its words in between`,
        fix: "Reverse every four bytes once more before the core reads what the host has put into the host's order.",
        bytes: [{ memory: 'L1', address: at, bytes: 4 }],
      });
      break;
    }
    if (o.kind !== 'conv') return;
    for (let row = 0; row + 1 < o.channels * o.rows; row++) {
      if ((row + 1) % o.rows === 0) continue;
      const at = start + row * o.pitch;
      const [m, next] = [maker[at + 3]!, maker[at + o.pitch + 3]!];
      const pitch = this.#makers[m - 1]?.pitch ?? 0;
      if (m === 0 || next !== m || pitch === 0 || pitch === o.pitch) continue;
      if (place[at + o.pitch + 3]! - place[at + 3]! === pitch) continue;
      this.#add('memory-layout', `row pitch of ${what}`, {
        what: `job ${this.#job} reads rows of ${o.pitch} bytes as ${what}, but job ${this.#makers[m - 1]!.job} made them ${pitch} bytes long`,
        fix: 'Give the field cx the row pitch of the job that made the tensor: its width rounded up to 16.',
        bytes: [{ memory: 'L1', address: at, bytes: 2 * o.pitch }],
      });
      break;
    }
  }

  #objectIn(from: number, to: number): MemoryObject | undefined {
    for (let at = from; at < to; at++) {
      const object = this.#around.objects.l2(at);
      if (object !== undefined) return object;
    }
    return undefined;
  }

  /** An access of a job that goes on past the end of the object that its address lies in. */
  #outside(at: number, bytes: number, verb: 'reads' | 'writes', what: string): void {
    const object = this.#around.objects.l2(at);
    if (object === undefined) return;
    const over = at + bytes - object.end;
    if (over < COPY_GRANULE_BYTES) return;
    this.#add('outside-object', `${what} ${object.name}`, {
      what: `the ${what} of job ${this.#job} ${verb} ${over} bytes past the end of ${object.name}${this.#into(object.end, at + bytes)}`,
      fix: `Look at the ${what === 'copy to L1' || what === 'copy to L2' ? 'length of the copy' : 'length registers'}, or make ${object.name} as large as the accelerator's layout needs.`,
      bytes: [this.#bytesL2(at, bytes), this.#bytesL2(object.end, over)],
    });
  }

  #into(from: number, to: number): string {
    const object = this.#objectIn(from, to);
    return object === undefined ? '' : `, into ${object.name}`;
  }

  #outsideL1(at: number, bytes: number, what: string): void {
    const object = this.#around.objects.l1(at);
    if (object === undefined) return;
    const over = at + bytes - object.end;
    if (over < COPY_GRANULE_BYTES) return;
    this.#add('outside-object', `${what} ${object.name}`, {
      what: `the ${what} of job ${this.#job} writes ${over} bytes past the end of ${object.name} in L1`,
      fix: `Make ${object.name} as large as the job's whole output.`,
      bytes: [{ memory: 'L1', address: at, bytes }],
    });
  }

  // What the host does.

  /** The host reads bytes of L2. */
  hostLoad(at: number, bytes: number, pc: number): void {
    const race = this.waits.race(at, bytes, 'load');
    if (race !== undefined) this.#race(race.what, at, bytes, 'reads', pc);
    const start = at - this.l2.base;
    for (let i = start; i < start + bytes; i++)
      if (this.l2.cause[i] !== DEFINED && this.l2.writer[i]! > 0) {
        this.#read(this.l2, at + i - start, `the host reads ${this.#name(at + i - start)}`, pc);
        return;
      }
  }

  /** The host has written bytes of L2; `from` is where it has just read as many bytes of the same values, if it has. */
  hostStore(
    at: number,
    bytes: number,
    pc: number,
    from?: { readonly at: number; readonly reversed: boolean },
  ): void {
    const race = this.waits.race(at, bytes, 'store');
    if (race !== undefined) this.#race(race.what, at, bytes, 'changes', pc);
    const { cause, maker, place, writer, base } = this.l2;
    const start = at - base;
    for (let i = 0; i < bytes; i++) {
      cause[start + i] = DEFINED;
      writer[start + i] = -pc;
      const source = from === undefined ? -1 : from.at - base + (from.reversed ? bytes - 1 - i : i);
      maker[start + i] = source < 0 ? 0 : maker[source]!;
      place[start + i] = source < 0 ? 0 : place[source]!;
    }
  }

  /** The host writes a register of the port. */
  registerWritten(register: string, pc: number): void {
    if (this.waits.job === undefined) return;
    this.#add(
      'missing-wait',
      'register',
      {
        what: `the host writes register ${register} although it has not seen the end of job ${this.waits.job}`,
        fix: 'Poll STATUS until it reads 0 before the registers of the next job are written.',
        bytes: [],
      },
      pc,
    );
  }

  #race(what: string, at: number, bytes: number, verb: 'reads' | 'changes', pc: number): void {
    const job = this.waits.job!;
    this.#add(
      'missing-wait',
      `${verb} ${what}`,
      {
        what: `the host ${verb} ${this.#name(at)} although it has not seen the end of job ${job}, which ${what.startsWith('the target') ? 'writes' : 'reads'} there (${what})`,
        fix: `Poll STATUS until it reads 0 before ${verb === 'reads' ? 'the results are read' : 'the bytes are changed'}.`,
        bytes: [this.#bytesL2(at, bytes)],
      },
      pc,
    );
  }

  /**
   * Somebody wants the value at `at`: a finding where it is nobody's. `reader` begins the sentence: "the host reads output+4".
   */
  #read(shadow: Shadow, at: number, reader: string, pc?: number): void {
    const cause = this.#causes.get(shadow.cause[at - shadow.base]!);
    const owner = shadow === this.l2 ? this.#ownerName(at) : '';
    this.#log.add({
      kind: cause.kind,
      key: `${cause.key} in ${owner}`,
      describe: () => ({
        what: `${reader}, ${cause.text}`,
        fix: cause.fix,
        first: {
          at: pc === undefined ? this.#around.job(this.#job) : `host at ${this.#around.code(pc)}`,
          ...(cause.job === undefined ? {} : { job: cause.job, ...this.#tile(cause.job) }),
          ...(cause.instruction === undefined ? {} : { instruction: cause.instruction }),
          bytes: [shadow === this.l2 ? this.#bytesL2(at, 1) : { memory: shadow.name, address: at, bytes: 1 }],
          writtenBy: this.#writtenBy(shadow.writer[at - shadow.base]!),
          stack: this.#around.stack(pc),
        },
      }),
    });
  }

  /** A tensor is complete: its elements, at the addresses that `addressOf` gives, are values that somebody wants. */
  tensorRead(memory: 'L1' | 'L2', name: string, count: number, addressOf: (index: number) => number): void {
    const shadow = memory === 'L1' ? this.l1 : this.l2;
    for (let i = 0; i < count; i++) {
      const at = addressOf(i);
      if (shadow.cause[at - shadow.base] === DEFINED || shadow.writer[at - shadow.base]! <= NOBODY) continue;
      this.#read(shadow, at, `element ${i} of ${name} is at ${memory} ${hex(at)}`);
      return;
    }
  }

  // Words for findings.

  #add(
    kind: FindingKind,
    key: string,
    text: { readonly what: string; readonly fix: string; readonly bytes: readonly FindingBytes[] },
    pc?: number,
  ): void {
    this.#log.add({
      kind,
      key,
      describe: () => {
        const first = text.bytes.find(({ memory }) => memory !== 'WMEM');
        const shadow = first?.memory === 'L1' ? this.l1 : this.l2;
        const writer = first === undefined ? NOBODY : shadow.writer[first.address - shadow.base]!;
        return {
          what: text.what,
          fix: text.fix,
          first: {
            at: pc === undefined ? this.#around.job(this.#job) : `host at ${this.#around.code(pc)}`,
            job: this.#job,
            ...(pc === undefined ? { registers: this.#registers, ...this.#tile(this.#job) } : {}),
            ...(this.#fields === undefined ? {} : { instruction: showFields(this.#fields) }),
            bytes: text.bytes,
            ...(writer === NOBODY ? {} : { writtenBy: this.#writtenBy(writer) }),
            stack: this.#around.stack(pc),
          },
        };
      },
    });
  }

  #tile(job: number): { tile?: string } {
    const tile = this.#around.tile(job);
    return tile === undefined ? {} : { tile };
  }

  #writtenBy(writer: number): string {
    if (writer > 0) return this.#around.job(writer - 1);
    if (writer === NOBODY) return 'nobody';
    return writer === LOADED ? 'the load of the program' : `host at ${this.#around.code(-writer)}`;
  }

  #name(at: number): string {
    const object = this.#around.objects.l2(at);
    return object === undefined ? hex(at) : `${hex(at)} <${inObject(object, at)}>`;
  }

  #ownerName(at: number): string {
    return this.#around.objects.l2(at)?.name ?? '';
  }

  #bytesL2(address: number, bytes: number): FindingBytes {
    const object = this.#around.objects.l2(address);
    return {
      memory: 'L2',
      address,
      bytes,
      ...(object === undefined ? {} : { owner: inObject(object, address) }),
    };
  }
}
