import { createCanvas } from '@napi-rs/canvas';
import type { LayerExplanation } from '../../src/results/explanation.js';
import { drawnPicture, PICTURE_LEGEND } from '../difference-picture.js';
import { describeFault } from '../explanation.js';
import { registerFonts } from './draw.js';
import { INK } from './palette.js';
import { FONT } from './spec.js';

const MARGIN = 14;
const HEAD = 44;
const SCALE = 2;

/** The picture of one layer's difference as a PNG file; undefined where it has none. */
export function drawDifference(layer: LayerExplanation): Uint8Array | undefined {
  if (layer.picture === undefined) return undefined;
  registerFonts();
  const { width, height, rectangles, labels } = drawnPicture(layer.picture);
  const full = Math.max(width, 620) + 2 * MARGIN;
  const canvas = createCanvas(full * SCALE, (height + HEAD + 2 * MARGIN) * SCALE);
  const ctx = canvas.getContext('2d');
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = '#ffffff';
  ctx.fillRect(0, 0, full, height + HEAD + 2 * MARGIN);
  ctx.fillStyle = INK;
  ctx.font = `bold 12px "${FONT}"`;
  ctx.fillText(describeFault(layer), MARGIN, MARGIN + 10, full - 2 * MARGIN);
  ctx.font = `10px "${FONT}"`;
  ctx.fillText(PICTURE_LEGEND, MARGIN, MARGIN + 26);
  ctx.translate(MARGIN, HEAD);
  for (const r of rectangles) {
    ctx.fillStyle = r.colour;
    ctx.fillRect(r.x, r.y, r.width, r.height);
  }
  ctx.fillStyle = INK;
  ctx.font = `9px "${FONT}"`;
  for (const l of labels) ctx.fillText(l.text, l.x, l.y);
  return canvas.toBuffer('image/png');
}
