/** A number that breaks a rule: what it belongs to, its value and unit, the rule and the way out. */
export interface Limit {
  readonly subject: string;
  readonly value: number | string;
  readonly unit?: string;
  readonly rule: string;
  readonly fix?: string;
}

/**
 * The base of every error that a user's input can cause. The command line prints its message as one line and exits with
 * `exitCode` (2: bad input, 1: mismatch or regression); any other error is a bug and keeps its stack trace.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly exitCode: number = 2;
}

/** "field k is 20 channels; must be a multiple of 16. Pad to 32." The parts stay readable in `limit`. */
export class LimitError extends UserError {
  override readonly name: string = 'LimitError';
  readonly limit: Limit;
  constructor(limit: Limit) {
    const unit = limit.unit === undefined ? '' : ` ${limit.unit}`;
    const fix = limit.fix === undefined ? '' : ` ${limit.fix}`;
    super(`${limit.subject} is ${limit.value}${unit}; must be ${limit.rule}.${fix}`);
    this.limit = limit;
  }
}

/** Marks the branch that a new case of a union must fill; the type checker refuses to compile until it does. */
export function unreachable(x: never, where: string): never {
  throw new Error(`${where}: no case for ${JSON.stringify(x)}`);
}
