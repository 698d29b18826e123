import type { Cause, DifferencePicture, Explanation, LayerExplanation } from '../src/results/explanation.js';
import { count, plural } from './numbers.js';

/** "3 layers differ, 1 is at fault, 2 follow from it". */
export function describeIsolation({ differing, atFault, following }: Explanation): string {
  const faults = `${atFault.length} ${atFault.length === 1 ? 'is' : 'are'} at fault`;
  if (differing.length === 0)
    return atFault.length === 1 ? '1 layer is at fault' : `${plural(atFault.length, 'layer')} are at fault`;
  const differ = `${plural(differing.length, 'layer')} differ${differing.length === 1 ? 's' : ''}`;
  if (following.length === 0) return `${differ}, ${faults}`;
  return `${differ}, ${faults}, ${following.length} follow${following.length === 1 ? 's' : ''} from ${atFault.length === 1 ? 'it' : 'them'}`;
}

/** "cause: ...; with `zero_padding` ... the layer is exact (evidence)", or "consistent with: ...". */
export const describeCause = ({ claim, evidence, proof }: Cause): string =>
  proof === undefined
    ? `consistent with: ${claim} (${evidence})`
    : `cause: ${claim}; with ${proof} the layer is exact (${evidence})`;

/** "conv1 (%4) is at fault: 12 of 40 elements differ with the reference's inputs". */
export function describeFault(layer: LayerExplanation): string {
  const name = layer.layer === layer.tensor ? layer.layer : `${layer.layer} (${layer.tensor})`;
  return layer.refused === undefined
    ? `${name} is at fault: with the reference's inputs ${count(layer.differing)} of ${plural(layer.elements, 'element')} differ`
    : `${name} is at fault: the chip refuses it with the reference's inputs, too`;
}

/** The first layer at fault with its best cause in one line, for messages; undefined where nothing is known. */
export function describeFirstCause(explanation: Explanation | undefined): string | undefined {
  const layer = explanation?.atFault[0];
  const cause = layer?.causes[0];
  return layer === undefined || cause === undefined ? undefined : `${layer.layer}: ${describeCause(cause)}`;
}

/** What the cells of a picture stand for. */
export const cellText = (p: DifferencePicture): string =>
  `a cell is ${p.cellRows} x ${p.cellColumns} elements: . equal, x wrong, s wrong and saturated; | and - where tiles begin`;

/** The first channels of a picture in characters, side by side within `columns`. */
export function pictureLines(p: DifferencePicture, columns: number): string[] {
  const rowBreaks = new Set(p.tileRows.map((r) => Math.floor(r / p.cellRows)));
  const columnBreaks = new Set(p.tileColumns.map((c) => Math.floor(c / p.cellColumns)));
  const plane = (cells: readonly string[]): string[] =>
    cells.flatMap((line, y) => {
      const text = [...line].map((c, x) => (columnBreaks.has(x) ? `|${c}` : c)).join('');
      return rowBreaks.has(y) ? ['-'.repeat(text.length), text] : [text];
    });
  const first = plane(p.channels[0]?.cells ?? []);
  const width = Math.max(first[0]?.length ?? 1, 4) + 2;
  const beside = Math.max(1, Math.floor(columns / width));
  const shown = p.channels.slice(0, beside);
  const planes = shown.map(({ channel, cells }) => [`#${channel}`, ...plane(cells)]);
  return Array.from({ length: first.length + 1 }, (_, y) =>
    planes
      .map((lines) => (lines[y] ?? '').padEnd(width))
      .join('')
      .trimEnd(),
  );
}
