import type { Explanation } from '../../src/results/explanation.js';
import { cellText, describeCause, describeFault, describeIsolation, pictureLines } from '../explanation.js';
import { wrapText } from './sections.js';
import type { Style } from './style.js';

/** Why a run differs: layers at fault, their causes, a coarse picture of each difference. */
export function explanationLines(explanation: Explanation, columns: number, style: Style): string[] {
  const lines = [style.bold(`Why: ${describeIsolation(explanation)}.`)];
  for (const layer of explanation.atFault) {
    lines.push(...wrapText(describeFault(layer), columns, '  ', '    '));
    for (const cause of layer.causes) {
      const text = wrapText(describeCause(cause), columns, '    ', '      ');
      lines.push(...(cause.proof === undefined ? text : text.map((line) => style.notice(line))));
    }
    if (layer.picture === undefined) continue;
    lines.push(...wrapText(cellText(layer.picture), columns, '    ', '      ').map(style.dim));
    lines.push(...pictureLines(layer.picture, columns - 4).map((line) => `    ${line}`.trimEnd()));
    const { channelsLeftOut } = layer.picture;
    if (channelsLeftOut > 0)
      lines.push(style.dim(`    ${channelsLeftOut} other channels are equal or left out`));
  }
  return lines;
}
