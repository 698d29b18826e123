import type { CaseResult } from './onnx-cases.js';
import type { Verdict } from './verdict.js';

const COLUMNS = ['right', 'within', 'refused', 'wrong'] as const satisfies readonly Verdict['kind'][];

/** The operator that a case is about: the only one, or what the case's name says of an expanded function. */
function subject({ name, operators }: CaseResult): string {
  if (operators.length === 1) return operators[0]!;
  const said = name.replace(/^test_/, '').split('_')[0]!;
  return operators.find((op) => op.toLowerCase() === said) ?? `${said} (as other operators)`;
}

/** Cells of a Markdown table must not hold its separators. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Reasons of refusal without the node's name and the list of supported operators, each once. */
function reasons(cases: readonly CaseResult[]): string {
  const all = cases.flatMap(({ verdict: v }) =>
    v.kind === 'refused'
      ? [
          v.reason
            .replace(/^node .*? \(\w+\): /, '')
            .replace(/; supported are .*$/, '')
            .replace(/\.$/, ''),
        ]
      : v.kind === 'wrong'
        ? [`wrong: ${v.detail}`]
        : [],
  );
  const distinct = [...new Set(all)];
  const shown = distinct.slice(0, 3).join('; ');
  return cell(distinct.length > 3 ? `${shown}; ...` : shown);
}

/** The table operator x (right, within 1, refused, wrong) over the official cases. */
export function onnxTable(results: readonly CaseResult[]): string {
  const groups = new Map<string, CaseResult[]>();
  for (const r of results) groups.set(subject(r), [...(groups.get(subject(r)) ?? []), r]);
  const lines = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, cases]) => {
      const counts = COLUMNS.map((kind) => cases.filter((c) => c.verdict.kind === kind).length);
      return `| ${op} | ${counts.map((n) => n || '').join(' | ')} | ${reasons(cases)} |`;
    });
  const total = COLUMNS.map((kind) => results.filter((c) => c.verdict.kind === kind).length);
  return [
    '| operator | right | within 1 | refused | wrong | why refused |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    `| all ${results.length} cases | ${total.join(' | ')} | |`,
    '',
  ].join('\n');
}
