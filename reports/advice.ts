import type { Advice } from '../src/results/advice.js';
import { ESTIMATED } from './metrics.js';
import { count, percent } from './numbers.js';
import { wrapText } from './terminal/sections.js';
import { type Style, style } from './terminal/style.js';

export interface AdviceOptions {
  readonly columns?: number;
  readonly colour?: boolean;
}

/** The advice as text: layer by layer what bounds it, and the changes that a compile confirmed. */
export function renderAdvice(advice: Advice, options: AdviceOptions = {}): string {
  const columns = options.columns ?? 100;
  const s: Style = style(options.colour ?? false);
  const lines = [
    ...wrapText(`${advice.model}: ${count(advice.totalCycles)} cycles`, columns, '', '  ').map(s.bold),
    ...wrapText(`${ESTIMATED}; parameter set ${advice.parameterSet}; layers above 2 % of the run`, columns),
    ...advice.layers.flatMap((l) => [
      '',
      s.bold(`${l.layer} (${l.where}): ${count(l.cycles)} cycles, ${percent(l.cycles, advice.totalCycles)}`),
      ...l.bounds.flatMap((b) => wrapText(b, columns, '  ', '    ')),
      ...l.changes.flatMap((c) =>
        wrapText(
          `${count(c.gain)} cycles less: ${c.what}. Outputs: ${c.outputs}.`,
          columns,
          '  -> ',
          '     ',
        ).map(s.good),
      ),
    ]),
  ];
  const { together } = advice;
  if (together !== undefined)
    lines.push(
      '',
      ...wrapText(
        `Together: ${together.what}: ${count(together.totalCycles)} cycles, ${count(together.gain)} (${percent(together.gain, advice.totalCycles)}) less.`,
        columns,
        '',
        '  ',
      ).map(s.bold),
    );
  return `${lines.join('\n')}\n`;
}
