import { execFile } from 'node:child_process';
import { checkBuilt, environment, MAIN } from './run-cli.js';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in the folder `cwd`, with options for node before it. */
export function diana(cwd: string, args: readonly string[], node: readonly string[] = []): Promise<Ended> {
  checkBuilt();
  return command(cwd, process.execPath, [...node, MAIN, ...args]);
}

/** Runs a command to its end; a signal counts as status 255. */
export const command = (cwd: string, file: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(file, args, { cwd, env: environment({}), maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ status, stdout, stderr });
    });
  });
