import type { DifferencePicture } from '../src/results/explanation.js';
import { FAINT, INK, OKABE_ITO } from './charts/palette.js';

/** Pixels of a cell, and between planes. */
const CELL = 8;
const GAP = 14;
/** Pixels that a row of planes takes at most. */
const WIDTH = 720;

const COLOUR: Readonly<Record<string, string>> = {
  '.': FAINT,
  x: OKABE_ITO.vermilion,
  s: OKABE_ITO.blue,
};

/** One rectangle of a picture of a difference. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
}

/** A picture as what SVG and canvas both draw; pixels. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly rectangles: readonly Rectangle[];
  readonly labels: readonly { readonly x: number; readonly y: number; readonly text: string }[];
}

/** Channels as small multiples with the grid of tiles over them, in colours that colour-blind people tell apart. */
export function drawnPicture(p: DifferencePicture): Drawn {
  const rows = p.channels[0]?.cells.length ?? 0;
  const columns = p.channels[0]?.cells[0]?.length ?? 0;
  const [width, height] = [columns * CELL, rows * CELL];
  const beside = Math.max(1, Math.min(p.channels.length, Math.floor(WIDTH / (width + GAP))));
  const rectangles: Rectangle[] = [];
  const labels: { x: number; y: number; text: string }[] = [];
  p.channels.forEach(({ channel, cells }, i) => {
    const x0 = (i % beside) * (width + GAP);
    const y0 = Math.floor(i / beside) * (height + 2 * GAP) + GAP;
    labels.push({ x: x0, y: y0 - 3, text: `channel ${channel}` });
    cells.forEach((line, y) => {
      // A run of one colour is one rectangle.
      for (let x = 0; x < line.length; ) {
        let end = x;
        while (end < line.length && line[end] === line[x]) end++;
        rectangles.push({
          x: x0 + x * CELL,
          y: y0 + y * CELL,
          width: (end - x) * CELL,
          height: CELL,
          colour: COLOUR[line[x]!] ?? INK,
        });
        x = end;
      }
    });
    for (const r of p.tileRows)
      rectangles.push({ x: x0, y: y0 + (r / p.cellRows) * CELL, width, height: 1, colour: INK });
    for (const c of p.tileColumns)
      rectangles.push({ x: x0 + (c / p.cellColumns) * CELL, y: y0, width: 1, height, colour: INK });
  });
  return {
    width: beside * (width + GAP),
    height: Math.ceil(p.channels.length / beside) * (height + 2 * GAP) + GAP,
    rectangles,
    labels,
  };
}

/** What the colours mean. */
export const PICTURE_LEGEND =
  'grey: equal, orange: wrong, blue: wrong and saturated; lines: where tiles begin';
