/** What a search has done so far, counted: tests hold it small, where time cannot be asserted. */
export interface SearchWork {
  /** Tilings whose room and cycles were computed. */
  tilings: number;
}
