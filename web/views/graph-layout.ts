import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import type { Graph, GraphEdge, GraphNode } from '../worker/graph.js';

export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge extends GraphEdge {
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
}

/** A graph with places; units are those of its text. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const LINE = 15;
const CHARACTER = 7;
const widthOf = ({ title, lines }: GraphNode): number =>
  Math.max(90, 24 + CHARACTER * Math.max(title.length, ...lines.map((l) => 0.85 * l.length)));

let elk: InstanceType<typeof ELK> | undefined;

/** Places a graph from top to bottom, in elkjs's own worker. */
export async function layOut(graph: Graph): Promise<Layout> {
  elk ??= new ELK({ workerUrl: new URL('elk/elk-worker.min.js', document.baseURI).href });
  const root: ElkNode = {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.edgeRouting': 'POLYLINE',
      'elk.layered.spacing.nodeNodeBetweenLayers': '38',
      'elk.spacing.nodeNode': '28',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    },
    children: graph.nodes.map((n) => ({ id: n.id, width: widthOf(n), height: 26 + LINE * n.lines.length })),
    edges: graph.edges.map((e, i) => ({
      id: `e${i}`,
      sources: [e.from],
      targets: [e.to],
      labels: [{ text: e.label, width: 6.2 * e.label.length + 6, height: 13 }],
    })),
  };
  const placed = await elk.layout(root);
  const at = new Map(placed.children?.map((c) => [c.id, c]));
  return {
    width: placed.width ?? 0,
    height: placed.height ?? 0,
    nodes: graph.nodes.map((n) => {
      const { x = 0, y = 0, width = 0, height = 0 } = at.get(n.id) ?? {};
      return { ...n, x, y, width, height };
    }),
    edges: graph.edges.map((e, i) => {
      const edge = placed.edges?.[i];
      const section = edge?.sections?.[0];
      const points =
        section === undefined ? [] : [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
      const label = edge?.labels?.[0];
      return {
        ...e,
        path: points.map((p, n) => `${n === 0 ? 'M' : 'L'}${p.x} ${p.y}`).join(''),
        labelX: (label?.x ?? 0) + 5,
        labelY: (label?.y ?? 0) + 10,
      };
    }),
  };
}
