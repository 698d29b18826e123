import { ceilDiv } from '../../../src/base/units.js';
import { CELL_COLUMNS, CELL_ROWS } from './geometry.js';
import { ANALOG_INFERENCES, type AnalogInferences } from './inferred.js';
import type { AnalogOperation } from './operation.js';

/** Speeds of the analog core, and what is open about it: the group `analog` of the hardware parameters. */
export interface AnalogParameters extends AnalogInferences {
  /** Cycles of the load of weights per row in use: two planes of four cycles. [odimo] */
  readonly weightCyclesPerRow: number;
  /** Nanoseconds of one vector through the array, converters included. [odimo] */
  readonly vectorNanoseconds: number;
  /** Channels and outputs of one vector. [odimo] */
  readonly vectorChannels: number;
  readonly vectorOutputs: number;
}

export const DEFAULT_ANALOG: AnalogParameters = {
  ...ANALOG_INFERENCES,
  weightCyclesPerRow: 8, // [odimo] 4 * 2
  vectorNanoseconds: 70, // [odimo]
  vectorChannels: 128, // [odimo]
  vectorOutputs: 512, // [odimo]
};

type Sizes = Pick<
  AnalogOperation,
  'channels' | 'outputs' | 'kernelWidth' | 'kernelHeight' | 'outputColumns' | 'outputRows' | 'unroll'
>;

/** Cycles to load a layer's weights into the array: 4 * 2 * c * fx * fy. [odimo] */
export const analogWeightCycles = (o: Sizes, p: AnalogParameters): number =>
  p.weightCyclesPerRow * o.channels * o.kernelWidth * o.kernelHeight;

/** Vectors that the array computes. [odimo] */
export const analogVectors = (o: Sizes, p: AnalogParameters): number =>
  ceilDiv(o.outputs, p.vectorOutputs) *
  ceilDiv(o.channels, p.vectorChannels) *
  Math.ceil((o.outputColumns * o.outputRows) / o.unroll);

/** Cycles that the array computes, whole ones: vectors of 70 ns at the clock. [odimo] */
export const analogComputeCycles = (o: Sizes, p: AnalogParameters, clockHz: number): number =>
  // Nanoseconds times gigahertz; rounded to 1e-6 first, so that 18.2 * 5 is 91 and not 92.
  Math.ceil(Math.round(analogVectors(o, p) * p.vectorNanoseconds * (clockHz / 1000)) / 1e6);

/** Multiply-accumulates that the array spends: all cells for every vector. */
export const analogIssuedMacs = (o: Sizes, p: AnalogParameters): number =>
  analogVectors(o, p) * CELL_ROWS * CELL_COLUMNS;
