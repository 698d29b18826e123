import { percentOf, type Score } from './score.js';

const shown = (score: Pick<Score, 'mutants' | 'noticed'>): string => `${percentOf(score).toFixed(1)} %`;

/** The survivors of an area, one a line, and entries of the list of equivalent mutants that nothing answers to. */
export function describeScore(area: string, score: Score): string {
  const survivors = score.survivors.map(
    (s) => `  ${s.file}:${s.line}:${s.column}  ${s.original}  ->  ${s.replacement || '(nothing)'}\n`,
  );
  const stale = score.stale.map(
    (e) => `  no survivor any more, take it off the list: ${e.file}: ${e.source}\n`,
  );
  return `${area}: ${shown(score)} of ${score.mutants} mutants noticed\n${[...survivors, ...stale].join('')}`;
}

/** The scores as a Markdown table, as docs/verification.md has it. */
export function tableOf(scores: readonly (readonly [string, Score])[]): string {
  const rows = scores.map(
    ([area, s]) =>
      `| \`${area}\` | ${s.mutants} | ${s.noticed} | ${s.timeouts} | ${s.equivalent} | ${shown(s)} |`,
  );
  return [
    '| area | mutants | noticed | by the time limit | equivalent | score |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
