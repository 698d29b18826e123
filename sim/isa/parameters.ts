import type { AnalogParameters } from './analog/cycles.js';
import type { ArrayParameters } from './array.js';

/**
 * The sizes and speeds of the modelled chip: one set of defaults, each with its source; `--hw FILE` overrides single values
 * by name. Nothing here was measured by this project.
 */
export interface HardwareParameters {
  /** Names the set in every report. */
  readonly name: string;
  readonly chip: ChipParameters;
  readonly cycles: CycleParameters;
  readonly host: HostCycleParameters;
  /** The analog core: only in the set of a program that uses it, or where a file overrides it; the defaults are `DEFAULT_ANALOG`. */
  readonly analog?: AnalogParameters;
  /** The PE array's size: only where a file or an exploration changes it; `DEFAULT_ARRAY` is DIANA's 16 x 16. */
  readonly array?: ArrayParameters;
}

export interface ChipParameters {
  /** Clock in Hz, for milliseconds only. */
  readonly clockHz: number;
  /** L2: size in bytes, and how much of its start the compiler leaves to code, stack and heap. */
  readonly l2Bytes: number;
  readonly l2ReservedBytes: number;
  /** Activation memory shared by the accelerators, bytes. */
  readonly l1Bytes: number;
  /** Weight memory of the digital core, bytes. */
  readonly weightMemoryBytes: number;
}

export interface CycleParameters {
  /** Cycles of every copy call, before its data moves. */
  readonly copySetup: number;
  /** Bytes that a copy moves in a cycle. */
  readonly bytesPerCycle: number;
  /** Bytes in a cycle of a load of weights; of configuration and instructions. 0: such loads cost nothing. */
  readonly weightBytesPerCycle: number;
  readonly instructionBytesPerCycle: number;
  /** Conv, per block of 16 channels x 16 columns of a row: cycles per input channel and kernel row beside the kernel's columns. */
  readonly convCyclesPerChannelRow: number;
  /** Conv, per block of 16 channels x 16 columns of a row: constant cycles. */
  readonly convBlockOverhead: number;
  /** Conv: what a kernel row on the padding above or below costs, beside one on data: 0 (skipped) to 1. */
  readonly convPaddingRows: number;
  /** FC, per block of 16 outputs: cycles per 16 inputs. */
  readonly fcCyclesPerLine: number;
  /** FC: constant cycles per block of 16 outputs. */
  readonly fcBlockOverhead: number;
  /** Element-wise sum: cycles per 16 elements, and constant cycles per job. */
  readonly sumCyclesPerLine: number;
  readonly sumOverhead: number;
  /** Register writes, trigger and poll of a compute job. */
  readonly launch: number;
  /** Tile loop of the host program, per tile. */
  readonly tileLoop: number;
}

/**
 * Estimates for the generated C on the host core in plain RV32IMC, fitted to runs on the SoC model (scripts/calibrate). Product sums
 * of int8 run in blocks (src/program/product-sums.ts); everything else element by element.
 */
export interface HostCycleParameters {
  /** Per kernel call. */
  readonly call: number;
  /** Per multiply-accumulate of four channels and two windows at a time; of a single column, channel or vector. */
  readonly mac: number;
  readonly columnMac: number;
  /** Per block of four channels and two windows: its start, requantization and stores. */
  readonly block: number;
  /** Per window that is gathered, and per byte of it. */
  readonly pixel: number;
  readonly gather: number;
  /** Per multiply-accumulate of a plane by itself (depthwise); per padded row of a plane, or column of 3x3 windows down it. */
  readonly planeMac: number;
  readonly planeRow: number;
  /** Per multiply-accumulate of an integer product sum that is computed element by element. */
  readonly tap: number;
  /** Per element of an integer element-wise step. */
  readonly element: number;
  /** Per element that a kernel stores: its loop, load and store. */
  readonly move: number;
  /** Per element whose place in memory is computed: movement, windows. */
  readonly place: number;
  /** Per element of a window reduced by a pool. */
  readonly window: number;
  /** Per byte that a layout transform between host and core moves. */
  readonly transform: number;
  /** Per float32 conversion; per add, multiply or comparison; per division; per exp: the core has no FPU. */
  readonly convert: number;
  readonly floatOp: number;
  readonly floatDivide: number;
  readonly floatExp: number;
}

/** The parameter set "diana-default"; docs/hardware-model.md has the source of each value. */
export const DEFAULT_PARAMETERS: HardwareParameters = {
  name: 'diana-default',
  chip: {
    clockHz: 260_000_000, // [htvm]
    l2Bytes: 512 * 1024, // [sdk]
    l2ReservedBytes: 64 * 1024, // [ours]
    l1Bytes: 256 * 1024, // [paper, dory, match]
    weightMemoryBytes: 64 * 1024, // [paper, match]
  },
  cycles: {
    copySetup: 70, // [match]
    bytesPerCycle: 16, // [match]
    weightBytesPerCycle: 16, // [match]
    instructionBytesPerCycle: 16, // [match]
    convCyclesPerChannelRow: 2, // [match]
    convBlockOverhead: 23, // [match]
    convPaddingRows: 0, // [match]
    fcCyclesPerLine: 1, // [ours]
    fcBlockOverhead: 23, // [ours], uncalibrated
    sumCyclesPerLine: 3, // [ours]
    sumOverhead: 23, // [ours]
    launch: 70, // [ours], after match
    tileLoop: 500, // [match] 300 + 200
  },
  // All [ours]: calibrated on the SoC model with the generated C at -O2 (npm run calibrate): an estimate
  // of a single kernel is 0.82 to 1.22 times what it takes there.
  host: {
    call: 0, // below half a cycle: the loops' own overhead already outweighs it
    mac: 2.88,
    columnMac: 3.53,
    block: 148,
    pixel: 108,
    gather: 4.88,
    planeMac: 3.62,
    planeRow: 41.5,
    tap: 14,
    element: 2.61,
    move: 4.09,
    place: 7.04,
    window: 6.99,
    transform: 2.26,
    convert: 54.8,
    floatOp: 74.4,
    floatDivide: 219,
    floatExp: 6230,
  },
};
