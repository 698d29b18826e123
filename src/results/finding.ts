/** The kinds of mistake that the sanitizer finds in a program that drives the digital core, with the title that reports give them. */
export const FINDING_KINDS = {
  'outside-object': 'outside the object',
  'undefined-data': 'undefined data',
  'stale-data': 'stale data',
  'missing-wait': 'missing wait',
  'inconsistent-sizes': 'inconsistent sizes',
  'memory-layout': 'memory layout',
} as const;
export type FindingKind = keyof typeof FINDING_KINDS;

/** Bytes that a finding is about. */
export interface FindingBytes {
  readonly memory: 'L1' | 'L2' | 'WMEM';
  /** Byte address of the first one. */
  readonly address: number;
  readonly bytes: number;
  /** What the address lies in: "weights+0x40", "heap block of 512 bytes (malloc at ...)", "buffer %5". */
  readonly owner?: string;
}

/** Where and how a mistake was made for the first time. */
export interface Occurrence {
  /** "job 5, started at 0x1c008100 <run+0x20>", "host at 0x1c008100 <main>", "step 12, conv1 tile 0, copy in". */
  readonly at: string;
  /** The job, counted from 0; a Program's step. Absent where the host made it. */
  readonly job?: number;
  /** The instruction's fields that are not 0, decoded. */
  readonly instruction?: string;
  /** The registers that are not 0, at the job's start. */
  readonly registers?: Readonly<Record<string, number>>;
  /** The tile, where the program says which one it is. */
  readonly tile?: string;
  readonly bytes: readonly FindingBytes[];
  /** Who wrote the bytes last. */
  readonly writtenBy?: string;
  /** The way there, innermost first; empty for a Program. */
  readonly stack: readonly string[];
}

/** One kind of mistake at one place of the program's data: how often, and the first time in full. */
export interface Finding {
  readonly kind: FindingKind;
  /** What is wrong, in a sentence without full stop. */
  readonly what: string;
  /** What to do, in a sentence. */
  readonly fix: string;
  readonly count: number;
  readonly first: Occurrence;
}
