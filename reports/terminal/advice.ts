import type { Advice } from '../../src/results/advice.js';
import { describeAdvised, describeChange, describeTogether } from '../advice.js';
import { ESTIMATED } from '../metrics.js';
import { count } from '../numbers.js';
import { wrapText } from './sections.js';
import { type Style, style } from './style.js';

export interface AdviceOptions {
  readonly columns?: number;
  readonly colour?: boolean;
}

/** Layer by layer what bounds it, and the changes that a compile confirmed; nothing where there is no advice. */
export function adviceLines(advice: Advice | undefined, columns: number, s: Style): string[] {
  if (advice === undefined) return [];
  const together = describeTogether(advice);
  return [
    ...advice.layers.flatMap((l, i) => [
      ...(i === 0 ? [] : ['']),
      s.bold(describeAdvised(l, advice)),
      ...l.bounds.flatMap((b) => wrapText(b, columns, '  ', '    ')),
      ...l.changes.flatMap((c) => wrapText(describeChange(c), columns, '  -> ', '     ').map(s.good)),
    ]),
    ...(together === undefined ? [] : ['', ...wrapText(together, columns, '', '  ').map(s.bold)]),
  ];
}

/** The advice as text of its own. */
export function renderAdvice(advice: Advice, options: AdviceOptions = {}): string {
  const columns = options.columns ?? 100;
  const s = style(options.colour ?? false);
  const lines = [
    ...wrapText(`${advice.model}: ${count(advice.totalCycles)} cycles`, columns, '', '  ').map(s.bold),
    ...wrapText(`${ESTIMATED}; parameter set ${advice.parameterSet}; layers above 2 % of the run`, columns),
    '',
    ...adviceLines(advice, columns, s),
  ];
  return `${lines.join('\n')}\n`;
}
