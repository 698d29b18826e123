import type { Options } from 'yargs';
import { UserError } from '../base/errors.js';
import { DEFAULT_FAULTS } from '../strength/default-faults.js';
import type { StrengthOptions } from '../strength/measure.js';

/** Options of commands that plant faults. */
export const strengthOptions = {
  strength: {
    type: 'number',
    describe: `plant that many single faults (${DEFAULT_FAULTS} without a number) and count those that the comparison notices`,
  },
  'min-strength': {
    type: 'string',
    describe: 'share of planted faults that must be noticed (95%); exit 1 below it',
  },
} as const satisfies Record<string, Options>;

export interface StrengthArguments {
  readonly strength?: number | undefined;
  readonly 'min-strength'?: string | undefined;
}

/** "95%" or "0.95" as a share. Throws a UserError for anything else. */
export function parseShare(text: string, option: string): number {
  const [, digits, sign] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text) ?? [];
  const share = sign === '%' ? Number(digits) / 100 : Number(digits);
  if (digits === undefined || !(share <= 1))
    throw new UserError(`${option} is "${text}"; must be a share from 0% to 100%, such as 95% or 0.95.`);
  return share;
}

/** What `--strength` and `--min-strength` ask for; undefined without either. Throws a UserError for bad values. */
export function strengthOf(args: StrengthArguments): StrengthOptions | undefined {
  const { strength: faults, 'min-strength': text } = args;
  if (faults !== undefined && !(Number.isInteger(faults) && faults >= 1))
    throw new UserError(`--strength is ${faults}; must be a whole number of faults, at least 1.`);
  if (faults === undefined && text === undefined) return undefined;
  return {
    faults: faults ?? DEFAULT_FAULTS,
    ...(text === undefined ? {} : { required: parseShare(text, '--min-strength') }),
  };
}

/** `--strength` without a number means the default: without this, yargs would take the word that follows for its value. */
export const withDefaultStrength = (words: readonly string[]): string[] =>
  words.map((word, i) =>
    word === '--strength' && !/^[-+]?\d/.test(words[i + 1] ?? '') ? `--strength=${DEFAULT_FAULTS}` : word,
  );
