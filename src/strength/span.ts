import type { AddressRange } from '../../sim/core/memory.js';

/** A range of one memory. */
export interface Span extends AddressRange {
  readonly memory: 'L1' | 'L2';
}

/** What a step reads, then writes, then completes (and is compared), wherever it ran as the program has it. */
export interface Access {
  readonly reads: readonly Span[];
  readonly writes: readonly Span[];
  readonly completes: readonly Span[];
}
