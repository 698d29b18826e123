import { UserError } from '../../src/base/errors.js';
import { FINDING_KINDS, type Finding, type FindingKind, type Occurrence } from '../../src/results/finding.js';

/** What is known of a finding when it is made. */
export interface Discovery {
  readonly kind: FindingKind;
  /** Tells findings of a kind apart: the rule and the objects concerned, no numbers that change from job to job. */
  readonly key: string;
  /** Made for the first occurrence only. */
  readonly describe: () => { readonly what: string; readonly fix: string; readonly first: Occurrence };
}

/** A run that was to stop at its first finding. Exit status 1 unless the caller has another. */
export class StoppedByFinding extends UserError {
  override readonly name = 'StoppedByFinding';
  override readonly exitCode = 1;
  readonly finding: Finding;
  constructor(finding: Finding) {
    super(`stopped at the first finding, ${FINDING_KINDS[finding.kind]}: ${finding.what}`);
    this.finding = finding;
  }
}

/** Collects findings: each once, with its first occurrence and a count. */
export class FindingLog {
  readonly #found = new Map<string, { finding: Finding; count: number }>();
  readonly #stop: boolean;

  /** `stop`: the first finding throws `StoppedByFinding`. */
  constructor(stop: boolean) {
    this.#stop = stop;
  }

  add({ kind, key, describe }: Discovery): void {
    const id = `${kind} ${key}`;
    const known = this.#found.get(id);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const finding = { kind, ...describe(), count: 1 };
    this.#found.set(id, { finding, count: 1 });
    if (this.#stop) throw new StoppedByFinding(finding);
  }

  /** In the order of their first occurrence. */
  get findings(): Finding[] {
    return [...this.#found.values()].map(({ finding, count }) => ({ ...finding, count }));
  }
}
