import { showOddity } from '../isa/oddity.js';
import type { AcceleratorJob } from './peripherals/accelerator-job.js';
import type { Symbols } from './symbols.js';

/** Numbers differ from job to job; what is odd about them does not. */
const kindOf = (text: string): string => text.replaceAll(/0x[0-9a-f]+|\d+/g, '#');

/**
 * What a program's jobs did oddly, a line each kind: the first job that did, where it was started, and how many more. Empty for a program
 * whose jobs are as drivers make them.
 */
export function oddityLines(jobs: readonly AcceleratorJob[], symbols: Symbols): string[] {
  const kinds = new Map<string, { readonly line: string; jobs: number }>();
  for (const { index, pc, report } of jobs) {
    const seen = new Set<string>();
    for (const oddity of report.oddities) {
      const text = showOddity(oddity);
      const kind = kindOf(text);
      if (seen.has(kind)) continue;
      seen.add(kind);
      const known = kinds.get(kind);
      if (known !== undefined) known.jobs++;
      else kinds.set(kind, { line: `job ${index}, started at ${symbols.describe(pc)}: ${text}`, jobs: 1 });
    }
  }
  return [...kinds.values()].map(({ line, jobs: n }) =>
    n === 1 ? line : `${line} (and ${n - 1} more ${n === 2 ? 'job' : 'jobs'})`,
  );
}
