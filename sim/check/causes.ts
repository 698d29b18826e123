import type { FindingKind } from '../../src/results/finding.js';

/** Why a byte's value is nobody's. */
export interface Cause {
  readonly kind: FindingKind;
  /** Causes with one key are one finding. */
  readonly key: string;
  /** Ends the sentence "the host reads ..., ": "which nothing has written". */
  readonly text: string;
  readonly fix: string;
  /** The first job that met it: what a finding is told of. */
  readonly job?: number;
  readonly instruction?: string;
}

/** What every byte begins as. */
export const NEVER_WRITTEN: Cause = {
  kind: 'undefined-data',
  key: 'never written',
  text: 'which nothing has written',
  fix: 'Copy in or initialise all that the job reads, or give the padding of its instruction so that it does not read there.',
};

/** The causes met so far; index 0 is none. */
export class Causes {
  readonly #all: (Cause | undefined)[] = [undefined];

  add(cause: Cause): number {
    return this.#all.push(cause) - 1;
  }

  get(index: number): Cause {
    const cause = this.#all[index];
    if (cause === undefined) throw new Error(`no cause ${index}`);
    return cause;
  }
}
