import type { HardwareParameters } from '../../sim/isa/parameters.js';
import type { DType } from '../base/dtype.js';
import type { Shape } from '../base/tensor.js';
import type { Rates } from './rates.js';

/**
 * Why the clock advanced. Every cycle has exactly one reason; `instructions` is the fetch of configuration and instruction
 * words, `weights` the load of the weight memory.
 */
export const REASONS = [
  'copyIn',
  'copyOut',
  'weights',
  'instructions',
  'compute',
  'launch',
  'tileLoop',
  'host',
] as const;
export type Reason = (typeof REASONS)[number];
export type CyclesByReason = Readonly<Record<Reason, number>>;

/** No cycles for any reason, to be added to. Written out: made for each layer and model, a literal costs a fraction of a copy. */
export const noCycles = (): Record<Reason, number> => ({
  copyIn: 0,
  copyOut: 0,
  weights: 0,
  instructions: 0,
  compute: 0,
  launch: 0,
  tileLoop: 0,
  host: 0,
});

/** Cycles by reason under the public cost models that the run did not use, by their names: the same jobs in the same tiles. */
export type OtherModels = Readonly<Record<string, CyclesByReason>>;

/** Microjoules of one run, host apart, with the range that the host's unknown power leaves; MACs a joule. */
export interface Energy {
  readonly coreMicrojoules: number;
  readonly hostMicrojoules: number;
  readonly microjoules: number;
  readonly least: number;
  readonly most: number;
  /** Useful multiply-accumulates a joule; 0 where nothing runs. */
  readonly macsPerJoule: number;
}

/** Bytes moved, by path. */
export interface BytesMoved {
  readonly l2ToL1: number;
  readonly l1ToL2: number;
  /** L2 to weight memory. */
  readonly weights: number;
  /** L2 to the core's configuration and instruction memories. */
  readonly instructions: number;
  /** Read and written in L2 by host kernels. */
  readonly hostRead: number;
  readonly hostWritten: number;
}

export interface JobCounts {
  readonly copies: number;
  readonly compute: number;
}

/** Half-open ranges of output channels, rows and columns (of elements for a vector: k). */
export interface TileExtent {
  readonly k: { readonly lo: number; readonly hi: number };
  readonly y: { readonly lo: number; readonly hi: number };
  readonly x: { readonly lo: number; readonly hi: number };
}

/** One layer of a run: an accelerator call or a host kernel. */
export interface LayerResult extends Rates {
  readonly id: number;
  readonly name: string;
  readonly layer?: string;
  readonly operators: readonly string[];
  readonly target: 'digital' | 'analog' | 'host';
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly outputDtype: DType;
  readonly detail: string;
  readonly tensor?: string;
  readonly tiles: number;
  /** The part of the output that each tile makes, in order; absent for host kernels. */
  readonly tiling?: readonly TileExtent[];
  readonly jobs: JobCounts;
  /** MACs that the operator needs, and MACs that the array spent (padding to 16 x 16, halo). 0 issued on the host. */
  readonly usefulMacs: number;
  readonly issuedMacs: number;
  readonly cycles: CyclesByReason;
  readonly totalCycles: number;
  readonly otherModels?: OtherModels;
  /** An estimate from published power figures; absent in results of earlier releases. */
  readonly energy?: Energy;
  readonly bytes: BytesMoved;
  /** int32 accumulators that left the int32 range and wrapped; of all runs together where several were verified. */
  readonly overflows: number;
  /** sha256 of the dense bytes of the tensor it makes, where the run read it back; lets `compare` name the first layer that changed. */
  readonly checksum?: string;
}

/** One slice of the run on the clock, for timelines; start and length in cycles. */
export interface TimelineSlice {
  readonly start: number;
  readonly cycles: number;
  readonly reason: Reason;
  readonly layer: number;
  readonly tile?: number;
  /** Index of the step in the program. */
  readonly step: number;
  readonly label: string;
  /** Decoded fields of a job, for tooltips. */
  readonly fields?: Readonly<Record<string, number>>;
}

/** A buffer's stay in L2 or L1, for occupancy over time; cycles of the run. */
export interface BufferLife {
  readonly name: string;
  readonly memory: 'L2' | 'L1';
  readonly role: string;
  readonly address: number;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface RunWarning {
  readonly operator: string;
  readonly layer?: string;
  readonly tensor?: string;
  readonly attribute: string;
  readonly value: string;
  readonly supported: string;
}

export interface RunTotals extends Rates {
  readonly cycles: CyclesByReason;
  readonly totalCycles: number;
  readonly otherModels?: OtherModels;
  /** An estimate from published power figures; absent in results of earlier releases. */
  readonly energy?: Energy;
  readonly jobs: JobCounts;
  readonly tiles: number;
  readonly usefulMacs: number;
  readonly issuedMacs: number;
  readonly bytes: BytesMoved;
  readonly overflows: number;
}

/** Peak use in bytes beside what there is. */
export interface PeakMemory {
  readonly l2: number;
  readonly l2Limit: number;
  readonly l1: number;
  readonly l1Limit: number;
  readonly weightMemory: number;
  readonly weightMemoryLimit: number;
}

/** Everything that one simulated run says. Cycles are estimates of the cycle model, never measurements. */
export interface RunResult {
  readonly model: string;
  readonly target: string;
  readonly hardware: HardwareParameters;
  readonly layers: readonly LayerResult[];
  readonly totals: RunTotals;
  readonly memory: PeakMemory;
  readonly warnings: readonly RunWarning[];
  /** sha256 of each output tensor's dense bytes, by tensor name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** In order of time. */
  readonly timeline: readonly TimelineSlice[];
  readonly buffers: readonly BufferLife[];
  /** What the figures and values assume, beyond what every run does; absent where there is nothing to say. */
  readonly notes?: readonly string[];
}
