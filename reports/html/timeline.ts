import { REASONS, type Reason, type RunResult } from '../../src/results/run.js';
import { REASON_COLOUR } from '../charts/palette.js';
import { layerLabel, REASON_ORDER, REASON_TEXT } from '../metrics.js';
import { type Html, html, jsonScript } from './tags.js';

/** The rows of the timeline, below the one of layers. */
const ROWS: readonly { readonly name: string; readonly reasons: readonly Reason[] }[] = [
  { name: 'host', reasons: ['host', 'launch', 'tileLoop'] },
  { name: 'copies', reasons: ['copyIn', 'copyOut'] },
  { name: 'weights', reasons: ['weights', 'instructions'] },
  { name: 'compute', reasons: ['compute'] },
];

/**
 * The slices as the page's script reads them: an array a slice (start, cycles, reason, layer, tile or -1, step, label,
 * fields or 0), labels and field lists by their index, since most repeat.
 */
function timelineData(run: RunResult): unknown {
  const labels: string[] = [];
  const fields: string[] = [];
  const index = (list: string[], known: Map<string, number>, value: string): number => {
    const at = known.get(value) ?? list.push(value) - 1;
    known.set(value, at);
    return at;
  };
  const labelIndex = new Map<string, number>();
  const fieldIndex = new Map<string, number>();
  const describe = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
  return {
    clockHz: run.hardware.chip.clockHz,
    rows: ROWS.map(({ name }) => name),
    reasons: REASONS.map((reason) => ({
      label: REASON_TEXT[reason].label,
      colour: REASON_COLOUR[reason],
      row: ROWS.findIndex(({ reasons }) => reasons.includes(reason)),
    })),
    layers: run.layers.map((layer) => ({ id: layer.id, name: layerLabel(layer) })),
    slices: run.timeline.map((slice) => [
      slice.start,
      slice.cycles,
      REASONS.indexOf(slice.reason),
      slice.layer,
      slice.tile ?? -1,
      slice.step,
      index(labels, labelIndex, slice.label),
      slice.fields === undefined ? -1 : index(fields, fieldIndex, describe(slice.fields)),
    ]),
    labels,
    fields,
  };
}

/** The timeline of jobs: a canvas that the script draws, with zoom, a jump to a layer, and the decoded fields of a slice. */
export function timelineSection(run: RunResult, model: number): Html {
  const options = run.layers.map((layer) => html`<option value="${layer.id}">${layerLabel(layer)}</option>`);
  const legend = REASON_ORDER.filter((reason) => run.totals.cycles[reason] > 0).map(
    (reason) =>
      html`<li><i style="background:${REASON_COLOUR[reason]}"></i>${REASON_TEXT[reason].label}</li>`,
  );
  return html`<div class="timeline" data-timeline="${model}"><div class="tools">
<button type="button" data-zoom="2">zoom in</button><button type="button" data-zoom="0.5">zoom out</button><button type="button" data-zoom="0">whole run</button>
<label>layer <select data-jump><option value="">all</option>${options}</select></label></div>
<div class="scroll" tabindex="0"><canvas tabindex="0" aria-label="Timeline of jobs: arrow keys move, plus and minus zoom"></canvas></div>
<ul class="legend">${legend}</ul>
<p class="slice faint" aria-live="polite">Point at or tap a slice to see its job; drag to move, Ctrl and wheel to zoom.</p></div>
${jsonScript(`timeline-${model}`, timelineData(run))}`;
}
