/** Faults of one kind in one layer: how many were planted, and what became of them. */
export interface KindStrength {
  /** "sign bit of a weight", "field shift_fixed_point", "copy length": what the fault changes. */
  readonly kind: string;
  readonly planted: number;
  /** Of `planted`: a compared tensor came out different, or the simulator refused to run the step. */
  readonly noticed: number;
  /** Of `noticed`: the simulator refused. */
  readonly refused: number;
}

/** Faults of one kind that nothing noticed, for one reason. */
export interface Unseen {
  readonly kind: string;
  readonly count: number;
  /** Faults of this kind planted in the layer. */
  readonly of: number;
  /** Why, with the numbers of one of them: "such as channel 3: its 64 outputs are all 0". */
  readonly why: string;
}

export interface LayerStrength {
  /** The layer's number, as in LayerResult.id. */
  readonly id: number;
  /** Its name in the model, or its function's. */
  readonly name: string;
  readonly planted: number;
  readonly noticed: number;
  readonly refused: number;
  readonly kinds: readonly KindStrength[];
  readonly unseen: readonly Unseen[];
}

/** What single faults in what the chip reads showed about a test: whether its compared tensors notice them. */
export interface Strength {
  /** Names the sample of faults. */
  readonly seed: string;
  /** Runs with inputs of their own; a fault counts as noticed where one of them notices it. */
  readonly runs: number;
  readonly planted: number;
  readonly noticed: number;
  readonly refused: number;
  /** Drawn, but proven by their addresses to change nothing that anything reads; not planted. */
  readonly harmless: number;
  /** The share that was asked for, 0..1; absent where none was. */
  readonly required?: number;
  readonly layers: readonly LayerStrength[];
}

/** Share of the planted faults that were noticed, 0..1; 1 where there was nothing to plant. */
export const shareNoticed = ({ noticed, planted }: Pick<Strength, 'noticed' | 'planted'>): number =>
  planted === 0 ? 1 : noticed / planted;

/** Whether the strength is what was asked for; true where nothing was. */
export const isStrongEnough = (strength: Strength | undefined): boolean =>
  strength?.required === undefined || shareNoticed(strength) >= strength.required;
