import type { Chart, ChartConfiguration, ChartType, Plugin, TitleOptions } from 'chart.js';

/** Family name of the font that this package brings along: pictures look the same where no font is installed. */
export const FONT = 'Diana Report Sans';

/** Pixels of the picture for each unit of the chart: sharp in print. */
export const SCALE = 2;

/** What follows of one chart type's configuration, without what `chartSpec` sets. */
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

/** A chart for Chart.js on any canvas: Node's (draw.ts) or a page's. */
export interface ChartSpec {
  readonly config: ChartConfiguration;
  /** Units of the chart; a picture has `SCALE` times as many pixels. */
  readonly width: number;
  readonly height: number;
}

/** A chart in its frame. */
export function chartSpec<T extends ChartType, D>(drawing: Drawing<T, D>, frame: Frame): ChartSpec {
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
  return { config, width: frame.width, height: frame.height };
}
