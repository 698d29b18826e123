import { useRef } from 'preact/hooks';
import { shapeLabel } from '../../reports/metrics.js';
import type { LayerResult, TileExtent } from '../../src/results/run.js';
import { PictureButtons } from '../parts/picture-buttons.js';
import { Scroll } from '../parts/scroll.js';

/** Units that output and input take at most. */
const WIDTH = 900;
/** More tiles than this are not drawn. */
const DRAWN = 1500;

interface Geometry {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

/** Kernel, strides and padding from a layer's details ("3x3 s2,2 p1,1"); undefined where it has none. */
function geometryOf(detail: string): Geometry | undefined {
  const m = /(\d+)x(\d+) s(\d+),(\d+) p(\d+),(\d+)/.exec(detail)?.slice(1).map(Number);
  if (m === undefined) return undefined;
  const [ky = 1, kx = 1, sy = 1, sx = 1, py = 0, px = 0] = m;
  return { kernel: [ky, kx], stride: [sy, sx], padding: [py, px] };
}

const span = (r: { lo: number; hi: number }, k: number, s: number, p: number, n: number) => ({
  lo: Math.max(0, r.lo * s - p),
  hi: Math.min(n, (r.hi - 1) * s - p + k),
});

const text = (r: { lo: number; hi: number }): string => `${r.lo}..${r.hi - 1}`;
const sizeOf = (shape: readonly number[] | undefined): readonly [k: number, y: number, x: number] => [
  shape?.[1] ?? shape?.[0] ?? 1,
  shape?.[2] ?? 1,
  shape?.[3] ?? 1,
];

/** The distinct groups of channels that tiles make, in order. */
const groupsOf = (tiling: readonly TileExtent[]): { lo: number; hi: number }[] => [
  ...new Map(tiling.map((t) => [text(t.k), t.k])).values(),
];

/**
 * The output in tiles, a plane for each group of channels, beside the input with what the chosen tile reads: its own rows and the halo that
 * neighbours read, too.
 */
export function TilePicture({
  layer,
  tile,
  onTile,
  name,
}: {
  layer: LayerResult;
  tile: number;
  onTile: (tile: number) => void;
  name: string;
}) {
  const svg = useRef<SVGSVGElement>(null);
  const tiling = (layer.tiling ?? []).slice(0, DRAWN);
  const vector = layer.output.length < 4 || layer.operators[0] === 'add';
  const extent = vector ? Math.max(1, ...tiling.map((t) => Math.max(t.k.hi, t.x.hi))) : 0;
  const [, rows, columns] = sizeOf(layer.output);
  const [, inRows, inColumns] = sizeOf(layer.inputs[0]);
  const groups = vector ? [{ lo: 0, hi: 1 }] : groupsOf(tiling);
  const scale = vector ? 640 / extent : Math.max(1.2, Math.min(10, 170 / Math.max(rows, columns)));
  const [w, h] = vector ? [640, 40] : [columns * scale, rows * scale];
  const inScale = Math.max(1.2, Math.min(10, 170 / Math.max(inRows, inColumns)));
  const geometry = vector ? undefined : geometryOf(layer.detail);
  // The input stands at the right, where it has room beside the planes of the output.
  const side = geometry === undefined ? 0 : inColumns * inScale + 24;
  const perRow = Math.max(1, Math.floor((WIDTH - side) / (w + 16)));
  const chosen = tiling[tile];
  const top = Math.ceil(groups.length / perRow) * (h + 26);
  const read =
    geometry === undefined || chosen === undefined
      ? undefined
      : {
          y: span(chosen.y, geometry.kernel[0], geometry.stride[0], geometry.padding[0], inRows),
          x: span(chosen.x, geometry.kernel[1], geometry.stride[1], geometry.padding[1], inColumns),
        };
  const used = Math.min(perRow, groups.length) * (w + 16);
  const width = used + side + 8;
  const height = Math.max(top, geometry === undefined ? 0 : inRows * inScale + 24);
  return (
    <figure class="tiles">
      <Scroll>
        <svg
          ref={svg}
          class="drawing"
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="group"
          aria-label={`Tiles of the output ${shapeLabel(layer.output)}`}
        >
          {groups.map((group, g) => {
            const x0 = 4 + (g % perRow) * (w + 16);
            const y0 = 16 + Math.floor(g / perRow) * (h + 26);
            return (
              <g key={text(group)} transform={`translate(${x0} ${y0})`}>
                <text y="-4" class="line">
                  {vector ? `elements 0..${extent - 1}` : `channels ${text(group)}`}
                </text>
                {tiling.map((t, i) => {
                  if (!vector && text(t.k) !== text(group)) return null;
                  const r = vector
                    ? {
                        x: Math.min(t.k.lo || t.x.lo, t.x.lo || t.k.lo) * scale,
                        y: 0,
                        width: Math.max(t.k.hi - t.k.lo, t.x.hi - t.x.lo) * scale,
                        height: h,
                      }
                    : {
                        x: t.x.lo * scale,
                        y: t.y.lo * scale,
                        width: (t.x.hi - t.x.lo) * scale,
                        height: (t.y.hi - t.y.lo) * scale,
                      };
                  return (
                    <g key={i} class={i === tile ? 'tile chosen' : 'tile'} onPointerEnter={() => onTile(i)}>
                      <rect {...r} />
                      {r.width > 18 && r.height > 11 && (
                        <text
                          x={r.x + r.width / 2}
                          y={r.y + r.height / 2 + 4}
                          text-anchor="middle"
                          class="line"
                        >
                          {i}
                        </text>
                      )}
                    </g>
                  );
                })}
              </g>
            );
          })}
          {geometry !== undefined && (
            <g transform={`translate(${used + 12} 16)`}>
              <text y="-4" class="line">
                input {shapeLabel(layer.inputs[0] ?? [])}: tile {Math.max(0, tile)}
              </text>
              <rect class="tile-plane" width={inColumns * inScale} height={inRows * inScale} />
              {read !== undefined && (
                <rect
                  class="tile-read"
                  x={read.x.lo * inScale}
                  y={read.y.lo * inScale}
                  width={(read.x.hi - read.x.lo) * inScale}
                  height={(read.y.hi - read.y.lo) * inScale}
                />
              )}
              {chosen !== undefined && (
                <rect
                  class="tile-own"
                  x={chosen.x.lo * geometry.stride[1] * inScale}
                  y={chosen.y.lo * geometry.stride[0] * inScale}
                  width={Math.min(inColumns, (chosen.x.hi - chosen.x.lo) * geometry.stride[1]) * inScale}
                  height={Math.min(inRows, (chosen.y.hi - chosen.y.lo) * geometry.stride[0]) * inScale}
                />
              )}
            </g>
          )}
        </svg>
      </Scroll>
      <figcaption class="faint">
        {chosen === undefined
          ? `${tiling.length} tiles; point at one, or at a job below.`
          : `Tile ${tile}: channels ${text(chosen.k)}, rows ${text(chosen.y)}, columns ${text(chosen.x)}${read === undefined ? '' : `; reads input rows ${text(read.y)}, columns ${text(read.x)} (dashed: without halo)`}.`}{' '}
        <label>
          tile{' '}
          <input
            class="short"
            type="number"
            min="0"
            max={tiling.length - 1}
            value={Math.max(0, tile)}
            onInput={(e) => onTile(Number(e.currentTarget.value))}
          />
        </label>
      </figcaption>
      <PictureButtons svg={svg} name={name} />
    </figure>
  );
}
