import { annotation } from '../../../reports/github.js';
import { stableJson } from '../../../reports/json.js';
import {
  type ComparisonDocument,
  FAIL_ON,
  type FailOn,
  failures,
} from '../../../reports/regression/comparison.js';
import { describeStatuses } from '../../../reports/regression/describe.js';
import { renderComparisonHtml } from '../../../reports/regression/html.js';
import { renderComparisonMarkdown } from '../../../reports/regression/markdown.js';
import { renderComparisonTable } from '../../../reports/regression/table.js';
import {
  METRICS,
  type Metric,
  NO_INCREASE,
  parseThreshold,
  type Thresholds,
} from '../../../reports/regression/threshold.js';
import { UserError } from '../../base/errors.js';
import { type CompareBaselinesOptions, compareBaselines } from '../../library/baseline.js';
import { writeFileAtomic } from '../../node/atomic-write.js';
import { readBaselines } from '../../node/baseline-file.js';
import { appendStepSummary, inGitHubActions, printComparison } from '../output.js';

export interface CompareArguments {
  readonly baseline: string;
  readonly current: string;
  readonly format: string;
  readonly output: string | undefined;
  readonly failOn: string;
  readonly limits: Readonly<Partial<Record<Metric, string>>>;
  readonly layerCycles: string | undefined;
  readonly allowParameters: boolean;
  readonly allowMissing: boolean;
}

const RENDERERS = {
  table: (doc: ComparisonDocument) => renderComparisonTable(doc),
  markdown: renderComparisonMarkdown,
  json: stableJson,
  html: renderComparisonHtml,
} as const;
export const COMPARE_FORMATS = Object.keys(RENDERERS) as (keyof typeof RENDERERS)[];

function optionsOf(args: CompareArguments): CompareBaselinesOptions {
  const thresholds = Object.fromEntries(
    METRICS.map((metric) => {
      const text = args.limits[metric];
      return [metric, text === undefined ? NO_INCREASE[metric] : parseThreshold(text, `--max-${metric}`)];
    }),
  ) as Record<Metric, Thresholds[Metric]>;
  const layers = args.layerCycles;
  return {
    thresholds,
    ...(layers !== undefined && { layerCycles: parseThreshold(layers, '--max-layer-cycles') }),
    allowParameters: args.allowParameters,
    allowMissing: args.allowMissing,
  };
}

function choice<T extends string>(text: string, names: readonly T[], option: string): T {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new UserError(`${option} is "${text}"; must be one of ${names.join(', ')}.`);
  return found;
}

/** The command `compare`. Resolves to the exit status: 0, or 1 where the check fails. */
export function compare(args: CompareArguments): number {
  const format = choice(args.format, COMPARE_FORMATS, '--format');
  const failOn: FailOn = choice(args.failOn, FAIL_ON, '--fail-on');
  const options = optionsOf(args);
  const current = readBaselines(args.current);
  const doc = compareBaselines(readBaselines(args.baseline), current, options);
  if (args.output !== undefined) writeFileAtomic(args.output, RENDERERS[format](doc));
  if (args.output !== undefined || format === 'table') printComparison(doc);
  else process.stdout.write(RENDERERS[format](doc));
  appendStepSummary(renderComparisonMarkdown(doc));
  const failed = failures(doc, failOn);
  if (failed.length === 0) return 0;
  if (inGitHubActions()) {
    const models = failed.map(({ model }) => model).join(', ');
    process.stdout.write(
      `${annotation('error', 'diana-sim compare', `${describeStatuses(doc.models)} (${models})`)}\n`,
    );
  }
  const gone = failed.filter(({ status }) => status === 'vanished');
  const sources = new Map(current.map(({ model, source }) => [model, source ?? model]));
  const moved = failed.filter(({ status }) => status !== 'vanished').map(({ model }) => sources.get(model));
  if (moved.length > 0)
    process.stderr.write(
      `If this is intended, record it: diana-sim baseline ${moved.join(' ')} -o ${args.baseline}\n`,
    );
  if (gone.length > 0)
    process.stderr.write(
      'Models are missing: delete their baselines, or pass --allow-missing for a part of them.\n',
    );
  return 1;
}
