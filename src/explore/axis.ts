import type { ArrayParameters } from '../../sim/isa/array.js';
import { COST_MODEL_NAMES } from '../../sim/isa/cost-models.js';
import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { checkParameter, parameterPaths } from '../program/hardware-rules.js';
import type { ExploredAxis } from '../results/exploration.js';

/** Short names of parameters. */
const SHORT: Readonly<Record<string, string>> = {
  l1: 'chip.l1Bytes',
  l2: 'chip.l2Bytes',
  wmem: 'chip.weightMemoryBytes',
  clock: 'chip.clockHz',
  'copy.bytesPerCycle': 'cycles.bytesPerCycle',
  'copy.setup': 'cycles.copySetup',
  'weights.bytesPerCycle': 'cycles.weightBytesPerCycle',
};

/** What the hardware's description holds fixed, and why. */
const FIXED: Readonly<Record<string, string>> = {
  line: "activations in L1 and the addresses in instructions count lines of 16 bytes; another line is another layout of every tensor and another chip's instruction set; how fast copies move them varies with copy.bytesPerCycle",
  banks:
    "L1's four banks are addresses only: no public cycle model counts their conflicts, so nothing would change",
};

export const COST_MODEL_AXIS = 'cost-model';
/** The PE array's channels x columns in one axis: "32x16". */
export const ARRAY_AXIS = 'array';
/** More points than these are refused: a slip of a range, not a question. */
export const MOST_POINTS = 100_000;

/** The parameter behind a name: a short name, a path ("cycles.launch") or the end of one ("launch"). Throws a UserError for others. */
function parameterOf(name: string): string {
  const fixed = FIXED[name];
  if (fixed !== undefined) throw new UserError(`--vary ${name}: cannot vary: ${fixed}.`);
  if (name === COST_MODEL_AXIS || name === ARRAY_AXIS) return name;
  const paths = parameterPaths();
  const found = SHORT[name] ?? paths.find((p) => p === name || p.endsWith(`.${name}`));
  if (found !== undefined) return found;
  const known = [...Object.keys(SHORT), COST_MODEL_AXIS, ARRAY_AXIS, ...paths];
  throw new UserError(
    `--vary ${name}: is no parameter; nearest: ${nearest(name, known).slice(0, 3).join(', ')}.`,
  );
}

/** "64K" of a memory is 64 * 1024; "260M" of anything else is 260 million. */
function numberOf(text: string, parameter: string, word: string): number {
  const [, digits, suffix = ''] = /^(\d+(?:\.\d+)?(?:e\d+)?)([KMG]?)$/i.exec(text) ?? [];
  if (digits === undefined)
    throw new UserError(`--vary ${word}: "${text}" is no number; write 64K, 0.5 or 100M.`);
  const step = parameter.endsWith('Bytes') ? 1024 : 1000;
  return Number(digits) * step ** ['', 'K', 'M', 'G'].indexOf(suffix.toUpperCase());
}

/** "64K:512K:x2" doubles from 64K to 512K, "8:32:+8" adds. Throws a UserError for a range that never ends. */
function rangeOf(text: string, parameter: string, word: string): number[] {
  const [low = '', high = '', step = '', ...more] = text.split(':');
  const [, kind, by = ''] = /^([x*+])(.+)$/.exec(step) ?? [];
  if (kind === undefined || more.length > 0)
    throw new UserError(`--vary ${word}: range "${text}" must be LOW:HIGH:xN or LOW:HIGH:+N.`);
  const [first, last] = [numberOf(low, parameter, word), numberOf(high, parameter, word)];
  const n = kind === '+' ? numberOf(by, parameter, word) : Number(by);
  if (!(first <= last) || !(kind === '+' ? n > 0 : n > 1 && first > 0))
    throw new UserError(
      `--vary ${word}: range "${text}" never reaches its end; LOW must be at most HIGH, xN above 1 from a LOW above 0, +N above 0.`,
    );
  const values: number[] = [];
  for (let i = 0, v = first; v <= last; i++, v = kind === '+' ? first + i * n : first * n ** i) {
    values.push(v);
    if (values.length > MOST_POINTS)
      throw new UserError(`--vary ${word}: range "${text}" has more than ${MOST_POINTS} values.`);
  }
  return values;
}

function costModels(words: readonly string[], word: string): string[] {
  const unknown = words.find((w) => !COST_MODEL_NAMES.some((n) => n === w));
  if (unknown !== undefined)
    throw new UserError(
      `--vary ${word}: ${unknown} is no cost model; must be among ${COST_MODEL_NAMES.join(', ')}.`,
    );
  return [...words];
}

/** The array that "32x16" names: channels x columns. Throws a UserError that begins with `where` for other words and sizes. */
export function arrayOf(text: string, where: string): ArrayParameters {
  const [, channels, columns] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (channels === undefined)
    throw new UserError(`${where}: "${text}" is no array; write CHANNELSxCOLUMNS, such as 32x16.`);
  const array = { channels: Number(channels), columns: Number(columns) };
  checkParameter('array.channels', array.channels, where);
  checkParameter('array.columns', array.columns, where);
  return array;
}

/** "032x16" and "32x16" are one array. */
function arrays(words: readonly string[], word: string): string[] {
  return words.map((text) => {
    const { channels, columns } = arrayOf(text, `--vary ${word}`);
    return `${channels}x${columns}`;
  });
}

/**
 * The axis that `NAME=VALUES` describes: values separated by commas, or ranges "LOW:HIGH:xN" and "LOW:HIGH:+N"; K, M and G count 1024 for
 * memories, 1000 otherwise. `array` takes CHANNELSxCOLUMNS. Throws a UserError for an unknown parameter, what the chip holds fixed (with the reason), and a value
 * that the parameter cannot have.
 *
 * @example
 * parseAxis('l1=64K:256K:x2').values; // [65536, 131072, 262144]
 */
export function parseAxis(word: string): ExploredAxis {
  const at = word.indexOf('=');
  const [name, list] = [word.slice(0, at), word.slice(at + 1)];
  if (at < 1 || list === '')
    throw new UserError(`--vary ${word}: must be NAME=VALUE,... or NAME=LOW:HIGH:xN.`);
  const parameter = parameterOf(name);
  const words = list.split(',');
  if (parameter === COST_MODEL_AXIS)
    return { name, parameter, values: distinct(costModels(words, word), word) };
  if (parameter === ARRAY_AXIS) return { name, parameter, values: distinct(arrays(words, word), word) };
  const values = words.flatMap((w) =>
    w.includes(':') ? rangeOf(w, parameter, word) : [numberOf(w, parameter, word)],
  );
  for (const v of values) checkParameter(parameter, v, `--vary ${word}`);
  return { name, parameter, values: distinct(values, word) };
}

function distinct<T>(values: readonly T[], word: string): readonly T[] {
  const twice = values.find((v, i) => values.indexOf(v) !== i);
  if (twice !== undefined) throw new UserError(`--vary ${word}: gives ${String(twice)} twice; give it once.`);
  return values;
}
