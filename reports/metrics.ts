import type { ModelResult } from '../src/results/document.js';
import type { BytesMoved, LayerResult, Reason, RunResult } from '../src/results/run.js';
import type { TensorComparison, Verdict } from '../src/results/verdict.js';

/** The words that stand beside every figure of time. */
export const ESTIMATED = 'estimated by the cycle model, not measured';

/** What each reason is called, and what its cycles went into. */
export const REASON_TEXT: Readonly<Record<Reason, { readonly label: string; readonly doc: string }>> = {
  compute: { label: 'compute', doc: 'the PE array works' },
  copyIn: { label: 'copy in', doc: 'activations from L2 to L1' },
  copyOut: { label: 'copy out', doc: 'activations from L1 to L2' },
  weights: { label: 'weights', doc: 'weights from L2 to the weight memory' },
  instructions: { label: 'instructions', doc: 'configuration and instruction words from L2' },
  launch: { label: 'launch', doc: 'register writes, trigger and poll of jobs' },
  tileLoop: { label: 'tile loop', doc: 'the host program steps to the next tile' },
  host: { label: 'host', doc: 'kernels on the RISC-V host core' },
};

/** The order in which people read the reasons: useful work first. */
export const REASON_ORDER: readonly Reason[] = [
  'compute',
  'weights',
  'copyIn',
  'copyOut',
  'instructions',
  'launch',
  'tileLoop',
  'host',
];

/** "conv1", or the function's name without the prefix that every function has. */
export const layerLabel = (layer: LayerResult): string =>
  layer.layer ?? layer.name.replace(/^tvmgen_default_/, '');

/** "conv2d 3x3" (stride 2: "conv2d 3x3/2"; depthwise: "dw conv2d 3x3"), "cast+avg_pool2d": the operator that names an accelerator call, all operators of a host kernel. */
export function operatorLabel(layer: LayerResult): string {
  // A layout transform: what it is for says more than reshape, reverse, reshape.
  if (layer.detail.startsWith('to the ')) return layer.detail.replace('the analog core', 'analog core');
  const short = layer.operators.map((op) => op.replace(/^(qnn|nn)\./, ''));
  if (layer.target === 'host') return short.join('+');
  const [, depthwise, kernel, stride] = /^(?:analog )?(depthwise )?(\d+x\d+) s(\d+)/.exec(layer.detail) ?? [];
  if (kernel === undefined) return short[0] ?? '';
  return `${depthwise === undefined ? '' : 'dw '}${short[0]} ${kernel}${stride === '1' ? '' : `/${stride}`}`;
}

/** "16x32x32": the shape without the batch of 1. */
export const shapeLabel = (shape: readonly number[]): string =>
  (shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape).join('x') || 'scalar';

export const jobCount = (item: { readonly jobs: { copies: number; compute: number } }): number =>
  item.jobs.copies + item.jobs.compute;

/** Useful multiply-accumulates a cycle. */
export const macsPerCycle = (item: { usefulMacs: number; totalCycles: number }): number =>
  item.totalCycles === 0 ? 0 : item.usefulMacs / item.totalCycles;

/** `macsPerCycle` in percent of the array's peak. */
export const percentOfPeak = ({ utilization }: { readonly utilization: number }): number => 100 * utilization;

/** Bytes that the core's jobs move, all paths together; host kernels' reads and writes are not among them. */
export const coreBytes = (bytes: BytesMoved): number =>
  bytes.l2ToL1 + bytes.l1ToL2 + bytes.weights + bytes.instructions;

/** The comparisons of one layer's output over all runs, added up; elements of all runs. */
export interface LayerVerdict {
  readonly elements: number;
  readonly differing: number;
  readonly saturated: number;
  readonly zero: number;
  /** Set where values may be off a little and still count as equal. */
  readonly tolerance?: string;
}

const concerns = (tensor: TensorComparison, layer: LayerResult): boolean =>
  layer.tensor !== undefined
    ? tensor.tensor === layer.tensor
    : tensor.layer !== undefined && (tensor.layer === layer.layer || tensor.layer === layer.name);

/** Nothing where no run compared the layer's output. */
export function layerVerdict(verdicts: readonly Verdict[], layer: LayerResult): LayerVerdict | undefined {
  const found = verdicts.flatMap((verdict) => verdict.tensors.filter((tensor) => concerns(tensor, layer)));
  if (found.length === 0) return undefined;
  const sum = (pick: (tensor: TensorComparison) => number): number =>
    found.reduce((total, tensor) => total + pick(tensor), 0);
  const tolerance = found.find((tensor) => tensor.tolerance !== undefined)?.tolerance;
  return {
    ...(tolerance !== undefined && { tolerance }),
    elements: sum((t) => t.elements),
    differing: sum((t) => t.differing),
    saturated: sum((t) => t.saturated),
    zero: sum((t) => t.zero),
  };
}

/** Whether a model passed: undefined where it was not verified. */
export const passed = (result: ModelResult): boolean | undefined =>
  result.verdicts.length === 0
    ? undefined
    : result.verdicts.every((verdict) => verdict.ok) && (result.soc ?? []).every((run) => run.ok);

/** The memories with their peak use and limit in bytes. */
export const memoryRows = (run: RunResult): readonly { name: string; peak: number; limit: number }[] => [
  { name: 'L2', peak: run.memory.l2, limit: run.memory.l2Limit },
  { name: 'L1', peak: run.memory.l1, limit: run.memory.l1Limit },
  { name: 'weight memory', peak: run.memory.weightMemory, limit: run.memory.weightMemoryLimit },
];
