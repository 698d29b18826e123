import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../sim/isa/parameters.js';
import { RESULT_FORMAT, RESULT_VERSION, type ResultDocument } from '../../src/results/document.js';
import { ratesOf } from '../../src/results/rates.js';
import {
  type BufferLife,
  type BytesMoved,
  type CyclesByReason,
  type LayerResult,
  REASONS,
  type RunResult,
  type RunTotals,
  type TileExtent,
  type TimelineSlice,
} from '../../src/results/run.js';
import type { TensorComparison, Verdict } from '../../src/results/verdict.js';

/**
 * A result document of ResNet-8 shaped like a real one. The renderers' tests own these figures: they follow the cycle
 * model's formulas loosely (one tile a layer but the first three), and no test of the simulator reads them.
 */
interface Spec {
  readonly layer?: string;
  readonly operators: readonly string[];
  readonly c: number;
  readonly k: number;
  readonly side: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly tiles?: number;
}

const CONV = ['qnn.conv2d', 'nn.bias_add', 'right_shift', 'clip', 'cast'];
const SUM = ['add', 'right_shift', 'clip', 'cast'];

const RESNET8: readonly Spec[] = [
  { operators: ['layout_transform'], c: 3, k: 3, side: 32, kernel: 0 },
  { layer: 'conv1', operators: CONV, c: 3, k: 16, side: 32, kernel: 3, tiles: 2 },
  { layer: 'stack1_conv1', operators: CONV, c: 16, k: 16, side: 32, kernel: 3, tiles: 2 },
  { layer: 'stack1_conv2', operators: CONV, c: 16, k: 16, side: 32, kernel: 3, tiles: 2 },
  { layer: 'stack1_add', operators: SUM, c: 16, k: 16, side: 32, kernel: 0 },
  { layer: 'stack2_conv1', operators: CONV, c: 16, k: 32, side: 16, kernel: 3, stride: 2 },
  { layer: 'stack2_conv2', operators: CONV, c: 32, k: 32, side: 16, kernel: 3 },
  { layer: 'stack2_shortcut', operators: CONV, c: 16, k: 32, side: 16, kernel: 1, stride: 2 },
  { layer: 'stack2_add', operators: SUM, c: 32, k: 32, side: 16, kernel: 0 },
  { layer: 'stack3_conv1', operators: CONV, c: 32, k: 64, side: 8, kernel: 3, stride: 2 },
  { layer: 'stack3_conv2', operators: CONV, c: 64, k: 64, side: 8, kernel: 3 },
  { layer: 'stack3_shortcut', operators: CONV, c: 32, k: 64, side: 8, kernel: 1, stride: 2 },
  { layer: 'stack3_add', operators: SUM, c: 64, k: 64, side: 8, kernel: 0 },
  {
    operators: ['layout_transform', 'cast', 'nn.avg_pool2d', 'cast', 'reshape'],
    c: 64,
    k: 64,
    side: 1,
    kernel: 0,
  },
  { layer: 'dense', operators: ['nn.dense', ...CONV.slice(1)], c: 64, k: 12, side: 1, kernel: 1 },
  { operators: ['cast', 'nn.softmax'], c: 12, k: 12, side: 1, kernel: 0 },
];

const isHost = (spec: Spec): boolean =>
  spec.operators[0] === 'layout_transform' || spec.operators[0] === 'cast';
const isSum = (spec: Spec): boolean => spec.operators[0] === 'add';
const pitch = (columns: number): number => Math.ceil(columns / 16) * 16;
const noCycles = (): Record<(typeof REASONS)[number], number> =>
  Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<(typeof REASONS)[number], number>;

/** Compute cycles of one tile, and bytes in, out and of weights. */
function tileCost(
  spec: Spec,
  hw: HardwareParameters,
): { compute: number; in: number; out: number; weights: number } {
  const rows = spec.side / (spec.tiles ?? 1);
  const blocks = Math.ceil(spec.k / 16) * Math.ceil(spec.side / 16) * rows;
  const stride = spec.stride ?? 1;
  const plane = rows * stride * pitch(spec.side * stride);
  const out = Math.ceil(spec.k / 16) * 16 * rows * pitch(spec.side);
  if (isSum(spec)) return { compute: 3 * (out / 16) + hw.cycles.sumOverhead, in: 2 * out, out, weights: 0 };
  if (spec.operators[0] === 'nn.dense')
    return { compute: spec.c / 16 + hw.cycles.fcBlockOverhead, in: 64, out: 32, weights: spec.c * 16 + 256 };
  const taps = spec.c * spec.kernel;
  return {
    compute:
      blocks * (taps * (spec.kernel + hw.cycles.convCyclesPerChannelRow) + hw.cycles.convBlockOverhead),
    in: spec.c * plane,
    out,
    weights: taps * spec.kernel * Math.ceil(spec.k / 16) * 16 + 4 * spec.k,
  };
}

function coreSlices(spec: Spec, layer: number, start: number, hw: HardwareParameters): TimelineSlice[] {
  const slices: TimelineSlice[] = [];
  let now = start;
  const cost = tileCost(spec, hw);
  for (let tile = 0; tile < (spec.tiles ?? 1); tile++) {
    const push = (
      reason: TimelineSlice['reason'],
      cycles: number,
      label: string,
      fields?: Record<string, number>,
    ) => {
      slices.push({
        start: now,
        cycles,
        reason,
        layer,
        tile,
        step: slices.length,
        label,
        ...(fields && { fields }),
      });
      now += cycles;
    };
    const copy = (bytes: number): number => hw.cycles.copySetup + bytes / hw.cycles.bytesPerCycle;
    push('tileLoop', hw.cycles.tileLoop, `tile ${tile}`);
    push('copyIn', copy(cost.in), 'copy input', { MEMCPY_N: cost.in / 4, L1ADDR: 0 });
    push('launch', hw.cycles.launch, 'launch');
    push('instructions', 20, 'load instructions');
    if (cost.weights > 0) push('weights', cost.weights / hw.cycles.bytesPerCycle, 'load weights');
    const fields = {
      mode: isSum(spec) ? 3 : 1,
      c: spec.c,
      k: spec.k,
      fx: spec.kernel,
      fy: spec.kernel,
      oy: spec.side,
    };
    push('compute', cost.compute, `compute ${spec.operators[0]}`, fields);
    push('copyOut', copy(cost.out), 'copy output', { MEMCPY_N: cost.out / 4, L1ADDR: 0 });
  }
  return slices;
}

const hostSlices = (spec: Spec, layer: number, start: number): TimelineSlice[] => [
  {
    start,
    cycles: 100 + spec.c * spec.side * spec.side * 12,
    reason: 'host',
    layer,
    step: 0,
    label: spec.operators.join('+'),
  },
];

const shapeOf = (spec: Spec): number[] => (spec.side === 1 ? [1, spec.k] : [1, spec.k, spec.side, spec.side]);

const tilingOf = (spec: Spec, tiles: number): TileExtent[] =>
  Array.from({ length: tiles }, (_, i) => ({
    k: { lo: 0, hi: spec.k },
    y: { lo: (i * spec.side) / tiles, hi: ((i + 1) * spec.side) / tiles },
    x: { lo: 0, hi: spec.side },
  }));

function makeLayer(
  spec: Spec,
  id: number,
  slices: readonly TimelineSlice[],
  hw: HardwareParameters,
): LayerResult {
  const cycles = noCycles();
  for (const slice of slices) cycles[slice.reason] += slice.cycles;
  const tiles = spec.tiles ?? 1;
  const cost = tileCost(spec, hw);
  const host = isHost(spec);
  const macs = host || isSum(spec) ? 0 : spec.c * spec.k * spec.kernel ** 2 * spec.side ** 2;
  const elements = spec.k * spec.side ** 2;
  const stride = spec.stride ?? 1;
  const totalCycles = slices.reduce((sum, slice) => sum + slice.cycles, 0);
  return {
    id,
    name: `tvmgen_default_${host ? 'fused' : 'soma_dory_main'}_${host ? spec.operators.join('_').replaceAll('nn.', 'nn_') : id}`,
    ...(spec.layer !== undefined && { layer: spec.layer }),
    operators: spec.operators,
    target: host ? 'host' : 'digital',
    inputs: [[1, spec.c, spec.side * stride, spec.side * stride]],
    output: shapeOf(spec),
    outputDtype: spec.operators.includes('nn.softmax') ? 'float32' : 'int8',
    detail:
      host || isSum(spec) || spec.side === 1 ? '' : `${spec.kernel}x${spec.kernel} s${stride},${stride} >>4`,
    tensor: `%${id}`,
    tiles: host ? 0 : tiles,
    ...(!host && { tiling: tilingOf(spec, tiles) }),
    jobs: host ? { copies: 0, compute: 0 } : { copies: (isSum(spec) ? 3 : 2) * tiles, compute: tiles },
    usefulMacs: macs,
    issuedMacs: host || isSum(spec) ? 0 : Math.max(macs, 256 * Math.ceil(macs / 256)),
    cycles,
    totalCycles,
    ...ratesOf(macs, totalCycles, 260_000_000),
    bytes: {
      l2ToL1: host ? 0 : cost.in * tiles,
      l1ToL2: host ? 0 : cost.out * tiles,
      weights: host ? 0 : cost.weights * tiles,
      instructions: host ? 0 : 320 * tiles,
      hostRead: host ? elements : 0,
      hostWritten: host ? elements : 0,
    },
    overflows: 0,
    checksum: `${id}`.padStart(2, '0').repeat(32),
  };
}

const BYTES = ['l2ToL1', 'l1ToL2', 'weights', 'instructions', 'hostRead', 'hostWritten'] as const;

export function totalsOf(layers: readonly LayerResult[]): RunTotals {
  const sum = (pick: (layer: LayerResult) => number): number =>
    layers.reduce((n, layer) => n + pick(layer), 0);
  return {
    cycles: Object.fromEntries(REASONS.map((r) => [r, sum((l) => l.cycles[r])])) as CyclesByReason,
    totalCycles: sum((l) => l.totalCycles),
    ...ratesOf(
      sum((l) => l.usefulMacs),
      sum((l) => l.totalCycles),
      260_000_000,
    ),
    jobs: { copies: sum((l) => l.jobs.copies), compute: sum((l) => l.jobs.compute) },
    tiles: sum((l) => l.tiles),
    usefulMacs: sum((l) => l.usefulMacs),
    issuedMacs: sum((l) => l.issuedMacs),
    bytes: Object.fromEntries(BYTES.map((b) => [b, sum((l) => l.bytes[b])])) as unknown as BytesMoved,
    overflows: 0,
  };
}

function buffersOf(layers: readonly LayerResult[], timeline: readonly TimelineSlice[]): BufferLife[] {
  const end = timeline.reduce((t, s) => Math.max(t, s.start + s.cycles), 0);
  const buffers: BufferLife[] = [
    { name: 'weights', memory: 'L2', role: 'weights', address: 0x1c010000, bytes: 81_920, from: 0, to: end },
  ];
  layers.forEach((layer, i) => {
    const own = timeline.filter((slice) => slice.layer === layer.id);
    const next = timeline.filter((slice) => slice.layer === Math.min(layers.length - 1, i + 1)).at(-1);
    const bytes = layer.output.reduce((n, d) => n * d, 1);
    const from = own[0]?.start ?? 0;
    const to = (next?.start ?? 0) + (next?.cycles ?? 0);
    const address = 0x1c024000 + (i % 2) * 0x8000;
    buffers.push({ name: layer.tensor ?? '', memory: 'L2', role: 'activation', address, bytes, from, to });
    if (layer.target === 'digital')
      buffers.push({
        name: `${layer.tensor} tile`,
        memory: 'L1',
        role: 'activation',
        address: 0,
        bytes,
        from,
        to,
      });
  });
  return buffers;
}

/** A run of ResNet-8 with the default parameters, or with `hardware`. */
export function resnet8Run(hardware: HardwareParameters = DEFAULT_PARAMETERS): RunResult {
  const timeline: TimelineSlice[] = [];
  const layers: LayerResult[] = [];
  let now = 0;
  RESNET8.forEach((spec, id) => {
    const slices = isHost(spec) ? hostSlices(spec, id, now) : coreSlices(spec, id, now, hardware);
    now = slices.reduce((t, slice) => Math.max(t, slice.start + slice.cycles), now);
    layers.push(makeLayer(spec, id, slices, hardware));
    timeline.push(...slices.map((slice, i) => ({ ...slice, step: timeline.length + i })));
  });
  return {
    model: 'resnet8',
    target: 'soma_dory, c',
    hardware,
    layers,
    totals: totalsOf(layers),
    memory: {
      l2: 148_992,
      l2Limit: 458_752,
      l1: 65_536,
      l1Limit: 262_144,
      weightMemory: 37_120,
      weightMemoryLimit: 65_536,
    },
    warnings: [
      {
        operator: 'nn.avg_pool2d',
        layer: 'pool',
        attribute: 'operator',
        value: 'nn.avg_pool2d',
        supported: 'qnn.conv2d, nn.conv2d, nn.dense and add with a requantizing tail',
      },
    ],
    outputs: { output: 'ab'.repeat(32) },
    timeline,
    buffers: buffersOf(layers, timeline),
  };
}

/** The comparison of a run in which every held tensor is exact. */
export function exactVerdict(run: RunResult, number = 0): Verdict {
  const tensors = run.layers.map((layer, i): TensorComparison => {
    const elements = layer.output.reduce((n, d) => n * d, 1);
    return {
      tensor: layer.tensor ?? '',
      ...(layer.layer !== undefined && { layer: layer.layer }),
      operator: layer.operators[0] ?? '',
      where: layer.target,
      shape: layer.output,
      dtype: layer.outputDtype,
      elements,
      differing: 0,
      ...(layer.outputDtype === 'float32' && { tolerance: 'within 2 ulp' }),
      saturated: Math.floor((elements * (i % 7)) / 60),
      zero: Math.floor((elements * (i % 5)) / 10),
    };
  });
  return { model: run.model, backend: 'wasm', seed: '0', run: number, tensors, notHeld: 34, ok: true };
}

/** The same with one tensor that differs: `stack2_conv1`, 12 elements. */
export function differingVerdict(run: RunResult, number = 0): Verdict {
  const exact = exactVerdict(run, number);
  const tensors = exact.tensors.map((tensor) =>
    tensor.layer !== 'stack2_conv1'
      ? tensor
      : {
          ...tensor,
          differing: 12,
          first: {
            coordinates: [0, 3, 15, 2],
            expected: -7,
            actual: 9,
            step: 40,
            layer: 'stack2_conv1',
            tile: 0,
            writer: 'copy output channels 0..16, rows 0..16',
          },
        },
  );
  return { ...exact, tensors, ok: false };
}

/** What a command over `runs` would write. */
export const documentOf = (
  runs: readonly RunResult[],
  verdicts: (run: RunResult) => readonly Verdict[] = () => [],
): ResultDocument => ({
  format: RESULT_FORMAT,
  version: RESULT_VERSION,
  generator: 'diana-sim 0.2.0',
  command: runs.some((run) => verdicts(run).length > 0) ? 'verify' : 'simulate',
  models: runs.map((run) => ({ run, verdicts: verdicts(run) })),
});

/** ResNet-8, verified exactly. */
export const verifiedResnet8 = (): ResultDocument => documentOf([resnet8Run()], (run) => [exactVerdict(run)]);
