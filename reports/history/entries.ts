import isDeepEqual from 'fast-deep-equal';
import { UserError } from '../../src/base/errors.js';
import { energyOf } from '../../src/results/energy.js';
import { HISTORY_FORMAT, HISTORY_VERSION, type HistoryEntry } from '../../src/results/history.js';
import { parameterList } from '../parameters.js';
import { check, type Format, parseJson } from '../read.js';
import type { Baseline } from '../regression/baseline.js';
import { HISTORY_SCHEMA } from '../schema/history.js';

/** A commit, as the user names it. */
export interface Commit {
  /** Its hash, or what else names a version: letters, digits and ._/- only. */
  readonly commit: string;
  /** Its first line. */
  readonly subject?: string;
}

/**
 * The lines that baselines make at a commit. Throws a UserError for a commit that is no name.
 *
 * @example
 * const lines = historyEntries(baselinesOfResult(result), { commit: '4af56e6' });
 */
export function historyEntries(baselines: readonly Baseline[], { commit, subject }: Commit): HistoryEntry[] {
  if (!/^[\w./-]{1,100}$/.test(commit))
    throw new UserError(
      `commit is ${JSON.stringify(commit)}; must be up to 100 letters, digits, "_", ".", "/" or "-": a commit's hash.`,
    );
  return baselines.map((b) => ({
    format: HISTORY_FORMAT,
    version: HISTORY_VERSION,
    generator: b.generator,
    commit,
    ...(subject === undefined ? {} : { subject: subject.split('\n')[0]!.trim() }),
    model: b.model,
    target: b.target,
    seed: b.seed,
    parameterSet: b.hardware.name,
    parameters: Object.fromEntries(parameterList(b.hardware)),
    outputs: b.outputs,
    totalCycles: b.totals.totalCycles,
    cycles: b.totals.cycles,
    usefulMacs: b.totals.usefulMacs,
    microjoules: (b.totals.energy ?? energyOf(b.totals)).microjoules,
    memory: b.memory,
    warnings: b.warnings,
    ...(b.strength === undefined ? {} : { strength: b.strength }),
    layers: Object.fromEntries(b.layers.map((layer) => [layer.key, layer.totalCycles])),
  }));
}

const FORMAT: Format = { format: HISTORY_FORMAT, version: HISTORY_VERSION, schema: HISTORY_SCHEMA };

/** What may be in a history once. */
const keyOf = ({ commit, model, target, seed }: HistoryEntry): string =>
  JSON.stringify([commit, model, target, seed]);

const nameOf = ({ model, commit }: HistoryEntry): string => `${model} at ${commit}`;

/**
 * A history from its text, a JSON document a line; lines that are there twice, as merged branches leave them, count once. Throws a UserError
 * that names the line for anything else, and for one network with two results at one commit.
 *
 * @example
 * const history = readHistory(text, 'diana-history.jsonl');
 */
export function readHistory(text: string, name: string): HistoryEntry[] {
  const found = new Map<string, HistoryEntry>();
  const lines = text.split('\n').map((line) => line.trim());
  for (const [i, line] of lines.entries()) {
    if (line === '') continue;
    const where = `${name}, line ${i + 1}`;
    const value = parseJson(line, where);
    check(value, FORMAT, where);
    const entry = value as HistoryEntry;
    const before = found.get(keyOf(entry));
    if (before === undefined) found.set(keyOf(entry), entry);
    else if (!isDeepEqual(before, entry))
      throw new UserError(`${where}: ${nameOf(entry)} is there before with other figures; keep one of them.`);
  }
  return [...found.values()];
}

export interface ExtendOptions {
  /** Lines of the same network and commit give way to the new ones, in their places; otherwise other figures are an error. */
  readonly replace?: boolean;
}

/**
 * A history with new lines behind it. What is there already stays as it is, so that the same line may be added again.
 * Throws a UserError where a network has other figures at the same commit.
 *
 * @example
 * const longer = extendHistory(history, historyEntries(baselines, { commit }));
 */
export function extendHistory(
  history: readonly HistoryEntry[],
  added: readonly HistoryEntry[],
  { replace = false }: ExtendOptions = {},
): HistoryEntry[] {
  const all = new Map(history.map((entry) => [keyOf(entry), entry]));
  for (const entry of added) {
    const before = all.get(keyOf(entry));
    // A Map keeps the place of what it replaces.
    if (before === undefined || replace) all.set(keyOf(entry), entry);
    else if (!isDeepEqual(before, entry))
      throw new UserError(
        `${nameOf(entry)} is in the history with other figures; --replace puts these in their place.`,
      );
  }
  return [...all.values()];
}

/** The history as text: a line an entry, keys in the order of the code that makes them. */
export const renderHistoryLines = (history: readonly HistoryEntry[]): string =>
  history.map((entry) => `${JSON.stringify(entry)}\n`).join('');
