/** What stands in every result and report that holds a layer of the analog core. */
export const ANALOG_IDEAL =
  'The analog core is modelled as an ideal array: analog noise is not modelled, so values on the chip differ from run to run; ' +
  "its cycles are from ODiMO's figures, and parts of its interface are inferred (docs/analog.md)";

/** The assumptions behind a run with these layers; undefined where there is nothing to say. */
export const notesOf = (layers: readonly { readonly target: string }[]): readonly string[] | undefined =>
  layers.some((l) => l.target === 'analog') ? [ANALOG_IDEAL] : undefined;
