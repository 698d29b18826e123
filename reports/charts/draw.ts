import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import {
  Chart,
  type ChartConfiguration,
  type ChartType,
  type Plugin,
  type TitleOptions,
} from 'chart.js/auto';
import { INK } from './palette.js';

/** Family name of the font that this package brings along: pictures look the same where no font is installed. */
export const FONT = 'Diana Report Sans';

/** Pixels of the picture for each unit of the chart: sharp in print. */
const SCALE = 2;

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

/** What follows of one chart type's configuration, without what `drawChart` sets. */
export type Drawing<T extends ChartType, D> = Omit<ChartConfiguration<T, D, string>, 'options'> & {
  readonly options: NonNullable<ChartConfiguration<T, D, string>['options']>;
};

const heading = (
  text: string,
  size: number,
  weight: 'bold' | 'normal',
  bottom: number,
): Partial<TitleOptions> => ({
  display: true,
  text,
  align: 'start',
  font: { size, weight },
  padding: { top: 0, bottom },
});

const whiteGround: Plugin = {
  id: 'whiteGround',
  beforeDraw({ ctx, width, height }) {
    ctx.save();
    ctx.fillStyle = '#ffffff';
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

/**
 * A legend above the chart, in the order of the datasets: their markers, squares for bars and areas. Lines are named where
 * they run, and have no entry.
 */
export const legend = {
  position: 'top',
  align: 'start',
  labels: {
    usePointStyle: true,
    boxHeight: 9,
    sort: (a: { datasetIndex?: number }, b: { datasetIndex?: number }): number =>
      (a.datasetIndex ?? 0) - (b.datasetIndex ?? 0),
    generateLabels: (chart: Chart) =>
      chart.data.datasets.flatMap((dataset, datasetIndex) => {
        const style = chart.getDatasetMeta(datasetIndex).controller.getStyle(0, false);
        const look = dataset as { pointStyle?: string; pointBorderColor?: string };
        if (look.pointStyle === 'line') return [];
        return [
          {
            text: dataset.label ?? '',
            fillStyle: style.backgroundColor,
            strokeStyle: look.pointBorderColor ?? style.backgroundColor,
            lineWidth: look.pointBorderColor === undefined ? 0 : 1.5,
            pointStyle: (look.pointStyle ?? 'rect') as 'rect',
            datasetIndex,
          },
        ];
      }),
  },
} as const;

/** Title, the line below it, and the size in units of the chart. */
export interface Frame {
  readonly title: string;
  readonly subtitle: string;
  readonly width: number;
  readonly height: number;
}

/** The PNG file of a chart. */
export function drawChart<T extends ChartType, D>(drawing: Drawing<T, D>, frame: Frame): Uint8Array {
  registerFonts();
  const canvas = createCanvas(frame.width * SCALE, frame.height * SCALE);
  const config = {
    ...drawing,
    options: {
      ...drawing.options,
      animation: false,
      responsive: false,
      devicePixelRatio: SCALE,
      layout: { padding: { left: 14, right: 24, top: 14, bottom: 10 } },
      plugins: {
        ...drawing.options.plugins,
        title: heading(frame.title, 17, 'bold', 5),
        subtitle: heading(frame.subtitle, 11.5, 'normal', 12),
      },
    },
    plugins: [whiteGround, ...(drawing.plugins ?? [])],
  } as ChartConfiguration;
  // Chart.js sets the canvas to width x height times the ratio; it starts from these.
  canvas.width = frame.width;
  canvas.height = frame.height;
  const chart = new Chart(canvas as never, config);
  const png = canvas.toBuffer('image/png');
  chart.destroy();
  return png;
}
