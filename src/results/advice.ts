/** A change of a network that a compile has confirmed to cost less, or to give it more channels for (almost) nothing. */
export interface ConfirmedChange {
  /** "pad the input by 1 column of zeros: 500 elements, a multiple of 4". */
  readonly what: string;
  /** What becomes of the outputs: "the same", or in which way they differ. */
  readonly outputs: string;
  /** Estimated cycles of the whole changed network, and how many fewer that is: 0 or below only for more channels. */
  readonly totalCycles: number;
  readonly gain: number;
}

/** A layer that takes more than 2 % of the run. */
export interface LayerAdvice {
  /** Number of the layer in the run. */
  readonly id: number;
  readonly layer: string;
  readonly where: 'digital' | 'analog' | 'host';
  readonly cycles: number;
  /** Of the run, 0..1. */
  readonly share: number;
  /** What its cycles go into and what bounds it, a sentence each. */
  readonly bounds: readonly string[];
  /** The largest gain first; empty where nothing that was tried costs less. */
  readonly changes: readonly ConfirmedChange[];
}

/** What to change in a network. Cycles are estimates, never measurements. */
export interface Advice {
  readonly model: string;
  readonly parameterSet: string;
  readonly totalCycles: number;
  /** Layers above 2 % of the run, in the order of the program. */
  readonly layers: readonly LayerAdvice[];
  /** All changes that keep the outputs, together; absent where there are fewer than two. */
  readonly together?: ConfirmedChange;
}
