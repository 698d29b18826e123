import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, percent } from '../../reports/numbers.js';
import type { RunResult } from '../../src/results/run.js';
import { PanZoom } from '../parts/pan-zoom.js';
import { PictureButtons } from '../parts/picture-buttons.js';
import { Together } from '../parts/together.js';
import { store, useAnswer, useStore } from '../state/store.js';
import type { Graph } from '../worker/graph.js';
import { type Layout, layOut, type PlacedNode } from './graph-layout.js';

/** What colours mean, with a shape beside each colour in words. */
const WHERE = {
  digital: 'digital core',
  analog: 'analog core',
  host: 'host',
  transform: 'layout transform',
  input: 'input',
  operator: 'operator',
  output: 'output',
} as const;

/** A light to dark scale by a layer's share of the dearest one, on a square root so that small layers differ, too. */
const heat = (share: number): string =>
  `color-mix(in srgb, var(--hot) ${Math.round(10 + 90 * Math.sqrt(share))}%, var(--ground))`;

function Node({
  node,
  run,
  byCycles,
  chosen,
  found,
}: {
  node: PlacedNode;
  run: RunResult | undefined;
  byCycles: boolean;
  chosen: boolean;
  found: boolean;
}) {
  const layer = node.layer === undefined ? undefined : run?.layers[node.layer];
  const most = Math.max(1, ...(run?.layers.map((l) => l.totalCycles) ?? []));
  const share = (layer?.totalCycles ?? 0) / most;
  const cycles =
    layer === undefined || run === undefined
      ? ''
      : `${count(layer.totalCycles)} cycles, ${percent(layer.totalCycles, run.totals.totalCycles)}`;
  const open = (): void => {
    if (node.layer !== undefined) store.go({ view: 'layer', layer: node.layer });
  };
  const hot = byCycles && layer !== undefined;
  const name = `${[node.title, ...node.lines].join(' ')}, ${WHERE[node.where]}${cycles === '' ? '' : `, ${cycles}`}`;
  return (
    <g
      class={`node ${node.where}${chosen ? ' chosen' : ''}${found ? ' found' : ''}`}
      transform={`translate(${node.x} ${node.y})`}
      data-node={node.id}
      aria-label={name}
      {...(node.layer === undefined
        ? { role: 'img' }
        : {
            role: 'button',
            tabindex: 0,
            onClick: open,
            onKeyDown: (e: KeyboardEvent) => {
              if (e.key === 'Enter' || e.key === ' ') {
                e.preventDefault();
                open();
              }
            },
          })}
    >
      <title>{name}</title>
      <rect
        width={node.width}
        height={node.height}
        rx={node.where === 'input' ? 12 : node.where === 'host' ? 0 : 5}
        {...(hot ? { style: { fill: heat(share) } } : {})}
      />
      <g class={hot && share > 0.3 ? 'on-dark' : ''}>
        <text x={node.width / 2} y="18" text-anchor="middle" class="title">
          {`${node.title} `}
        </text>
        {node.lines.map((line, i) => (
          <text key={line} x={node.width / 2} y={33 + 15 * i} text-anchor="middle" class="line">
            {`${line} `}
          </text>
        ))}
      </g>
    </g>
  );
}

function useLayout(graph: Graph | undefined): Layout | undefined {
  const [layout, setLayout] = useState<Layout>();
  useEffect(() => {
    let wanted = true;
    setLayout(undefined);
    if (graph !== undefined)
      layOut(graph).then(
        (l) => wanted && setLayout(l),
        (error) => store.fail(error),
      );
    return () => {
      wanted = false;
    };
  }, [graph]);
  return layout;
}

/** The middle of each layer's nodes, downwards. */
function anchorsOf(nodes: readonly PlacedNode[]): ReadonlyMap<string, number> {
  const spans = new Map<string, readonly [top: number, bottom: number]>();
  for (const { name, y, height } of nodes) {
    if (name === undefined) continue;
    const [top, bottom] = spans.get(name) ?? [y, y + height];
    spans.set(name, [Math.min(top, y), Math.max(bottom, y + height)]);
  }
  return new Map([...spans].map(([name, [top, bottom]]) => [name, (top + bottom) / 2]));
}

function Picture({
  graph,
  name,
  run,
  byCycles,
  search,
  together,
}: {
  graph: Graph | undefined;
  name: string;
  run?: RunResult | undefined;
  byCycles: boolean;
  search: string;
  together: Together;
}) {
  const layout = useLayout(graph);
  const svg = useRef<SVGSVGElement>(null);
  const { place } = useStore();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isFound = (n: PlacedNode): boolean =>
    words.length > 0 &&
    words.every((w) => `${n.title} ${n.lines.join(' ')} ${WHERE[n.where]}`.toLowerCase().includes(w));
  const first = useMemo(
    () =>
      layout?.nodes.find((n) =>
        words.length > 0 ? isFound(n) : run !== undefined && n.layer === place.layer,
      ),
    [layout, search],
  );
  const anchors = useMemo(() => anchorsOf(layout?.nodes ?? []), [layout]);
  if (layout === undefined) return <p class="faint">Laying out ...</p>;
  return (
    <>
      <PanZoom
        width={layout.width}
        height={layout.height}
        label={name}
        svgRef={svg}
        together={together}
        anchors={anchors}
        focus={first === undefined ? undefined : { ...first, key: `${search} ${first.id}` }}
      >
        <g class="edges">
          {layout.edges.map((e) => (
            <g
              key={`${e.from} ${e.to}`}
              class={e.label.includes('core layout') || e.label.includes('in L1') ? 'edge core' : 'edge'}
            >
              <path d={e.path} />
              <text x={e.labelX} y={e.labelY} class="line">
                {e.label}
              </text>
            </g>
          ))}
        </g>
        {layout.nodes.map((node) => (
          <Node
            key={node.id}
            node={node}
            run={run}
            byCycles={byCycles}
            chosen={run !== undefined && node.layer === place.layer}
            found={isFound(node)}
          />
        ))}
      </PanZoom>
      <PictureButtons svg={svg} name={name} />
    </>
  );
}

/** The network as a diagram: laid out for the chip, and as it was given. */
export function GraphView() {
  const { document, opened } = useStore();
  const [search, setSearch] = useState('');
  const [byCycles, setByCycles] = useState(false);
  const [before, setBefore] = useState(false);
  const [together] = useState(() => new Together());
  const result = opened?.kind === 'result';
  const { value, error } = useAnswer(`${opened?.name} ${store.opening} graph`, 'graphs');
  const run = document?.models[0]?.run;
  if (result)
    return <p class="notice">A result holds no network; open the network itself to see its graph.</p>;
  if (error !== undefined) return <p class="bad">{error}</p>;
  return (
    <section>
      <h2>{run?.model}: graph</h2>
      <div class="tools">
        <input
          type="search"
          aria-label="Search the graph"
          placeholder="Search: name, operator, where ..."
          value={search}
          onInput={(e) => setSearch(e.currentTarget.value)}
        />
        <label>
          <input type="checkbox" checked={byCycles} onChange={(e) => setByCycles(e.currentTarget.checked)} />{' '}
          colour by cycles
        </label>
        {value?.before !== undefined && (
          <label>
            <input type="checkbox" checked={before} onChange={(e) => setBefore(e.currentTarget.checked)} />{' '}
            also before partitioning
          </label>
        )}
      </div>
      <ul class="legend graph-legend">
        {(['digital', 'analog', 'host', 'transform', 'input'] as const)
          .filter((w) => w !== 'analog' || value?.after.nodes.some((n) => n.where === 'analog'))
          .map((w) => (
            <li key={w}>
              <i class={w} />
              {WHERE[w]}
            </li>
          ))}
        <li>thick edge: the core's layout or L1</li>
      </ul>
      <div class={before ? 'pair' : ''}>
        {before && (
          <div>
            <h3>As given</h3>
            <Picture
              graph={value?.before}
              name={`${run?.model} as given`}
              byCycles={false}
              search={search}
              together={together}
            />
          </div>
        )}
        <div>
          {before && <h3>On the chip</h3>}
          <Picture
            graph={value?.after}
            name={`${run?.model} on the chip`}
            run={run}
            byCycles={byCycles}
            search={search}
            together={together}
          />
        </div>
      </div>
    </section>
  );
}
