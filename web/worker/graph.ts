import { kernelFunctions } from '../../src/codegen/network/kernels.js';
import { childrenOf, type Expr } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { formKernels } from '../../src/passes/kernels.js';
import { type CompileChoices, type Model, type Partitioned, type Program, partition } from './library.js';

/** How an edge says in which layout its tensor lies. */
const LAYOUT_WORDS = { dense: '', core: ', core layout', analog: ', pixels' } as const;

/** A node of a picture of the network. */
export interface GraphNode {
  readonly id: string;
  readonly title: string;
  /** The layer's number in the program; absent before partitioning, and for inputs. */
  readonly layer?: number;
  /** The layer's name in the model: what both pictures of a network have in common. */
  readonly name?: string;
  readonly where: 'digital' | 'analog' | 'host' | 'transform' | 'input' | 'operator' | 'output';
  readonly lines: readonly string[];
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Shape and dtype, and the layout where it is one of the cores'. */
  readonly label: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const shapeOf = (e: Expr): string =>
  e.type.kind === 'tensor' ? `${e.type.shape.join('x') || 'scalar'} ${e.type.dtype}` : 'tuple';

const shortOp = (op: string): string => op.replace(/^(qnn|nn)\./, '');

/** The network as it was given: an operator a node. Constants and parameters are no nodes. */
export function graphOfModel(model: Model): Graph {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const ids = new Map<Expr, string>();
  for (const e of postOrder(model.main.body)) {
    if (e.kind === 'constant' || (e.kind === 'var' && model.params.has(e.name))) continue;
    const id = `o${ids.size}`;
    ids.set(e, id);
    const label = 'label' in e ? e.label : {};
    const title =
      e.kind === 'var'
        ? e.name
        : e.kind === 'call'
          ? shortOp(e.op)
          : e.kind === 'tuple'
            ? 'tuple'
            : e.kind.replaceAll('_', ' ');
    nodes.push({
      id,
      title,
      ...(e.kind === 'var' ? { name: e.name } : label.layer === undefined ? {} : { name: label.layer }),
      where: e.kind === 'var' ? 'input' : 'operator',
      lines: [label.layer, label.tensor].filter((t): t is string => t !== undefined),
    });
    for (const from of new Set(childrenOf(e))) {
      const source = ids.get(from);
      if (source !== undefined) edges.push({ from: source, to: id, label: shapeOf(from) });
    }
  }
  return { nodes, edges };
}

const cut = (text: string): string => (text.length <= 40 ? text : `${text.slice(0, 37)}...`);

const titleOf = (program: Program, layer: number): string => {
  const l = program.manifest.layers[layer]!;
  return l.layer ?? shortOp(l.operators[0] ?? l.name);
};

function layerNode(program: Program, layer: number, transform: boolean): GraphNode {
  const l = program.manifest.layers[layer]!;
  return {
    id: `l${layer}`,
    title: titleOf(program, layer),
    layer,
    ...(l.layer === undefined ? {} : { name: l.layer }),
    where: transform ? 'transform' : l.target,
    // A layer of the core is named by its first operator, as in every report; the rest is its requantization.
    lines: [
      l.target !== 'host' ? shortOp(l.operators[0] ?? '') : cut(l.operators.map(shortOp).join(' ')),
      l.detail,
    ].filter((t) => t !== '' && !(transform && t.startsWith('reshape'))),
  };
}

/** The network as the compiler laid it out: a layer a node, with its inputs; edges from the compiler's own graph. */
export function graphOfLayers(parts: Partitioned, program: Program, choices: CompileChoices): Graph {
  const { laidOut } = parts;
  const kernels = formKernels(laidOut, choices.fuse ?? true);
  const producer = new Map<Expr, string>();
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const e of postOrder(laidOut.main.body))
    if (e.kind === 'var') {
      producer.set(e, `i${producer.size}`);
      nodes.push({ id: producer.get(e)!, title: e.name, name: e.name, where: 'input', lines: [shapeOf(e)] });
    }
  kernels.forEach((kernel, i) => {
    const id = `l${i}`;
    nodes.push(layerNode(program, i, kernel.kind === 'transform'));
    const made: readonly Expr[] =
      kernel.kind === 'accelerator'
        ? [kernel.call]
        : kernel.kind === 'transform'
          ? [kernel.to]
          : kernel.calls;
    const own = new Set<Expr>(made);
    const read = kernel.kind === 'transform' ? [kernel.from] : made.flatMap((e) => childrenOf(e));
    for (const from of sources(read, own)) {
      const source = producer.get(from);
      const layout = LAYOUT_WORDS[laidOut.layouts.get(from) ?? 'dense'];
      if (source !== undefined && !edges.some((x) => x.from === source && x.to === id))
        edges.push({ from: source, to: id, label: `${shapeOf(from)}${layout}` });
    }
    for (const e of made) producer.set(e, id);
  });
  return { nodes, edges };
}

/** What is read of values outside `own`, tuples opened. */
function sources(read: readonly Expr[], own: ReadonlySet<Expr>): Set<Expr> {
  const found = new Set<Expr>();
  const open = [...read];
  for (let e = open.pop(); e !== undefined; e = open.pop()) {
    if (own.has(e) || e.kind === 'constant') continue;
    if (e.kind === 'tuple' || e.kind === 'tuple_get_item') open.push(...childrenOf(e));
    else found.add(e);
  }
  return found;
}

/** The layers of a program without its model: edges by the buffers that they read and write; what stays in L1 comes from the layer before. */
export function graphOfProgram(program: Program): Graph {
  const { buffers } = program.manifest;
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const producer = new Map<number | null, string>();
  for (const b of buffers)
    if (b.role === 'input') {
      producer.set(b.id, `b${b.id}`);
      nodes.push({
        id: `b${b.id}`,
        title: b.name,
        where: 'input',
        lines: [`${b.shape.join('x')} ${b.dtype}`],
      });
    }
  kernelFunctions(program).forEach((f, i) => {
    nodes.push(layerNode(program, i, f.layer.detail.startsWith('to the ')));
    f.inputs.forEach((id, n) => {
      const from = producer.get(id);
      const buffer = id === null ? undefined : buffers[id];
      const shape = buffer?.shape ?? f.layer.inputs[n] ?? [];
      const layout = buffer === undefined ? ', in L1' : LAYOUT_WORDS[buffer.layout];
      if (from !== undefined)
        edges.push({ from, to: `l${i}`, label: `${shape.join('x')} ${buffer?.dtype ?? 'int8'}${layout}` });
    });
    for (const id of f.outputs) producer.set(id, `l${i}`);
  });
  return { nodes, edges };
}

/** Both pictures of a model: as it was given, and laid out for the chip. */
export function graphsOf(
  model: Model,
  program: Program,
  choices: CompileChoices,
): { before: Graph; after: Graph } {
  return { before: graphOfModel(model), after: graphOfLayers(partition(model, choices), program, choices) };
}
