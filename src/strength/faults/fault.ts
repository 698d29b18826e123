import type { AnalogReport } from '../../../sim/core/analog-core.js';
import type { ComputeReport, CopyReport } from '../../../sim/core/digital-core.js';
import type { AnalogFieldName } from '../../../sim/isa/analog/instruction.js';
import type { FieldName } from '../../../sim/isa/instruction.js';
import type { Random } from '../../base/random.js';
import type { JobStep, Layer, Program } from '../../program/types.js';

/** What a fault changes of what the chip reads. */
export type Change =
  /** Bits of one byte of L2, before the layer runs. */
  | { readonly at: 'memory'; readonly address: number; readonly mask: number }
  /** Registers (byte offsets) of one job. */
  | {
      readonly at: 'registers';
      readonly step: number;
      readonly values: readonly (readonly [offset: number, value: number])[];
    }
  /** Words of the first instruction, as one job fetches it. */
  | {
      readonly at: 'instruction';
      readonly step: number;
      readonly values: readonly (readonly [field: FieldName, value: number])[];
    }
  /** Half-words of the first instruction of the analog core, as one job fetches it. */
  | {
      readonly at: 'half-words';
      readonly step: number;
      readonly values: readonly (readonly [field: AnalogFieldName, value: number])[];
    };

/** Where in its layer's arithmetic a fault sits, for the words that say why nothing noticed it. */
export interface Place {
  /** Output channel (of a dense layer: output). */
  readonly channel: number;
  /** Input channel (of a dense layer: input); absent for a bias. */
  readonly input?: number;
  /** By how much it moves a sum for each unit of the input; for a bias, by how much it moves the sum. */
  readonly weight: number;
  /** By how much a sum must move to be seen, and where; a step of the output by default. */
  readonly step?: { readonly size: number; readonly of: string };
}

/** One fault of one kind. */
export interface Fault {
  readonly layer: number;
  readonly kind: string;
  /** What it is, for people: "shift_fixed_point 4 instead of 5 in step 12". */
  readonly what: string;
  readonly change: Change;
  readonly place?: Place;
}

/** Groups of kinds; the sample takes from each in turn. */
export type Group = 'weights' | 'bias' | 'fields' | 'copies' | 'constants';

/** All faults of one kind in one layer. */
export interface FaultSource {
  readonly group: Group;
  readonly kind: string;
  /** One of them, drawn evenly. */
  readonly draw: (rng: Random) => Fault;
}

/** A compute job of a layer. */
export interface ComputeJob {
  readonly index: number;
  readonly step: JobStep;
  readonly report: ComputeReport;
}

/** A copy of a layer. */
export interface CopyJob {
  readonly index: number;
  readonly step: JobStep;
  readonly report: CopyReport;
}

/** A compute job of a layer of the analog core. */
export interface AnalogComputeJob {
  readonly index: number;
  readonly step: JobStep;
  readonly report: AnalogReport;
}

/** What the sources of faults see of a layer of the analog core. */
export interface AnalogFaultSite {
  readonly program: Program;
  readonly layer: Layer;
  readonly compute: readonly AnalogComputeJob[];
  readonly copies: readonly CopyJob[];
}

/** What the sources of faults see of a layer. */
export interface FaultSite {
  readonly program: Program;
  readonly layer: Layer;
  readonly compute: readonly ComputeJob[];
  readonly copies: readonly CopyJob[];
}

/** One of a list, drawn evenly. */
export const oneOf = <T>(rng: Random, list: readonly T[]): T => list[rng.int(0, list.length - 1)]!;
