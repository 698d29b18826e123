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
