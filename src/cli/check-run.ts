import { findingLines } from '../../reports/findings.js';
import { StoppedByFinding } from '../../sim/check/finding-log.js';
import { ProgramFault } from '../../sim/program/fault.js';
import { UserError } from '../base/errors.js';
import type { Finding } from '../results/finding.js';

import type { CheckArguments } from './check-options.js';

/** What `check` means to the library; `unless` where it is not given. Throws a UserError for a status that no process can have. */
export function checkMode(args: CheckArguments, unless: boolean): boolean | 'stop' {
  const status = args['error-exitcode'];
  if (status !== undefined && !(Number.isInteger(status) && status >= 0 && status <= 255))
    throw new UserError(`--error-exitcode is ${status}; must be a whole number from 0 to 255.`);
  const on = args.check === undefined ? unless || status !== undefined : args.check !== 'off';
  if (!on && status !== undefined) throw new UserError('--error-exitcode needs --check.');
  return args.check === 'stop' ? 'stop' : on;
}

/**
 * Runs a command; where it ended at its first finding (`--check=stop`), tells of it and returns the status for that. Where the chip refuses
 * a step, what was found before is told first.
 */
export async function untilFinding(args: CheckArguments, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof ProgramFault) tell(error.findings);
    if (!(error instanceof StoppedByFinding)) throw error;
    tell([error.finding]);
    return checkedStatus(args, [error.finding], error.exitCode);
  }
}

function tell(findings: readonly Finding[]): void {
  for (const line of findings.flatMap(findingLines)) process.stderr.write(`check: ${line}\n`);
}

/** The exit status of a command whose program ended with `status`. */
export const checkedStatus = (args: CheckArguments, findings: readonly Finding[], status: number): number =>
  findings.length === 0 ? status : (args['error-exitcode'] ?? status);
