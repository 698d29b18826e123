import { UserError } from '../base/errors.js';
import type { Finding } from '../results/finding.js';

/** The options of every command that can run the sanitizer. */
export const checkOptions = {
  check: {
    type: 'string',
    choices: ['all', 'stop', 'off'],
    describe: 'look for mistakes in how the program drives the accelerator; =stop ends at the first',
  },
  'error-exitcode': {
    type: 'number',
    describe: 'exit with this status where --check finds something',
  },
} as const;

export interface CheckArguments {
  readonly check?: string | undefined;
  readonly 'error-exitcode'?: number | undefined;
}

/** What `check` means to the library; `unless` where it is not given. Throws a UserError for a status that no process can have. */
export function checkMode(args: CheckArguments, unless: boolean): boolean | 'stop' {
  const status = args['error-exitcode'];
  if (status !== undefined && !(Number.isInteger(status) && status >= 0 && status <= 255))
    throw new UserError(`--error-exitcode is ${status}; must be a whole number from 0 to 255.`);
  const on = args.check === undefined ? unless || status !== undefined : args.check !== 'off';
  if (!on && status !== undefined) throw new UserError('--error-exitcode needs --check.');
  return args.check === 'stop' ? 'stop' : on;
}

/** The exit status of a command whose program ended with `status`. */
export const checkedStatus = (args: CheckArguments, findings: readonly Finding[], status: number): number =>
  findings.length === 0 ? status : (args['error-exitcode'] ?? status);
