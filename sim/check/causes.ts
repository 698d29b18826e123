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
  /** Whose slack it is: of no interest to readers inside the slack's own range. */
  readonly quiet?: boolean;
}

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
