import type { AnalogReport } from '../../../sim/core/analog-core.js';
import type { ComputeReport, CopyReport } from '../../../sim/core/digital-core.js';
import { BANKS } from '../../../sim/isa/analog/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import type { AcceleratorJob } from '../../../sim/soc/peripherals/accelerator-job.js';
import { sha256 } from '../../base/sha256.js';
import { denseBytes, type Tensor } from '../../base/tensor.js';
import type { Layer } from '../../program/types.js';
import { ratesOf } from '../../results/rates.js';
import {
  type CyclesByReason,
  type LayerResult,
  REASONS,
  type RunResult,
  type TimelineSlice,
} from '../../results/run.js';

/** A stretch of a foreign program's run: a kernel function, or what a job sequence did where functions are not known. */
export interface Stretch {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly jobs: readonly AcceleratorJob[];
  /** What it made, where that was found in the reference. */
  readonly made?: {
    readonly tensor: string;
    readonly actual: Tensor;
    /** Where it only moved to, a layout transform or a copy: "to the core", "to the host". */
    readonly moved?: string;
  };
}

const zero = (): Record<keyof CyclesByReason, number> =>
  Object.fromEntries(REASONS.map((r) => [r, 0])) as Record<keyof CyclesByReason, number>;

/** The cycles of a stretch by reason: what its jobs took, the rest is the host's. */
function cyclesOf({ start, end, jobs }: Stretch): CyclesByReason {
  const cycles = zero();
  for (const { report, start: from, end: to } of jobs) {
    if (report.kind === 'boot') cycles.launch += to - from;
    else if (report.kind === 'compute' || report.kind === 'analog') {
      const { instructions, weights } = report.cycles;
      cycles.instructions += Math.floor(instructions);
      cycles.weights += Math.floor(weights);
      cycles.compute += to - from - Math.floor(instructions) - Math.floor(weights);
    } else cycles[report.kind] += to - from;
  }
  const core = jobs.reduce((sum, j) => sum + j.end - j.start, 0);
  cycles.host = Math.max(0, end - start - core);
  return cycles;
}

const sumBy = <T>(list: readonly T[], of: (item: T) => number): number =>
  list.reduce((sum, item) => sum + of(item), 0);

/** What the jobs that computed say of themselves. */
const computing = (jobs: readonly AcceleratorJob[]): (ComputeReport | AnalogReport)[] =>
  jobs.flatMap(({ report }) => (report.kind === 'compute' || report.kind === 'analog' ? [report] : []));

const copying = (jobs: readonly AcceleratorJob[]): CopyReport[] =>
  jobs.flatMap(({ report }) => (report.kind === 'copyIn' || report.kind === 'copyOut' ? [report] : []));

function bytesOf(jobs: readonly AcceleratorJob[]) {
  const moved = (kind: string): number => sumBy(copying(jobs), (r) => (r.kind === kind ? r.bytes : 0));
  return {
    l2ToL1: moved('copyIn'),
    l1ToL2: moved('copyOut'),
    weights: sumBy(computing(jobs), (r) => r.weightBytes),
    instructions: sumBy(computing(jobs), (r) => r.instructionBytes),
    // Loads and stores of host code are not counted one by one.
    hostRead: 0,
    hostWritten: 0,
  };
}

/** Whose layer a stretch is: the core that computed in it. */
export function coreOf(jobs: readonly AcceleratorJob[]): Layer['target'] {
  const [first] = computing(jobs);
  if (first === undefined) return 'host';
  return first.kind === 'analog' ? 'analog' : 'digital';
}

const checksum = ({ data, shape, dtype }: Tensor): string =>
  sha256(new Uint8Array(data.buffer, data.byteOffset, denseBytes(shape, dtype)));

/** A stretch as a layer of a result; `layer` is our compiler's of the same tensor, which knows what the operator needs. */
function layerResult(s: Stretch, id: number, layer: Layer | undefined, clockHz: number): LayerResult {
  const cycles = cyclesOf(s);
  const totalCycles = sumBy(REASONS, (r) => cycles[r]);
  const compute = computing(s.jobs);
  const copied = s.made?.moved !== undefined;
  const usefulMacs = copied ? 0 : (layer?.usefulMacs ?? 0);
  return {
    id,
    name: s.name,
    ...(layer?.layer === undefined ? {} : { layer: layer.layer }),
    operators:
      layer === undefined || copied ? [s.name.replace(/^tvmgen_[a-z]+_(fused_)?/, '')] : layer.operators,
    target: coreOf(s.jobs),
    inputs: copied || layer === undefined ? [] : layer.inputs,
    output: s.made?.actual.shape ?? [],
    outputDtype: s.made?.actual.dtype ?? 'int8',
    detail: s.made?.moved ?? layer?.detail ?? '',
    ...(s.made === undefined ? {} : { tensor: s.made.tensor, checksum: checksum(s.made.actual) }),
    tiles: compute.length,
    jobs: { copies: copying(s.jobs).length, compute: compute.length },
    usefulMacs,
    issuedMacs: sumBy(compute, (r) => r.issuedMacs),
    cycles,
    totalCycles,
    ...ratesOf(usefulMacs, totalCycles, clockHz),
    bytes: bytesOf(s.jobs),
    overflows: sumBy(compute, (r) => (r.kind === 'compute' ? r.overflows : 0)),
  };
}

/** How far copies fill L1; those of several banks reach into the last one. */
const l1Peak = (jobs: readonly AcceleratorJob[], l1Bytes: number): number =>
  Math.max(
    0,
    ...jobs.map(({ core, report: r }) => {
      if (r.kind !== 'copyIn') return 0;
      return core === 'analog'
        ? l1Bytes - l1Bytes / BANKS + r.l1Address + r.bytes / BANKS
        : r.l1Address + r.bytes;
    }),
  );

/** Slices of the jobs on the clock, from the first stretch on. */
function timelineOf(stretches: readonly Stretch[]): TimelineSlice[] {
  const origin = stretches[0]?.start ?? 0;
  return stretches.flatMap((s, layer) =>
    s.jobs.map(({ index, start, end, report }): TimelineSlice => {
      const slice = { start: start - origin, cycles: end - start, layer, step: index };
      if (report.kind === 'boot') return { ...slice, reason: 'launch', label: 'boot of the analog core' };
      if (report.kind === 'analog') return { ...slice, reason: 'compute', label: `job ${index}` };
      if (report.kind !== 'compute')
        return { ...slice, reason: report.kind, label: `${report.kind} of ${report.bytes} bytes` };
      const fields = report.instructions[0]?.fields;
      return {
        ...slice,
        reason: 'compute',
        label: `job ${index}`,
        ...(fields === undefined ? {} : { fields }),
      };
    }),
  );
}

/** What a foreign program did, in the form of every other run; its cycles are the SoC model's. */
export function resultOfStretches(
  model: string,
  file: string,
  stretches: readonly Stretch[],
  layers: ReadonlyMap<string, Layer>,
  hardware: HardwareParameters,
  l2Bytes: number,
  outputs: readonly string[],
): RunResult {
  const { chip } = hardware;
  const results = stretches.map((s, i) =>
    layerResult(s, i, s.made && layers.get(s.made.tensor), chip.clockHz),
  );
  const jobs = stretches.flatMap((s) => s.jobs);
  const cycles = zero();
  for (const l of results) for (const r of REASONS) cycles[r] += l.cycles[r];
  const totalCycles = sumBy(results, (l) => l.totalCycles);
  const usefulMacs = sumBy(results, (l) => l.usefulMacs);
  const bytes = results.map((l) => l.bytes);
  const total = (key: keyof (typeof bytes)[number]): number => sumBy(bytes, (b) => b[key]);
  return {
    model,
    target: file,
    hardware,
    layers: results,
    totals: {
      cycles,
      totalCycles,
      jobs: {
        copies: sumBy(results, (l) => l.jobs.copies),
        compute: sumBy(results, (l) => l.jobs.compute),
      },
      tiles: sumBy(results, (l) => l.tiles),
      usefulMacs,
      issuedMacs: sumBy(results, (l) => l.issuedMacs),
      ...ratesOf(usefulMacs, totalCycles, chip.clockHz),
      bytes: {
        l2ToL1: total('l2ToL1'),
        l1ToL2: total('l1ToL2'),
        weights: total('weights'),
        instructions: total('instructions'),
        hostRead: 0,
        hostWritten: 0,
      },
      overflows: sumBy(results, (l) => l.overflows),
    },
    memory: {
      l2: l2Bytes,
      l2Limit: chip.l2Bytes,
      l1: l1Peak(jobs, chip.l1Bytes),
      l1Limit: chip.l1Bytes,
      weightMemory: Math.max(0, ...computing(jobs).map((r) => (r.kind === 'compute' ? r.weightBytes : 0))),
      weightMemoryLimit: chip.weightMemoryBytes,
    },
    warnings: [],
    outputs: Object.fromEntries(
      results.flatMap((l) =>
        l.tensor !== undefined && l.checksum !== undefined && outputs.includes(l.tensor)
          ? [[l.tensor, l.checksum] as const]
          : [],
      ),
    ),
    timeline: timelineOf(stretches),
    buffers: [],
  };
}
