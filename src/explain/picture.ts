import type { DifferencePicture } from '../results/explanation.js';
import type { Suspect } from './suspect.js';

/** Cells a channel's plane is drawn in at most, along each axis. */
const MOST_CELLS = 16;
const MOST_CHANNELS = 64;

/** A coarse picture of where a layer's tensor is wrong; undefined for a tensor that is no image of channels or was never made. */
export function pictureOf(s: Suspect): DifferencePicture | undefined {
  const { expected, actual } = s.faulty;
  const shape = expected.shape;
  if (actual === undefined || s.wrong.length === 0 || shape[0] !== 1 || shape.length > 4 || shape.length < 2)
    return undefined;
  // The elements of a vector are drawn as one channel in lines of 16.
  const vector = shape.length < 4;
  const all = shape.reduce((n, d) => n * d, 1);
  const columns = vector ? Math.min(16, all) : shape[3]!;
  const rows = vector ? Math.ceil(all / columns) : shape[2]!;
  const channels = vector ? 1 : shape[1]!;
  const cellRows = Math.ceil(rows / MOST_CELLS);
  const cellColumns = Math.ceil(columns / MOST_CELLS);
  const drawn: { channel: number; cells: string[] }[] = [];
  for (let k = 0; k < channels; k++) {
    let any = false;
    const cells: string[] = [];
    for (let y = 0; y < rows; y += cellRows) {
      let line = '';
      for (let x = 0; x < columns; x += cellColumns) {
        let wrong = 0;
        let saturated = 0;
        for (let dy = y; dy < Math.min(rows, y + cellRows); dy++)
          for (let dx = x; dx < Math.min(columns, x + cellColumns); dx++) {
            const i = (k * rows + dy) * columns + dx;
            if (i >= all || Object.is(expected.data[i], actual.data[i])) continue;
            wrong++;
            if (actual.data[i] === 127 || actual.data[i] === -128) saturated++;
          }
        line += wrong === 0 ? '.' : saturated === wrong ? 's' : 'x';
        any ||= wrong > 0;
      }
      cells.push(line);
    }
    if (any && drawn.length < MOST_CHANNELS) drawn.push({ channel: k, cells });
  }
  const starts = (of: (t: (typeof s.layer.tiles)[number]) => number): number[] =>
    [...new Set(s.layer.tiles.map(of))].filter((v) => v > 0).sort((a, b) => a - b);
  const image = !vector && s.layer.operators[0] !== 'add';
  return {
    cellRows,
    cellColumns,
    channels: drawn,
    channelsLeftOut: channels - drawn.length,
    tileRows: image ? starts((t) => t.y.lo) : [],
    tileColumns: image ? starts((t) => t.x.lo) : [],
  };
}
