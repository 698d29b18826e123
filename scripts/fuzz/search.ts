import fc from 'fast-check';
import type { Backend } from '../../golden/index.js';
import { buildModel, type CallList } from './call-list.js';
import { type CheckedRun, checkGraph, commandLine, GraphFailure } from './check.js';
import { arbitraryGraph, type GraphChoices, growGraph, type OptionChoices } from './graph.js';
import { printCalls } from './print-calls.js';

/** Throws a GraphFailure when the graph does not hold. */
export type Check = (list: CallList, options: OptionChoices) => readonly CheckedRun[];

/** The check of `npm run fuzz`: compiled in five ways, every tensor as the reference has it. */
export const checkOn =
  (backend: Backend): Check =>
  (list, options) =>
    checkGraph(buildModel(list), options, backend);

/** A graph that fails, as small as it got. */
export interface Failure {
  readonly seed: number;
  readonly index: number;
  readonly list: CallList;
  readonly error: GraphFailure;
}

/** What became of one graph: its runs, or how it fails. */
export type Outcome =
  | { readonly holds: true; readonly list: CallList; readonly runs: readonly CheckedRun[] }
  | { readonly holds: false; readonly failure: Failure };

/** Milliseconds after which shrinking stops with what it has. */
const SHRINKING = 120_000;

/** Spreads neighbouring numbers over 32 bits. */
const mix = (seed: number, index: number): number =>
  (Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x85ebca6b)) | 0;

/**
 * Checks graph number `index` of a seed, which depends on nothing else; its name seeds its parameters and inputs. A graph
 * that fails is shrunk.
 */
export function search(seed: number, index: number, check: Check): Outcome {
  const name = `graph-${seed}-${index}`;
  let first: Outcome | undefined;
  const { counterexample } = fc.check(
    fc.property(fc.noBias(arbitraryGraph), (choices) => {
      const list = growGraph(name, choices);
      const runs = check(list, choices.options);
      first ??= { holds: true, list, runs };
    }),
    { seed: mix(seed, index), numRuns: 1, interruptAfterTimeLimit: SHRINKING, markInterruptAsFailure: false },
  );
  if (counterexample === null) return first!;
  return { holds: false, failure: { seed, index, ...failureOf(name, counterexample[0], check) } };
}

/** How the shrunk graph fails. */
function failureOf(name: string, choices: GraphChoices, check: Check): Pick<Failure, 'list' | 'error'> {
  const list = growGraph(name, choices);
  try {
    check(list, choices.options);
  } catch (e) {
    if (e instanceof GraphFailure) return { list, error: e };
    throw e;
  }
  throw new Error(`${name} fails once and then does not: the run is not deterministic`);
}

/** Everything that is needed to see the failure again: the seed, the graph as code, the command. */
export function describeFailure({ seed, index, list, error }: Failure): string {
  return `graph ${index} of seed ${seed} fails: ${error.message}
The whole graph again: npm run fuzz -- --seed ${seed} --graph ${index}
Shrunk, as a program; save it as ${list.name}.mjs in the package's folder, then
  node ${list.name}.mjs && npx diana-sim verify ${list.name}.relay ${commandLine(error.configuration)}

${printCalls(list)}${error.cause instanceof Error ? `\n${error.cause.stack}\n` : ''}`;
}
