/** What `--map` takes: all on one core where it can, or each layer where the network costs least. */
export const MAP_CHOICES = ['digital', 'analog', 'fastest', 'greenest'] as const;
export type MapChoice = (typeof MAP_CHOICES)[number];

/** The cores between which a layer may be moved. */
export type MappedCore = 'digital' | 'analog';

/** Estimates, never measurements. */
export interface MappedCost {
  readonly cycles: number;
  readonly microjoules: number;
}

/** A conv or dense layer of one of the cores, and what became of it. */
export interface MappedLayer {
  readonly layer: string;
  /** Where it was put. */
  readonly core: MappedCore;
  /** Where the network as written has it. */
  readonly written: MappedCore;
  /** What it costs there, without the layout transforms around it. */
  readonly cost: MappedCost;
  /** What it costs where all that can be moved is on that core; absent where it cannot be there. */
  readonly digital?: MappedCost;
  readonly analog?: MappedCost;
  /** Of a layer that was moved: whether its values stay the same for every input. */
  readonly values?: 'same' | 'differ';
  /** Why it cannot be on the other core; absent where it can. */
  readonly fixed?: string;
}

/** Layout transforms on the host. */
export interface MappedTransforms extends MappedCost {
  readonly count: number;
  /** Of `count`: those from one core's layout to the other's. */
  readonly betweenCores: number;
}

/** Where the layers of a network were put, and what that costs beside the other ways. Cycles and energy are estimates. */
export interface Mapping {
  readonly asked: MapChoice;
  /** How it was found, in a sentence. */
  readonly search: string;
  readonly layers: readonly MappedLayer[];
  readonly transforms: MappedTransforms;
  /** All else: sums, operators of the host. */
  readonly rest: MappedCost;
  readonly total: MappedCost;
  /** The whole network as written, and with all that can be moved on one core; absent where that does not fit the memories. */
  readonly asWritten?: MappedCost;
  readonly allDigital?: MappedCost;
  readonly allAnalog?: MappedCost;
}

/** What stands beside every mapping. */
export const PRECISION_IS_YOURS =
  'Layers on the analog core keep six bits of each sum, and its noise is not modelled: whether the network is still precise enough is yours to judge, on labelled data';

/** Layers whose values differ from the network as written. */
export const changedLayers = (m: Mapping): readonly MappedLayer[] =>
  m.layers.filter((l) => l.values === 'differ');

/** What the layers on one core cost together. */
export const costOn = (m: Mapping, core: MappedCore): MappedCost =>
  m.layers
    .filter((l) => l.core === core)
    .reduce(
      (sum, { cost }) => ({
        cycles: sum.cycles + cost.cycles,
        microjoules: sum.microjoules + cost.microjoules,
      }),
      { cycles: 0, microjoules: 0 },
    );
