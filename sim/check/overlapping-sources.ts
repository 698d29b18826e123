import { LINE_BYTES } from '../isa/geometry.js';
import type { CheckState } from './check-state.js';
import type { InputBytes } from './operation-bytes.js';

/** A stretch of an input as one copy left it: the job, its bytes in L1 and where they came from in L2. */
interface Stretch {
  readonly job: number;
  readonly l1: number;
  readonly l2: number;
  readonly bytes: number;
}

/**
 * The stretches of an input that copies brought in, in the order of their addresses. What something else wrote, or another job has read
 * already (what is left of an earlier tile), interrupts them.
 */
function* stretches(s: CheckState, { start, bytes }: InputBytes): Generator<Stretch | undefined> {
  const { writer } = s.l1;
  const end = start + bytes;
  for (let at = start; at < end; ) {
    const w = writer[at]!;
    let next = at + LINE_BYTES;
    while (next < end && writer[next] === w) next += LINE_BYTES;
    const from = w > 0 && s.lastRead[at]! <= w ? s.copiedFrom[w - 1] : undefined;
    yield from === undefined
      ? undefined
      : { job: w - 1, l1: at, l2: from + at, bytes: Math.min(next, end) - at };
    at = next;
  }
}

/**
 * Two neighbouring stretches of an input of which the second begins inside the first one's source, by a line or more: rows were fetched by
 * too short a stride. Dense rows whose copies were rounded up overlap by less than a line, and a row that was copied twice does not begin inside.
 */
export function overlappingSources(
  s: CheckState,
  input: InputBytes,
): { readonly first: Stretch; readonly second: Stretch } | undefined {
  let first: Stretch | undefined;
  for (const second of stretches(s, input)) {
    if (
      first !== undefined &&
      second !== undefined &&
      second.job > first.job &&
      second.l2 > first.l2 &&
      first.l2 + first.bytes - second.l2 >= LINE_BYTES
    )
      return { first, second };
    first = second;
  }
  return undefined;
}
