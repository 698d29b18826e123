import { count, cycles, described, integer, listOf, number, object, ref, text } from './build.js';

const change = object({ what: text, outputs: text, totalCycles: cycles, gain: integer });

/** The schema of `Advice`. */
export const advice = described(
  object({
    model: text,
    parameterSet: text,
    totalCycles: cycles,
    layers: listOf(
      object({
        id: count,
        layer: text,
        where: ref('where'),
        cycles,
        share: number,
        bounds: listOf(text),
        changes: listOf(change),
      }),
    ),
    'together?': change,
  }),
  'What bounds each layer above 2 % of the run, and changes of the network that a compile found to cost less.',
);
