import { hex } from '../../src/base/units.js';
import { LINE_BYTES } from '../isa/geometry.js';
import { showFields } from '../isa/instruction.js';
import type { ConvOperation, DenseOperation, Operation, SumOperation } from '../isa/operation.js';
import { convBlockBytes, denseBlockBytes } from '../isa/weights.js';
import { NEVER_WRITTEN } from './causes.js';
import type { CheckState } from './check-state.js';
import type { JobRules } from './job-rules.js';
import { type InputBytes, inputsOf } from './operation-bytes.js';
import type { Reporter } from './reporter.js';
import { DEFINED } from './shadow.js';
import { reachingInput, undefinedConv, undefinedDense } from './undefined-lanes.js';

/** The byte of the first marked element, in the tensor's order. */
function firstElement(lanes: Uint8Array): number {
  let e = 0;
  while (lanes[e ^ 3] === 0) e++;
  return e ^ 3;
}

/** How undefined and stale bytes travel through computations. */
export class Taint {
  readonly #s: CheckState;
  readonly #report: Reporter;
  readonly #rules: JobRules;

  constructor(state: CheckState, report: Reporter, rules: JobRules) {
    this.#s = state;
    this.#report = report;
    this.#rules = rules;
  }

  /** Which bytes of an operation's output are nobody's value, and why. */
  reached(o: Operation): { readonly lanes: ArrayLike<number>; readonly cause: number } | undefined {
    if (o.kind === 'sum') return this.#reachedSum(o);
    const [input] = inputsOf(o);
    const weightBytes =
      o.kind === 'conv'
        ? o.blocks * convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth)
        : o.blocks * denseBlockBytes(o.inputLines * LINE_BYTES);
    this.#s.weightsNeeded = Math.max(this.#s.weightsNeeded, o.weights + weightBytes);
    const weights = this.#s.core.weightMemory.peek(o.weights, weightBytes, 'weights').slice();
    if (o.kind === 'conv') this.#rules.checkBias(o, weights);
    const inputCauses = this.#inputCauses(input!);
    const weightCauses =
      this.#s.weightMemory.firstCaused(o.weights, weightBytes) === undefined
        ? undefined
        : this.#s.weightMemory.cause.subarray(o.weights, o.weights + weightBytes);
    if (inputCauses === undefined && weightCauses === undefined) return undefined;
    const bytes = { weights, inputCauses, weightCauses };
    const lanes =
      o.kind === 'conv' ? undefinedConv(this.#s.array, o, bytes) : undefinedDense(this.#s.array, o, bytes);
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
      `with weight byte ${w} of its load from ${this.#report.name(this.#s.weightsAt + o.weights + w)}`,
    );
  }

  /** The cause of what a job computes from bytes that have one. */
  #derived(cause: number, from: string): number {
    const root = this.#s.causes.get(cause);
    return this.#s.causes.add({
      ...root,
      text: `which job ${this.#s.job} computed ${from}, ${root.text}`,
      job: root.job ?? this.#s.job,
      ...(this.#s.fields === undefined
        ? {}
        : { instruction: root.instruction ?? showFields(this.#s.fields) }),
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
    const { writer, cause } = this.#s.l1;
    let fresh = 0;
    let old = 0;
    let caused = false;
    for (let i = start; i < start + bytes; i++) {
      if (cause[i] !== DEFINED) caused = true;
      const w = writer[i]!;
      if (w <= 0 || this.#s.isCopyIn[w - 1] !== true) continue;
      if (this.#s.lastRead[i]! > w) old++;
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
    const { writer } = this.#s.l1;
    let mark: number | undefined;
    for (let i = 0; i < causes.length; i++) {
      const w = writer[start + i]!;
      const used = this.#s.lastRead[start + i]!;
      if (causes[i] !== DEFINED || w <= 0 || this.#s.isCopyIn[w - 1] !== true || used <= w) continue;
      mark ??= this.#s.causes.add({
        kind: 'stale-data',
        key: 'input of an earlier job',
        text: `which job ${w - 1} copied in and job ${used - 1} used, before the rest of the input was copied in`,
        fix: 'Copy in the whole tile, its halo rows and columns too, before its job.',
        job: this.#s.job,
        ...(this.#s.fields === undefined ? {} : { instruction: showFields(this.#s.fields) }),
      });
      causes[i] = mark;
    }
  }

  /** Where all of the input behind some byte is missing or old, the copies were too short for the instruction. */
  #markTail(causes: Int32Array, start: number, bytes: number, fresh: number): void {
    const first = causes.findIndex((c) => c !== DEFINED);
    if (first < LINE_BYTES || fresh === 0 || causes.subarray(first).includes(DEFINED)) return;
    const roots = this.#s.causes.get(causes[first]!);
    if (roots.key !== NEVER_WRITTEN.key && roots.kind !== 'stale-data') return;
    if (this.#s.l1.writer[start + first - 1]! <= 0) return;
    const mark = this.#s.causes.add({
      kind: 'inconsistent-sizes',
      key: 'input shorter than the instruction',
      text: `which job ${this.#s.job} takes for input, as its instruction reads ${bytes} bytes from L1 ${hex(start)}; only ${first} were copied in`,
      fix: 'Copy in as many planes and rows as the fields c, cy and cx name, or lower the fields.',
      job: this.#s.job,
    });
    causes.fill(mark, first);
  }
}
