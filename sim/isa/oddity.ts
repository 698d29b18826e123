/**
 * Something that a job did and that no driver known to us does on purpose, although the chip would run it. It changes nothing of what is
 * computed; `exec` and the reports tell of it.
 */
export interface Oddity {
  /** "field fx", "register MEMCPY_N", "conv input: L1 byte 0x00000120" */
  readonly subject: string;
  /** What it is, in words or digits. */
  readonly value: string;
  /** What drivers do instead, in the middle of a sentence: "0, as an FC job does not use it". */
  readonly usual: string;
}

/** Takes down what a job does oddly. */
export type NoteOddity = (oddity: Oddity) => void;

/** "field fx is 3; drivers give 0, as an FC job does not use it" */
export const showOddity = ({ subject, value, usual }: Oddity): string => `${subject} is ${value}; ${usual}`;
