import { useEffect, useRef } from 'preact/hooks';
import { CHART_NAMES, CHARTS, type ChartName } from '../../reports/charts/all.js';
import type { RunResult } from '../../src/results/run.js';
import { save } from '../parts/save.js';
import { Scroll } from '../parts/scroll.js';
import { useStore } from '../state/store.js';

/** One of the report's charts on a canvas of the page; Chart.js is loaded when the first one is shown. */
function ChartPicture({ name, run }: { name: ChartName; run: RunResult }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { chart, alt } = CHARTS[name];
  useEffect(() => {
    let destroy = (): void => {};
    let wanted = true;
    void import('chart.js/auto').then(({ Chart }) => {
      if (!wanted || canvas.current === null) return;
      Chart.defaults.font.family = 'system-ui, sans-serif';
      const { config, width, height } = chart(run);
      canvas.current.width = width;
      canvas.current.height = height;
      const drawn = new Chart(canvas.current, config);
      // Chart.js fixes the size in units; the page's own width decides.
      canvas.current.style.width = '100%';
      canvas.current.style.height = 'auto';
      destroy = () => drawn.destroy();
    });
    return () => {
      wanted = false;
      destroy();
    };
  }, [chart, run]);
  const savePng = (): void =>
    canvas.current?.toBlob((blob) => blob && save(`${run.model}-${name}.png`, 'image/png', blob));
  return (
    <div>
      <Scroll>
        <canvas ref={canvas} role="img" aria-label={alt} />
      </Scroll>
      <p class="tools">
        <button type="button" onClick={savePng} aria-label={`Save PNG: ${alt}`}>
          Save PNG
        </button>
      </p>
    </div>
  );
}

/** The charts of the report. */
export function ChartsView() {
  const { document } = useStore();
  return (
    <>
      {document?.models.map(({ run }) => (
        <section key={run.model}>
          <h2>{run.model}: charts</h2>
          <div class="charts">
            {CHART_NAMES.map((name) => (
              <ChartPicture key={name} name={name} run={run} />
            ))}
          </div>
        </section>
      ))}
    </>
  );
}
