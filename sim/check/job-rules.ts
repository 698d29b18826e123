import { hex } from '../../src/base/units.js';
import { BANKS } from '../isa/analog/geometry.js';
import { COPY_GRANULE_BYTES, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, Operation } from '../isa/operation.js';
import { type BiasPlanes, biasPlanes, misplacedBias } from './bias-layout.js';
import type { CheckState } from './check-state.js';
import type { MemoryObject } from './objects.js';
import { type InputBytes, inputsOf, outputStretches } from './operation-bytes.js';
import { overlappingSources } from './overlapping-sources.js';
import type { Reporter } from './reporter.js';

/** What can be said of one compute job by itself: sizes, places and layouts. */
export class JobRules {
  readonly #s: CheckState;
  readonly #report: Reporter;
  /** By the address where a job's weights end, the bias planes of their last block: a job for the next channels has its weights there. */
  readonly #planesBefore = new Map<number, BiasPlanes>();

  constructor(state: CheckState, report: Reporter) {
    this.#s = state;
    this.#report = report;
  }

  /** The weights that the job has loaded are as many bytes as its instructions read. */
  checkWeightSize(): void {
    const [loaded, needed] = [this.#s.weightsLoaded, this.#s.weightsNeeded];
    if (loaded < 0 || needed === 0) return;
    if (loaded < needed)
      this.#report.add(
        'inconsistent-sizes',
        `weights short at ${this.#report.ownerName(this.#s.weightsAt)}`,
        {
          what: `job ${this.#s.job} loads ${loaded} bytes of weights, its instruction reads ${needed}: the rest is what an earlier job left in the weight memory`,
          fix: 'Lay the weights out for as many channels as the fields c and k name, and load all of them.',
          bytes: [
            { memory: 'WMEM', address: loaded, bytes: needed - loaded },
            this.#report.bytesL2(this.#s.weightsAt, loaded),
          ],
        },
      );
    else if (loaded >= needed + COPY_GRANULE_BYTES)
      this.#report.add('inconsistent-sizes', `weights long at ${this.#report.ownerName(this.#s.weightsAt)}`, {
        what: `job ${this.#s.job} loads ${loaded} bytes of weights, its instruction reads only ${needed}`,
        fix: 'Check the fields c, k, fx and fy against the layout of the weights.',
        bytes: [
          { memory: 'WMEM', address: needed, bytes: loaded - needed },
          this.#report.bytesL2(this.#s.weightsAt, loaded),
        ],
      });
  }

  /** No output over the input of the same instruction; a sum may write over what it has read. */
  overlap(o: Operation): void {
    const { l1, analog } = this.#s;
    for (const stretch of outputStretches(o, l1.size / BANKS, analog.parameters))
      for (const input of inputsOf(o))
        this.#overlapOf(o, input, stretch.start, stretch.start + stretch.bytes);
  }

  #overlapOf(o: Operation, { start, bytes, what }: InputBytes, from: number, to: number): void {
    if (from >= start + bytes || start >= to) return;
    // A sum reads each line before it writes it.
    if (o.kind === 'sum' && from <= start) return;
    const at = Math.max(from, start);
    this.#report.add('stale-data', `overlap with ${what}`, {
      what: `job ${this.#s.job} writes its output over its own ${what}, L1 ${hex(at)}..${hex(Math.min(to, start + bytes))}, while it still reads there`,
      fix: 'Give the output a place of its own in L1, whole blocks of 16 channels and 16 columns.',
      bytes: [{ memory: 'L1', address: at, bytes: Math.min(to, start + bytes) - at }],
    });
  }

  /** A conv's bias planes lie where the core reads them. */
  checkBias(o: ConvOperation, weights: Uint8Array): void {
    const at = this.#s.weightsAt;
    const wrong = misplacedBias(o, weights, this.#planesBefore.get(at));
    this.#planesBefore.set(at + this.#s.weightsLoaded, biasPlanes(o, weights).at(-1)!);
    if (wrong === undefined) return;
    this.#report.add('memory-layout', `bias at ${this.#report.ownerName(this.#s.weightsAt)}`, {
      what: `job ${this.#s.job} reads ${wrong.bias} as bias of output channel ${wrong.channel}; ${wrong.why}`,
      fix: "Put behind the weights of each block of 16 channels that block's own four bias planes.",
      bytes: [this.#report.bytesL2(this.#s.weightsAt, this.#s.weightsLoaded)],
    });
  }

  /** An input is gathered from one object: a copy that goes on in another has a wrong stride, or goes on too long. */
  checkSources({ start, bytes, what }: InputBytes): void {
    const { writer } = this.#s.l1;
    let first: { readonly object: MemoryObject; readonly job: number } | undefined;
    for (let at = start; at < start + bytes; at += LINE_BYTES) {
      const w = writer[at]!;
      if (w <= 0 || this.#s.isCopyIn[w - 1] !== true || this.#s.lastRead[at]! > w) continue;
      const object = this.#s.sources[w - 1];
      if (object === undefined || object.start === first?.object.start) continue;
      if (first === undefined) {
        first = { object, job: w - 1 };
        continue;
      }
      this.#report.add('outside-object', `sources of ${what} ${first.object.name}`, {
        what: `the ${what} of job ${this.#s.job} begins with what job ${first.job} copied in from ${first.object.name}, and goes on with what job ${w - 1} copied in from ${object.name}`,
        fix: "Check the strides by which the copies go from row to row and from plane to plane against the tensor's shape.",
        bytes: [
          { memory: 'L1', address: at, bytes: LINE_BYTES },
          this.#report.bytesL2(first.object.start, first.object.end - first.object.start),
          this.#report.bytesL2(object.start, object.end - object.start),
        ],
      });
      return;
    }
  }

  /** Rows of an input come one after the other from L2: what begins inside the row before has a wrong stride. */
  checkStrides(input: InputBytes): void {
    const found = overlappingSources(this.#s, input);
    if (found === undefined) return;
    const { first, second } = found;
    const name = this.#report.name(first.l2);
    this.#report.add('memory-layout', `stride of ${input.what} ${this.#report.ownerName(first.l2)}`, {
      what: `the ${input.what} of job ${this.#s.job} holds bytes twice: job ${first.job} copied in ${first.bytes} bytes from ${name}, and the next ones, by job ${second.job}, begin only ${second.l2 - first.l2} bytes behind that`,
      fix: "Check the strides by which the copies go from row to row and from plane to plane against the tensor's shape.",
      bytes: [
        { memory: 'L1', address: first.l1, bytes: first.bytes + second.bytes },
        this.#report.bytesL2(first.l2, first.bytes),
      ],
    });
  }

  /** Rows and words of an input that another job made must lie as that job left them. */
  checkLayout(o: Operation, { start, bytes, what }: InputBytes): void {
    const { maker, place } = this.#s.l1;
    for (let at = start; at + 3 < start + bytes; at += LINE_BYTES) {
      const m = maker[at]!;
      if (m === 0 || maker[at + 3] !== m || place[at + 3]! - place[at]! !== -3) continue;
      this.#report.add('memory-layout', `word order of ${what}`, {
        what: `job ${this.#s.job} reads as ${what} what job ${this.#s.makers[m - 1]!.job} made, but somebody has reversed the bytes of its words in between`,
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
      const pitch = this.#s.makers[m - 1]?.pitch ?? 0;
      if (m === 0 || next !== m || pitch === 0 || pitch === o.pitch) continue;
      if (place[at + o.pitch + 3]! - place[at + 3]! === pitch) continue;
      this.#report.add('memory-layout', `row pitch of ${what}`, {
        what: `job ${this.#s.job} reads rows of ${o.pitch} bytes as ${what}, but job ${this.#s.makers[m - 1]!.job} made them ${pitch} bytes long`,
        fix: 'Give the field cx the row pitch of the job that made the tensor: its width rounded up to 16.',
        bytes: [{ memory: 'L1', address: at, bytes: 2 * o.pitch }],
      });
      break;
    }
  }
}
