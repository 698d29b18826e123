/** What `format` of every exploration says. */
export const EXPLORATION_FORMAT = 'diana-sim-exploration';
/** Bumped whenever a reader of the previous version would misread the file. */
export const EXPLORATION_VERSION = 1;

/** What `--objective` takes: cycles, microjoules, or their product over time. */
export const OBJECTIVES = ['cycles', 'energy', 'edp'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** One layer at one point. */
export interface PointLayer {
  readonly label: string;
  readonly where: 'digital' | 'analog' | 'host';
  readonly cycles: number;
}

/** One network at one point. */
export interface PointModel {
  readonly model: string;
  readonly cycles: number;
  readonly milliseconds: number;
  readonly microjoules: number;
  /** Peak use of L1, bytes. */
  readonly l1: number;
  readonly layers: readonly PointLayer[];
}

/** One setting of the varied parameters, and what the networks cost with it. */
export interface ExploredPoint {
  /** Its number among all points, the first axis slowest; the same in every shard. */
  readonly index: number;
  /** The value of each axis, in the order of `axes`. */
  readonly values: readonly (number | string)[];
  /** Bytes of L1 that the point has. */
  readonly l1Bytes: number;
  /** Multiply-accumulates that the point's array does at once; only where the array varies. */
  readonly lanes?: number;
  readonly models: readonly PointModel[];
  /** Geometric means over the networks; 0 where `error` is there. */
  readonly cycles: number;
  readonly milliseconds: number;
  readonly microjoules: number;
  /** Why a network does not compile here: the compiler's words. */
  readonly error?: string;
}

/** A varied parameter. */
export interface ExploredAxis {
  /** As the command line names it ("l1"). */
  readonly name: string;
  /** The parameter behind it ("chip.l1Bytes"), or "cost-model". */
  readonly parameter: string;
  readonly values: readonly (number | string)[];
}

/** What `explore` found. Cycles and energy are estimates, never measurements. */
export interface Exploration {
  readonly format: typeof EXPLORATION_FORMAT;
  readonly version: typeof EXPLORATION_VERSION;
  readonly generator: string;
  readonly models: readonly string[];
  readonly target: string;
  /** The parameter set that the axes change. */
  readonly base: string;
  readonly objective: Objective;
  readonly axes: readonly ExploredAxis[];
  /** Points of the whole exploration; a shard has a part of them. */
  readonly total: number;
  readonly points: readonly ExploredPoint[];
}
