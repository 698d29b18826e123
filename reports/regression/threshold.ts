import { UserError } from '../../src/base/errors.js';
import { count } from '../numbers.js';

/** The figures that a comparison judges; more is worse for each. */
export const METRICS = [
  'cycles',
  'macs',
  'jobs',
  'bytes',
  'l2',
  'l1',
  'weight-memory',
  'missed-faults',
  'energy',
] as const;
export type Metric = (typeof METRICS)[number];

/** What each figure is, for tables and the help. */
export const METRIC_TEXT: Readonly<Record<Metric, string>> = {
  cycles: 'estimated cycles',
  macs: 'MACs issued',
  jobs: 'jobs of the core',
  bytes: 'bytes moved by the core',
  l2: 'peak L2 bytes',
  l1: 'peak L1 bytes',
  'weight-memory': 'peak weight memory bytes',
  'missed-faults': 'planted faults that the test misses',
  energy: 'estimated microjoules',
};

/** A figure of a metric as text: microjoules with two digits behind the point, everything else whole. */
export const figureText = (metric: Metric, n: number): string =>
  metric === 'energy' ? n.toFixed(2) : count(n);

/** "+1,240", "-0.12", "0": by how much a figure moved. */
export const signedFigure = (metric: Metric, n: number): string =>
  n === 0 ? '0' : `${n > 0 ? '+' : '-'}${figureText(metric, Math.abs(n))}`;

/** How much more is allowed: a share of the old value, or an absolute amount. */
export interface Threshold {
  readonly text: string;
  readonly amount: number;
  readonly relative: boolean;
}

/**
 * "0", "+2%", "1.5 %", "+1000": parses what a user wrote for `option`; throws a UserError for anything else.
 *
 * @example
 * const twoPercent = parseThreshold('+2%', 'cycles');
 */
export function parseThreshold(text: string, option: string): Threshold {
  const match = /^\+?(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  if (match === null)
    throw new UserError(
      `${option} is "${text}"; must be an increase such as 0, +2% or +1000 (never negative).`,
    );
  return { text: text.trim(), amount: Number(match[1]), relative: match[2] === '%' };
}

/** The largest value that is still allowed after `before`. */
export const allowed = (before: number, { amount, relative }: Threshold): number =>
  relative ? before * (1 + amount / 100) : before + amount;

export type Thresholds = Readonly<Record<Metric, Threshold>>;

const everywhere = (threshold: Threshold): Thresholds =>
  Object.fromEntries(METRICS.map((metric) => [metric, threshold])) as Record<Metric, Threshold>;

/** Every figure may rise: what layers may do unless they are asked for, since the totals judge. */
export const ANY_INCREASE: Thresholds = everywhere({
  text: 'any',
  amount: Number.POSITIVE_INFINITY,
  relative: false,
});
/** No figure may rise but energy, which follows from cycles by reason: a limit of those would not hold if it had one of its own unasked. */
export const NO_INCREASE: Thresholds = {
  ...everywhere({ text: '0', amount: 0, relative: false }),
  energy: ANY_INCREASE.energy,
};
