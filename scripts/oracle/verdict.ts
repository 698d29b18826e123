import { isFloat } from '../../src/base/dtype.js';
import { sameShape, showShape, type Tensor } from '../../src/base/tensor.js';

/** What the oracle says of one file or case. */
export type Verdict =
  | { readonly kind: 'right' }
  /** Integer outputs that differ by at most `steps`. */
  | { readonly kind: 'within'; readonly steps: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'wrong'; readonly detail: string };

/** An output of another runtime or of a recording; `steps`: how far integers may differ. */
export interface Expected {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Runtimes sum float32 in other orders and approximate e^x otherwise: a float output agrees when it differs by at most this part of the
 * output's largest magnitude. float16 has 11 bits. [ours]
 */
const FLOAT_PART = 2e-6;
const HALF_PART = 2 ** -11;

/** How far another runtime's outputs may lie from ours. */
export interface Allowed {
  /** Of a quantized output. */
  readonly steps: number;
  /** Of a float output, as a part of its largest magnitude. */
  readonly part: number;
}

/** A quantized output may differ where kernels round otherwise. [ours: one step, as the specification's own tests allow] */
const ALLOWED: Allowed = { steps: 1, part: FLOAT_PART };

const agrees = (a: number, b: number, allowed: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= allowed || (Number.isNaN(a) && Number.isNaN(b));

/** Our output beside the expected one: undefined where they are the same, a number of steps, or what differs. */
function difference(ours: Tensor, expected: Expected, limits: Allowed): undefined | number | string {
  if (!sameShape(ours.shape, expected.shape))
    return `output ${expected.name} is ${showShape(ours.shape)}, must be ${showShape(expected.shape)}`;
  const finite = Array.from(expected.data, Math.abs).filter(Number.isFinite);
  const largest = finite.reduce((a, b) => Math.max(a, b), 0);
  const allowed = isFloat(ours.dtype)
    ? 1e-7 + largest * (expected.type === 'float16' ? HALF_PART : limits.part)
    : 0;
  let steps = 0;
  for (let i = 0; i < ours.data.length; i++) {
    const [a, b] = [ours.data[i]!, Number(expected.data[i])];
    if (agrees(a, b, allowed)) continue;
    const told = `output ${expected.name}[${i}] is ${a}, must be ${b}`;
    if (isFloat(ours.dtype) || !/^u?int(8|16|4)$/.test(expected.type)) return told;
    if (Math.abs(a - b) > limits.steps) return told;
    steps = Math.max(steps, Math.abs(a - b));
  }
  return steps === 0 ? undefined : steps;
}

/** Compares all outputs, in the file's order. */
export function compareOutputs(
  ours: readonly Tensor[],
  expected: readonly Expected[],
  limits: Allowed = ALLOWED,
): Verdict {
  if (ours.length !== expected.length)
    return { kind: 'wrong', detail: `${ours.length} outputs, must be ${expected.length}` };
  const differences = ours.map((t, i) => difference(t, expected[i]!, limits));
  const told = differences.find((d) => typeof d === 'string');
  if (told !== undefined) return { kind: 'wrong', detail: told };
  const steps = Math.max(0, ...differences.map((d) => (typeof d === 'number' ? d : 0)));
  return steps === 0 ? { kind: 'right' } : { kind: 'within', steps };
}

/** One line for people. */
export function showVerdict(v: Verdict): string {
  switch (v.kind) {
    case 'right':
      return 'right';
    case 'within':
      return `within ${v.steps}`;
    case 'refused':
      return `refused: ${v.reason}`;
    case 'wrong':
      return `WRONG: ${v.detail}`;
  }
}
