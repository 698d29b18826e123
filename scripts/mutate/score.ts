import type { MutantResult } from '@stryker-mutator/api/core';
import type { Equivalent } from './equivalent.js';

/** A mutant that no test noticed. */
export interface Survivor {
  /** Path from the repository's root, and line and column from 1. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The source line where the change begins, without indentation. */
  readonly source: string;
  readonly original: string;
  readonly replacement: string;
}

export interface Score {
  /** Mutants that ran, without those listed as equivalent. */
  readonly mutants: number;
  readonly noticed: number;
  /** Of the noticed, those that ran into the time limit: loops without an end, unless the machine was overloaded. */
  readonly timeouts: number;
  readonly equivalent: number;
  readonly survivors: readonly Survivor[];
  /** Entries of the list that no surviving mutant of the files at hand answers to: the code has moved on, or a test notices it now. */
  readonly stale: readonly Equivalent[];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The text from one place to another, lines and columns from 1 as Stryker counts them. */
function textAt(lines: readonly string[], { start, end }: MutantResult['location']): string {
  const span = lines.slice(start.line - 1, end.line);
  span[span.length - 1] = span.at(-1)!.slice(0, end.column - 1);
  span[0] = span[0]!.slice(start.column - 1);
  return oneLine(span.join('\n'));
}

const answersTo = (e: Equivalent, s: Survivor): boolean =>
  e.file === s.file && e.source === s.source && e.replacement.includes(s.replacement);

/** Share of mutants noticed, in percent; 100 where there are none. */
export const percentOf = ({ mutants, noticed }: Pick<Score, 'mutants' | 'noticed'>): number =>
  mutants === 0 ? 100 : (100 * noticed) / mutants;

/**
 * Counts Stryker's results: killed and timed-out mutants are noticed, survivors and mutants that no test reaches are not; what did
 * not run (errors, ignored) does not count. `sourceOf` gives a file's text, `root` is cut off file names.
 */
export function scoreOf(
  results: readonly MutantResult[],
  equivalent: readonly Equivalent[],
  sourceOf: (file: string) => string,
  root: string,
): Score {
  const score = { mutants: 0, noticed: 0, timeouts: 0, equivalent: 0 };
  const survivors: Survivor[] = [];
  const used = new Set<Equivalent>();
  const files = new Set<string>();
  for (const r of results) {
    const file = r.fileName.slice(r.fileName.startsWith(root) ? root.length + 1 : 0).replaceAll('\\', '/');
    files.add(file);
    if (r.status === 'Killed' || r.status === 'Timeout') {
      score.mutants++;
      score.noticed++;
      if (r.status === 'Timeout') score.timeouts++;
    } else if (r.status === 'Survived' || r.status === 'NoCoverage') {
      const lines = sourceOf(file).split('\n');
      const survivor = {
        file,
        line: r.location.start.line,
        column: r.location.start.column,
        source: oneLine(lines[r.location.start.line - 1]!),
        original: textAt(lines, r.location),
        replacement: oneLine(r.replacement),
      };
      const known = equivalent.find((e) => answersTo(e, survivor));
      if (known === undefined) {
        score.mutants++;
        survivors.push(survivor);
      } else {
        used.add(known);
        score.equivalent++;
      }
    }
  }
  const stale = equivalent.filter((e) => files.has(e.file) && !used.has(e));
  return { ...score, survivors, stale };
}
