/** Where a layer's operands stay: in L1 for good (whole, made or used by a neighbour), or in L2 and copied tile by tile. */
export interface Residency {
  readonly input: boolean;
  readonly output: boolean;
  /** Whether the output must (also) be in L2. */
  readonly outputInL2: boolean;
}
