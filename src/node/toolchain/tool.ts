import { spawnSync } from 'node:child_process';
import { UserError } from '../../base/errors.js';

/** The machine's C compiler, and the prefix of the RISC-V tools; the environment's CC and RISCV_PREFIX come first. */
export const nativeCompiler = (): string => process.env.CC ?? 'gcc';
export const riscvPrefix = (): string => process.env.RISCV_PREFIX ?? 'riscv64-unknown-elf-';

/** Whether a tool can be started. */
export const hasTool = (command: string): boolean =>
  spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** Debian's packages for the tools that this project calls. */
const PACKAGES: readonly (readonly [ending: string, name: string])[] = [
  ['unknown-elf-gcc', 'gcc-riscv64-unknown-elf'],
  ['gcc', 'gcc'],
  ['make', 'make'],
];

/** A tool that is missing or failed: the command, and the first lines of what it said. */
export class ToolError extends UserError {
  override readonly name = 'ToolError';
  /** All that the tool wrote to its standard error. */
  readonly said: string;

  constructor(command: string, reason: string, said = '') {
    super(`${command}: ${reason}${said.trim() === '' ? '' : `\n${said.trim()}`}`);
    this.said = said;
  }
}

const MAX_OUTPUT_BYTES = 1 << 26;

/**
 * Runs a tool in a folder and returns its standard output. Throws a ToolError when it is missing, ends with a status that is not
 * in `accepted` or by a signal.
 */
export function runTool(
  command: string,
  args: readonly string[],
  options: {
    readonly folder: string;
    readonly accepted?: readonly number[];
    readonly environment?: NodeJS.ProcessEnv;
  },
): { readonly stdout: string; readonly status: number } {
  const done = spawnSync(command, args, {
    cwd: options.folder,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    env: { ...process.env, LC_ALL: 'C', ...options.environment },
  });
  const line = [command, ...args].join(' ');
  if (done.error !== undefined) {
    const name = PACKAGES.find(([ending]) => command.endsWith(ending))?.[1];
    throw new ToolError(line, `cannot be started${name === undefined ? '' : `; apt-get install ${name}`}.`);
  }
  if (done.status === null || !(options.accepted ?? [0]).includes(done.status)) {
    const how = done.status === null ? `ended by ${done.signal}` : `failed with status ${done.status}`;
    throw new ToolError(line, `${how}.`, done.stderr);
  }
  return { stdout: done.stdout, status: done.status };
}
