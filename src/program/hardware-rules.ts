import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import { LINE_BYTES } from '../../sim/isa/geometry.js';
import { DEFAULT_PARAMETERS, type HardwareParameters } from '../../sim/isa/parameters.js';
import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';

/** What a parameter may be. */
export interface Rule {
  readonly accepts: (v: number) => boolean;
  /** In the middle of a sentence: "must be ...". */
  readonly text: string;
}

const LARGEST_MEMORY = 2 ** 30;
const NOT_NEGATIVE: Rule = { accepts: (v) => v >= 0, text: 'a number of 0 or more' };
const POSITIVE: Rule = { accepts: (v) => v > 0, text: 'a number above 0' };
/** Whole lines, so that addresses of lines stay whole; bounded, since the simulator allocates the memories. */
const memory = (least: number): Rule => ({
  accepts: (v) => v % LINE_BYTES === 0 && v >= least && v <= LARGEST_MEMORY,
  text: `a multiple of ${LINE_BYTES} bytes from ${least} to ${LARGEST_MEMORY}`,
});

/** The most lanes in one direction: 16 times DIANA's. */
const MOST_LANES = 256;
const LANES: Rule = {
  accepts: (v) => v % LINE_BYTES === 0 && v >= LINE_BYTES && v <= MOST_LANES,
  text: `a multiple of ${LINE_BYTES} from ${LINE_BYTES} to ${MOST_LANES}`,
};
const SWITCH: Rule = { accepts: (v) => v === 0 || v === 1, text: '0 or 1' };

/** Parameters that are no plain "0 or more" (all numbers must be finite). */
const RULES: Readonly<Record<string, Rule>> = {
  'chip.clockHz': POSITIVE,
  'chip.l2Bytes': memory(LINE_BYTES),
  'chip.l2ReservedBytes': memory(0),
  'chip.l1Bytes': memory(LINE_BYTES),
  'chip.weightMemoryBytes': memory(LINE_BYTES),
  'cycles.bytesPerCycle': POSITIVE,
  'array.channels': LANES,
  'array.columns': LANES,
  'analog.wordsReversed': SWITCH,
  'analog.blocksTogether': SWITCH,
  'analog.signFlips': SWITCH,
  'analog.rowsMirrored': SWITCH,
  'analog.simdInt16': SWITCH,
  'analog.defaultGain': POSITIVE,
  'analog.vectorChannels': POSITIVE,
  'analog.vectorOutputs': POSITIVE,
};

/** The groups of every set; the group `analog` stands in those that use the analog core, `array` where it is not 16 x 16. */
export const GROUPS = ['chip', 'cycles', 'host', 'analog', 'array'] as const;
const DEFAULTS = { ...DEFAULT_PARAMETERS, analog: DEFAULT_ANALOG, array: DEFAULT_ARRAY };
export type Group = (typeof GROUPS)[number];

export const ruleOf = (path: string): Rule => RULES[path] ?? NOT_NEGATIVE;

/** The paths of all numeric parameters: "chip.l1Bytes", "cycles.launch", ... */
export const parameterPaths = (): string[] =>
  GROUPS.flatMap((group) => Object.keys(DEFAULTS[group]).map((key) => `${group}.${key}`));

/** Throws a UserError unless `value` may be the parameter `path`; `where` begins the message. */
export function checkParameter(path: string, value: unknown, where: string): asserts value is number {
  if (!parameterPaths().includes(path))
    throw new UserError(
      `${where}: ${path} is no parameter; nearest: ${nearest(path, parameterPaths()).join(', ')}.`,
    );
  const rule = ruleOf(path);
  const shown = typeof value === 'number' ? value : JSON.stringify(value);
  if (typeof value !== 'number' || !Number.isFinite(value) || !rule.accepts(value))
    throw new UserError(`${where}: ${path} is ${shown}; must be ${rule.text}.`);
}

/** Throws a UserError unless all parameters are there, each legal, and they fit together. */
export function checkHardware(hardware: HardwareParameters, where: string): void {
  for (const path of parameterPaths()) {
    const [group, key] = path.split('.') as [Group, string];
    const values = hardware[group] ?? DEFAULTS[group];
    checkParameter(path, (values as unknown as Record<string, unknown>)[key], where);
  }
  const { l2Bytes, l2ReservedBytes } = hardware.chip;
  if (l2ReservedBytes >= l2Bytes)
    throw new UserError(
      `${where}: chip.l2ReservedBytes is ${l2ReservedBytes}; must be below chip.l2Bytes, ${l2Bytes}.`,
    );
}
