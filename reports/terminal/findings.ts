import type { Finding } from '../../src/results/finding.js';
import { findingLines } from '../findings.js';
import { plural } from '../numbers.js';
import type { Style } from './style.js';

/** What the sanitizer found, each in full; nothing where it did not run. */
export function checkLines(findings: readonly Finding[] | undefined, s: Style): string[] {
  if (findings === undefined) return [];
  if (findings.length === 0) return [s.good('sanitizer: no finding')];
  return [
    s.bad(`sanitizer: ${plural(findings.length, 'finding')}`),
    ...findings.flatMap((finding) => findingLines(finding)),
  ];
}
