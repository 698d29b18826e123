import type { Shape } from '../base/tensor.js';

/** What was found to be wrong, by kind. */
export const CAUSE_KINDS = [
  'shift',
  'relu',
  'padding',
  'stride',
  'geometry',
  'channels',
  'bias',
  'gain',
  'batch-norm',
  'weights',
  'weight-address',
  'input-address',
  'output-address',
  'copy-address',
  'copy-length',
  'copy-missing',
  'compute-missing',
  'overwritten',
  'order',
  'operands',
  'host-operator',
  'constant',
  'wrap',
  'moved',
  'pattern',
] as const;
export type CauseKind = (typeof CAUSE_KINDS)[number];

/** One thing that may have made a layer wrong. */
export interface Cause {
  readonly kind: CauseKind;
  /** What is wrong, in a sentence. */
  readonly claim: string;
  /** What in the difference speaks for it, in numbers. */
  readonly evidence: string;
  /** What was changed back after which the layer is exact; absent where nothing proved it. Only then is it called the cause. */
  readonly proof?: string;
}

/** A coarse picture of a difference: a cell stands for `cellRows` x `cellColumns` elements of one channel. */
export interface DifferencePicture {
  readonly cellRows: number;
  readonly cellColumns: number;
  /** A string a row of cells: "." all equal, "x" some differ, "s" all that differ are saturated. */
  readonly channels: readonly { readonly channel: number; readonly cells: readonly string[] }[];
  /** Channels left out: only equal ones, or beyond the first 64. */
  readonly channelsLeftOut: number;
  /** Where tiles begin, in elements. */
  readonly tileRows: readonly number[];
  readonly tileColumns: readonly number[];
}

/** A layer that is wrong although its inputs are right. */
export interface LayerExplanation {
  readonly layer: string;
  readonly tensor: string;
  readonly operator: string;
  readonly shape: Shape;
  readonly differing: number;
  readonly elements: number;
  /** The simulated chip refused a step: its line. */
  readonly refused?: string;
  /** At most three, best first. */
  readonly causes: readonly Cause[];
  readonly picture?: DifferencePicture;
}

/** Why a run differs from the reference. */
export interface Explanation {
  /** Names of the layers whose tensors differ in the run as it is. */
  readonly differing: readonly string[];
  /** Layers that are wrong with the reference's inputs. */
  readonly atFault: readonly LayerExplanation[];
  /** Layers that differ only because of their inputs. */
  readonly following: readonly string[];
}
