import type { RecordedComparison } from '../../golden/recorded-match.js';

/** A line a recording: what it was compared with, and the first difference. */
export function showRecorded(rows: readonly RecordedComparison[]): string {
  const lines = rows.map((r) => {
    const beside = `recorded ${r.recorded} beside ${r.tensor}: `;
    if (r.differing === 0) return `${beside}all ${r.elements} values equal`;
    const { first } = r;
    const at =
      first === undefined
        ? ''
        : ` first at (${first.coordinates.join(', ')}): recorded ${first.expected}, computed ${first.actual};`;
    return `${beside}${r.differing} of ${r.elements} values differ;${at} ${r.path}`;
  });
  const equal = rows.filter((r) => r.differing === 0).length;
  return `${lines.join('\n')}\n${equal} of ${rows.length} recorded tensors equal in every value.\n`;
}
