import type { ModelResult, ResultDocument } from '../src/results/document.js';
import { FINDING_KINDS, type Finding } from '../src/results/finding.js';
import type { RunResult } from '../src/results/run.js';
import { isStrongEnough } from '../src/results/strength.js';
import { describeChange } from './advice.js';
import { describeMismatch, describeWarning } from './describe.js';
import { ENERGY_SOURCE } from './energy.js';
import { describeFirstCause } from './explanation.js';
import { escapeMarkdown, markdownTable, strengthMarkdown, verdictMarkdown } from './markdown.js';
import { ESTIMATED, macsPerCycle, passed } from './metrics.js';
import { compact, count, decimal, ms } from './numbers.js';
import { describeStrength, strengthPercent } from './strength.js';

/** A value of a workflow command's data; GitHub reads % escapes. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
/** A value of a workflow command's property. */
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** One workflow command: "::error title=...::message". */
export const annotation = (level: 'error' | 'warning' | 'notice', title: string, message: string): string =>
  `::${level} title=${property(title)}::${data(message)}`;

/** A finding of the sanitizer as an error. */
export const findingAnnotation = (finding: Finding, program: string): string =>
  annotation(
    'error',
    `${program}: ${FINDING_KINDS[finding.kind]}`,
    `${finding.what} (${finding.first.at}). ${finding.fix}`,
  );

/** "::error" lines for what differs, was found or is weaker than asked for, and "::warning" lines for what stays on the host; print them on stdout in an Action. */
export function renderAnnotations(doc: ResultDocument): string {
  const lines = doc.models.flatMap(({ run, verdicts, strength, findings = [] }) => [
    ...findings.map((finding) => findingAnnotation(finding, run.model)),
    ...verdicts.flatMap((verdict) =>
      verdict.tensors
        .filter((tensor) => tensor.differing > 0)
        .map((tensor) =>
          annotation('error', `${run.model} run ${verdict.run} differs`, describeMismatch(tensor)),
        ),
    ),
    ...(strength === undefined || isStrongEnough(strength)
      ? []
      : [annotation('error', `${run.model}: the test is weaker than asked for`, describeStrength(strength))]),
    ...verdicts.flatMap((verdict) => {
      const cause = describeFirstCause(verdict.explanation);
      return cause === undefined ? [] : [annotation('error', `${run.model} run ${verdict.run}: why`, cause)];
    }),
    ...run.warnings.map((warning) => annotation('warning', run.model, describeWarning(warning))),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

const strengthCell = ({ strength }: ModelResult): string =>
  strength === undefined ? '' : `${isStrongEnough(strength) ? '' : '❌ '}${strengthPercent(strength)}`;

/** Microjoules an inference with their range, and MACs a joule; empty for a result of an earlier release. */
const energyCells = ({ totals: { energy: e } }: RunResult): string[] =>
  e === undefined
    ? ['', '']
    : [`${e.microjoules.toFixed(2)} (${e.least.toFixed(2)}..${e.most.toFixed(2)})`, compact(e.macsPerJoule)];

/** Confirmed changes of a network, if any. */
function adviceSummary({ run, advice }: ModelResult): string[] {
  const changes =
    advice?.layers.flatMap((l) => l.changes.map((c) => `${l.layer}: ${describeChange(c)}`)) ?? [];
  if (changes.length === 0) return [];
  return [
    `#### What to change in ${escapeMarkdown(run.model)}`,
    '',
    ...changes.map((c) => `- ${escapeMarkdown(c)}`),
    '',
  ];
}

/** The step summary (append it to the file that GITHUB_STEP_SUMMARY names): a model a row, and what differs. */
export function renderStepSummary(doc: ResultDocument): string {
  const measured = doc.models.some(({ strength }) => strength !== undefined);
  const powered = doc.models.some(({ run }) => run.totals.energy !== undefined);
  const rows = doc.models.map((result) => {
    const { run } = result;
    const ok = passed(result);
    return [
      escapeMarkdown(run.model),
      ok === undefined ? 'not verified' : ok ? '✅ exact' : '❌ differs',
      count(run.totals.totalCycles),
      ms(run.totals.totalCycles, run.hardware.chip.clockHz),
      decimal(macsPerCycle(run.totals)),
      ...(powered ? energyCells(run) : []),
      count(run.memory.l2),
      count(run.warnings.length),
      ...(measured ? [strengthCell(result)] : []),
    ];
  });
  const sets = [...new Set(doc.models.map(({ run }) => run.hardware.name))]
    .map((name) => `\`${name}\``)
    .join(', ');
  const failed = doc.models.filter((result) => passed(result) === false);
  return [
    `### diana-sim ${doc.command}`,
    '',
    ...markdownTable(
      [
        ['model', 'left'],
        ['verdict', 'left'],
        ['cycles', 'right'],
        ['ms', 'right'],
        ['MAC/cycle', 'right'],
        ...(powered ? [['uJ', 'right'] as const, ['MAC/J', 'right'] as const] : []),
        ['peak L2 bytes', 'right'],
        ['warnings', 'right'],
        ...(measured ? [['strength', 'right'] as const] : []),
      ],
      rows,
    ),
    '',
    `Cycles and milliseconds are ${ESTIMATED}; parameter set ${sets}.${powered ? ` Energy is ${escapeMarkdown(ENERGY_SOURCE)}.` : ''}`,
    '',
    ...failed.flatMap((result) => [
      `#### ${escapeMarkdown(result.run.model)}`,
      '',
      ...verdictMarkdown(result),
      '',
    ]),
    ...doc.models.flatMap(adviceSummary),
    ...doc.models
      .filter(({ strength }) => !isStrongEnough(strength))
      .flatMap((result) => [`#### ${escapeMarkdown(result.run.model)}`, '', ...strengthMarkdown(result), '']),
  ].join('\n');
}
