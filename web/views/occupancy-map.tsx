import { useRef } from 'preact/hooks';
import { GROUPS } from '../../reports/charts/occupancy.js';
import { layerLabel } from '../../reports/metrics.js';
import { count, kibibytes } from '../../reports/numbers.js';
import type { BufferLife, RunResult } from '../../src/results/run.js';
import { PictureButtons } from '../parts/picture-buttons.js';

const WIDTH = 900;
const HEIGHT = 240;
const LEFT = 106;

const colourOf = (b: BufferLife): string =>
  GROUPS.find(({ roles }) => (roles as readonly string[]).includes(b.role))?.colour ??
  GROUPS[GROUPS.length - 1]!.colour;

/** One memory over the run: time to the right, addresses upwards, a box a buffer. */
export function OccupancyMap({
  run,
  memory,
  cycle,
  onCycle,
}: {
  run: RunResult;
  memory: 'L1' | 'L2';
  cycle: number;
  onCycle: (cycle: number) => void;
}) {
  const svg = useRef<SVGSVGElement>(null);
  const buffers = run.buffers.filter((b) => b.memory === memory && b.bytes > 0);
  if (buffers.length === 0)
    return <p class="faint">The run keeps nothing in {memory} from one layer to the next.</p>;
  const low = Math.min(...buffers.map((b) => b.address));
  const high = Math.max(...buffers.map((b) => b.address + b.bytes));
  const end = Math.max(1, run.totals.totalCycles);
  const x = (c: number): number => LEFT + ((WIDTH - LEFT) * Math.min(end, c)) / end;
  const y = (address: number): number => HEIGHT - ((HEIGHT - 6) * (address - low)) / (high - low);
  const live = buffers.filter((b) => b.from <= cycle && cycle <= b.to);
  const toCycle = (event: PointerEvent): void => {
    const box = svg.current?.getBoundingClientRect();
    if (box === undefined) return;
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    onCycle(Math.round(Math.max(0, Math.min(end, ((at - LEFT) / (WIDTH - LEFT)) * end))));
  };
  const layer = run.layers.find((l) => {
    const own = run.timeline.filter((s) => s.layer === l.id);
    const last = own.at(-1);
    return (
      own[0] !== undefined && last !== undefined && own[0].start <= cycle && cycle <= last.start + last.cycles
    );
  });
  return (
    <figure class="occupancy">
      <svg
        ref={svg}
        class="drawing"
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 20}`}
        role="img"
        aria-label={`${memory} over the run: ${buffers.length} buffers`}
        onPointerDown={toCycle}
        onPointerMove={(e) => {
          if (e.buttons === 1) toCycle(e);
        }}
      >
        <rect class="tile-plane" x={LEFT} y={0} width={WIDTH - LEFT} height={HEIGHT} />
        {buffers.map((b, i) => (
          <rect
            key={i}
            class={live.includes(b) ? 'buffer live' : 'buffer'}
            x={x(b.from)}
            y={y(b.address + b.bytes)}
            width={Math.max(1, x(b.to) - x(b.from))}
            height={Math.max(0.6, y(b.address) - y(b.address + b.bytes))}
            fill={colourOf(b)}
          >
            <title>{`${b.name}: ${b.role}, ${count(b.bytes)} bytes at 0x${b.address.toString(16)}`}</title>
          </rect>
        ))}
        <line class="now" x1={x(cycle)} x2={x(cycle)} y1={0} y2={HEIGHT} />
        <text class="line" x="2" y="12">
          {kibibytes(high - low)}
        </text>
        <text class="line" x="2" y={HEIGHT}>
          {memory} 0x{low.toString(16)}
        </text>
        <text class="line" x={LEFT} y={HEIGHT + 15}>
          cycle 0
        </text>
        <text class="line" x={WIDTH} y={HEIGHT + 15} text-anchor="end">
          {count(end)}
        </text>
      </svg>
      <figcaption class="faint">
        {memory} at cycle {count(cycle)}
        {layer === undefined ? '' : ` (${layerLabel(layer)})`}: {count(live.reduce((n, b) => n + b.bytes, 0))}{' '}
        bytes in {live.length} buffers, the largest:{' '}
        {[...live]
          .sort((a, b) => b.bytes - a.bytes)
          .slice(0, 4)
          .map((b) => `${b.name} (${kibibytes(b.bytes)})`)
          .join(', ') || 'none'}
        .
      </figcaption>
      <PictureButtons svg={svg} name={`${run.model}-${memory}-map`} />
    </figure>
  );
}
