import type { AnalogInferences } from '../../sim/isa/analog/inferred.js';
import type { HardwareParameters } from '../../sim/isa/parameters.js';
import type { Attrs } from '../base/attr-value.js';
import type { DType } from '../base/dtype.js';
import type { Shape } from '../base/tensor.js';

/** What `manifest.format` of every Program says. */
export const PROGRAM_FORMAT = 'diana-sim-program';
/** Bumped whenever a reader of the previous version would misread the file. */
export const PROGRAM_VERSION = 1;

/**
 * What the compiler hands to the simulator, to the C generator and to a file: the bytes that L2 holds before the run and
 * the ordered steps. The simulator sees nothing else of the model.
 */
export interface Program {
  readonly manifest: Manifest;
  /** Bytes of L2 from `manifest.image.address` on: weights, host constants, instructions, configuration words. */
  readonly image: Uint8Array;
}

export interface Manifest {
  readonly format: typeof PROGRAM_FORMAT;
  readonly version: typeof PROGRAM_VERSION;
  readonly generator: string;
  readonly model: string;
  /** As on the command line: "soma_dory, c" or "c". */
  readonly target: string;
  readonly hardware: HardwareParameters;
  readonly image: {
    readonly file: string;
    readonly address: number;
    readonly bytes: number;
    readonly sha256: string;
  };
  readonly buffers: readonly Buffer[];
  readonly layers: readonly Layer[];
  readonly steps: readonly Step[];
  readonly warnings: readonly Warning[];
  readonly memory: MemoryUse;
}

/** Peak use in bytes. `l2` counts the constants and the live activation buffers, without the part left to code. */
export interface MemoryUse {
  readonly l2: number;
  readonly l2Constants: number;
  readonly l1: number;
  readonly weightMemory: number;
}

/**
 * `dense`: row-major, little-endian, as host code sees it. `core`: planes whose rows are padded to 16 columns (vectors to 16
 * elements), bytes reversed in each 32-bit word (sim/isa/layout.ts); int8 only. `analog`: pixels of channels in blocks of 64, for the analog
 * core (sim/isa/analog/layout.ts); int8 only.
 */
export type BufferLayout = 'dense' | 'core' | 'analog';
export type BufferRole =
  | 'input'
  | 'output'
  | 'activation'
  | 'constant'
  | 'weights'
  | 'instructions'
  | 'configuration';

/** What is open about the analog core's layout (sim/isa/analog/inferred.ts). */
export type ElementOrder = Pick<AnalogInferences, 'wordsReversed' | 'blocksTogether'>;

/** A named piece of L2 or L1. Activation buffers of different life may share addresses. */
export interface Buffer {
  readonly id: number;
  readonly name: string;
  readonly role: BufferRole;
  readonly memory: 'L2' | 'L1';
  /** Byte address: the chip's for L2, from 0 for L1. */
  readonly address: number;
  /** Bytes reserved, with the slack that a copy rounded up to 32 bytes may touch. */
  readonly bytes: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly layout: BufferLayout;
  /** Of layout `analog`: how words and blocks stand, where not as by default [ours]. */
  readonly order?: ElementOrder;
  /** The model's tensor that it holds ("%5", "output", an input's name), where it holds one. */
  readonly tensor?: string;
  /** First and last step (indices into `steps`) that need its bytes; constants live from 0 to the end. */
  readonly firstStep: number;
  readonly lastStep: number;
}

/** Half-open range. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** The part of a layer's output that one tile makes: output channels, rows and columns (elements for a vector; for a sum bytes of planes, or lines of each bank). */
export interface Tile {
  readonly k: Range;
  readonly y: Range;
  readonly x: Range;
}

/** What one accelerator call or one host kernel does, for reports and messages. */
export interface Layer {
  readonly id: number;
  /** The function's name in the partitioned module: "tvmgen_default_soma_dory_main_0". */
  readonly name: string;
  /** The layer's name in the model ("conv1"), where it has one. */
  readonly layer?: string;
  /** Relay operators in order; the first one names the kind: ["qnn.conv2d", "nn.bias_add", ...]. */
  readonly operators: readonly string[];
  readonly target: 'digital' | 'analog' | 'host';
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly outputDtype: DType;
  /** Kernel, strides, padding and shift in short ("3x3 s2,2 p1,1 >>4 relu", with "pixels" where the digital core makes those); empty where there is none. */
  readonly detail: string;
  /** Of a layer of the digital core: it makes pixels of channels for the analog core, and a sum also reads them. */
  readonly pixels?: true;
  /** Multiply-accumulates that the operator needs (no padding to 16, no halo). */
  readonly usefulMacs: number;
  readonly tiles: readonly Tile[];
  /** The tensor it makes, as in Buffer.tensor. */
  readonly tensor?: string;
}

/** A write of one 32-bit register: byte offset in the register port, value. */
export type RegisterWrite = readonly [offset: number, value: number];

/** A job of a core: a copy, or a compute job; the last write is to TRIGGER. */
export interface JobStep {
  readonly kind: 'job';
  /** Whose register port `writes` go to; the digital core's where left out. */
  readonly core?: 'analog';
  readonly layer: number;
  /** Index into the layer's tiles. */
  readonly tile: number;
  /**
   * 32-bit words that the host stores into L2 first: [byte address, value]. A layer keeps one instruction in L2; each job sets
   * the fields that differ between the layer's jobs, as the drivers do.
   */
  readonly stores: readonly (readonly [address: number, value: number])[];
  readonly writes: readonly RegisterWrite[];
  /** What it moves or computes, for people: "input channels 0..16, rows 0..18". */
  readonly note: string;
  /** Buffers that are complete after this step. */
  readonly completes: readonly number[];
}

/** The host program enters the next tile of a layer (costs the tile loop). */
export interface TileStep {
  readonly kind: 'tile';
  readonly layer: number;
  readonly tile: number;
}

/** Where a host operator takes an argument from: a buffer, or a result of an earlier operator of the same kernel. */
export type Operand = { readonly buffer: number } | { readonly result: number; readonly field?: number };

/** One operator inside a host kernel. Operators and attributes are Relay's; `layout_transform` copies between layouts. */
export interface HostOp {
  readonly op: string;
  readonly attrs: Attrs;
  /** In the operator's argument order; the fields of a tuple argument stand one after another. */
  readonly args: readonly Operand[];
  /** Types of the results: one, or one a field. */
  readonly results: readonly { readonly shape: Shape; readonly dtype: DType }[];
}

/** A (possibly fused) host kernel: the operators run in order; only `stores` reach memory. */
export interface HostStep {
  readonly kind: 'host';
  readonly layer: number;
  readonly ops: readonly HostOp[];
  readonly stores: readonly { readonly from: Operand; readonly buffer: number }[];
  readonly completes: readonly number[];
}

export type Step = JobStep | TileStep | HostStep;

/** An operator that stayed on the host although a pattern of the accelerator begins there. */
export interface Warning {
  readonly operator: string;
  readonly layer?: string;
  readonly tensor?: string;
  readonly attribute: string;
  readonly value: string;
  readonly supported: string;
}
