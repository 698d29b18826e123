import { hex } from '../../src/base/units.js';
import { LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, DenseOperation, Operation, SumOperation } from '../isa/operation.js';
import { convBlockBytes, denseBlockBytes } from '../isa/weights.js';
import type { CheckState } from './check-state.js';
import { derivedCause, inputCauses } from './input-causes.js';
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
      return derivedCause(this.#s, inputCauses[from.offset]!, `from L1 ${hex(at)}${element}`);
    }
    const w = weightCauses!.findIndex((c) => c !== DEFINED);
    return derivedCause(
      this.#s,
      weightCauses![w]!,
      `with weight byte ${w} of its load from ${this.#report.name(this.#s.weightsAt + o.weights + w)}`,
    );
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
      cause: derivedCause(this.#s, (inA ? a : b)![first]!, `from L1 ${hex(at)} (operand ${inA ? 'A' : 'B'})`),
    };
  }

  #inputCauses({ start, bytes }: InputBytes): Int32Array | undefined {
    return inputCauses(this.#s, bytes, (i) => start + i);
  }
}
