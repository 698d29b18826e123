import type { HistoryEntry } from '../../src/results/history.js';
import { count, percent, plural } from '../numbers.js';
import { changedParameters, type ParameterValues } from '../parameters.js';
import { relative, signed } from '../regression/describe.js';

/** One network over the commits of a history, with the same target and seed. */
export interface Series {
  readonly model: string;
  readonly target: string;
  readonly seed: string;
  readonly points: readonly Point[];
}

/** A network at a commit. */
export interface Point {
  readonly entry: HistoryEntry;
  /** What is not as at the commit before; empty for the first. */
  readonly moves: readonly Move[];
}

/** Something that a commit moved, in words. */
export interface Move {
  readonly what: 'outputs' | 'cycles' | 'memory' | 'strength' | 'parameters' | 'warnings';
  readonly text: string;
  /** A figure that is worse, or outputs that are others. */
  readonly worse: boolean;
}

const MOST_LAYERS = 3;

/** "conv5 +400, conv6 -20": the layers that moved furthest. */
function movedLayers(before: HistoryEntry, after: HistoryEntry): string {
  const names = [...new Set([...Object.keys(before.layers), ...Object.keys(after.layers)])];
  const moved = names
    .map((name) => ({ name, by: (after.layers[name] ?? 0) - (before.layers[name] ?? 0) }))
    .filter(({ by }) => by !== 0)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
  const shown = moved.slice(0, MOST_LAYERS).map(({ name, by }) => `${name} ${signed(by)}`);
  const rest = moved.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

function outputMoves(before: HistoryEntry, after: HistoryEntry): Move[] {
  const names = [...new Set([...Object.keys(before.outputs), ...Object.keys(after.outputs)])].filter(
    (name) => before.outputs[name] !== after.outputs[name],
  );
  return names.map((name) => ({
    what: 'outputs',
    text: `checksum of ${name} ${checksum(before, name)} -> ${checksum(after, name)}`,
    worse: true,
  }));
}

const checksum = ({ outputs }: HistoryEntry, name: string): string => outputs[name]?.slice(0, 8) ?? 'none';

function cycleMoves(before: HistoryEntry, after: HistoryEntry): Move[] {
  const by = after.totalCycles - before.totalCycles;
  const layers = movedLayers(before, after);
  if (by === 0 && layers === '') return [];
  const text =
    by === 0 ? 'layers' : `${signed(by)} cycles (${relative(before.totalCycles, after.totalCycles)})`;
  return [{ what: 'cycles', text: layers === '' ? text : `${text}: ${layers}`, worse: by > 0 }];
}

const MEMORIES = [
  ['l2', 'L2'],
  ['l1', 'L1'],
  ['weightMemory', 'weight memory'],
] as const;

const memoryMoves = (before: HistoryEntry, after: HistoryEntry): Move[] =>
  MEMORIES.filter(([key]) => before.memory[key] !== after.memory[key]).map(([key, name]) => ({
    what: 'memory',
    text: `${name} ${signed(after.memory[key] - before.memory[key])} bytes`,
    worse: after.memory[key] > before.memory[key],
  }));

/** Planted faults that the test notices, of all; undefined where they were not counted. */
export const strengthOf = ({ strength }: HistoryEntry): number | undefined =>
  strength === undefined || strength.planted === 0 ? undefined : 1 - strength.missed / strength.planted;

export const strengthText = (entry: HistoryEntry): string => {
  const share = strengthOf(entry);
  return share === undefined ? '' : percent(share, 1);
};

function strengthMoves(before: HistoryEntry, after: HistoryEntry): Move[] {
  const [was, is] = [strengthOf(before), strengthOf(after)];
  if (was === undefined || is === undefined || was === is) return [];
  return [
    {
      what: 'strength',
      text: `strength ${strengthText(before)} -> ${strengthText(after)}`,
      worse: is < was,
    },
  ];
}

const parametersOf = ({ parameterSet, parameters }: HistoryEntry): ParameterValues => ({
  name: parameterSet,
  values: new Map(Object.entries(parameters)),
});

function otherMoves(before: HistoryEntry, after: HistoryEntry): Move[] {
  const warnings = after.warnings - before.warnings;
  return [
    ...changedParameters(parametersOf(before), parametersOf(after)).map(
      (p): Move => ({
        what: 'parameters',
        text: `parameter ${p.name}: ${p.before} -> ${p.after}`,
        worse: false,
      }),
    ),
    ...(warnings === 0
      ? []
      : [{ what: 'warnings', text: `${signed(warnings)} warnings`, worse: warnings > 0 } as const]),
  ];
}

const movesOf = (before: HistoryEntry | undefined, after: HistoryEntry): Move[] =>
  before === undefined
    ? []
    : [
        ...outputMoves(before, after),
        ...cycleMoves(before, after),
        ...memoryMoves(before, after),
        ...strengthMoves(before, after),
        ...otherMoves(before, after),
      ];

/**
 * The networks of a history, in the order in which they first appear, each with its commits in the order of the lines and with what every
 * commit moved.
 */
export function seriesOf(history: readonly HistoryEntry[]): Series[] {
  const found = new Map<string, HistoryEntry[]>();
  for (const entry of history) {
    const key = JSON.stringify([entry.model, entry.target, entry.seed]);
    found.set(key, [...(found.get(key) ?? []), entry]);
  }
  return [...found.values()].map((entries) => ({
    model: entries[0]!.model,
    target: entries[0]!.target,
    seed: entries[0]!.seed,
    points: entries.map((entry, i) => ({ entry, moves: movesOf(entries[i - 1], entry) })),
  }));
}

/** The last `number` entries of each network, in their order. */
export function latest(history: readonly HistoryEntry[], number: number): HistoryEntry[] {
  const kept = new Set(seriesOf(history).flatMap(({ points }) => points.slice(-number).map((p) => p.entry)));
  return history.filter((entry) => kept.has(entry));
}

/** "resnet8 on "soma_dory, c", seed 0: 12 commits, 183,437 estimated cycles (-3.5 % since 1a2b3c)". */
export function describeSeries({ model, target, seed, points }: Series): string {
  const [first, last] = [points[0]!.entry, points.at(-1)!.entry];
  const since =
    points.length < 2 || first.totalCycles === last.totalCycles
      ? ''
      : ` (${relative(first.totalCycles, last.totalCycles)} since ${shortCommit(first)})`;
  return `${model} on "${target}"${seed === '' ? '' : `, seed ${seed}`}: ${plural(points.length, 'commit')}, now ${count(last.totalCycles)} cycles${since}`;
}

/** A hash in its first ten digits; other names whole. */
export const shortCommit = ({ commit }: HistoryEntry): string =>
  /^[0-9a-f]{12,}$/.test(commit) ? commit.slice(0, 10) : commit;

/** The points of a series that tables show: the first, the last and every one that moved something. */
export const notable = ({ points }: Series): Point[] =>
  points.filter((p, i) => i === 0 || i === points.length - 1 || p.moves.length > 0);
