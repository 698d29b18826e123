import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart } from 'chart.js/auto';
import { INK } from './palette.js';
import { type ChartSpec, FONT, SCALE } from './spec.js';

let registered = false;
/** Makes the font known to the canvas, once. */
export function registerFonts(): void {
  if (registered) return;
  const require = createRequire(import.meta.url);
  for (const weight of ['400', '700']) {
    const file = `@fontsource/dejavu-sans/files/dejavu-sans-latin-${weight}-normal.woff2`;
    if (GlobalFonts.register(readFileSync(require.resolve(file)), FONT) === null)
      throw new Error(`cannot register the font ${file}`);
  }
  Chart.defaults.font.family = `"${FONT}"`;
  Chart.defaults.color = INK;
  registered = true;
}

/** The PNG file of a chart. */
export function drawChart({ config, width, height }: ChartSpec): Uint8Array {
  registerFonts();
  const canvas = createCanvas(width * SCALE, height * SCALE);
  // Chart.js sets the canvas to width x height times the ratio; it starts from these.
  canvas.width = width;
  canvas.height = height;
  const chart = new Chart(canvas as never, config);
  const png = canvas.toBuffer('image/png');
  chart.destroy();
  return png;
}
