import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environment } from './environment.js';
import type { Ended } from './run.js';

/** The built command line; `npm run build` makes it. */
export const MAIN = fileURLToPath(new URL('../../dist/bin/diana-sim.js', import.meta.url));

function checkBuilt(): void {
  if (!existsSync(MAIN)) throw new Error('the command line is not built: run `npm run build` first');
}

/**
 * Runs the built command line as a process of its own, with options for node before it. For what only a process shows: exit
 * status, signals, pipes, what is loaded. Everything else runs in the test's process (`diana`), which is faster.
 */
export function dianaProcess(
  cwd: string,
  args: readonly string[],
  node: readonly string[] = [],
): Promise<Ended> {
  checkBuilt();
  return command(cwd, process.execPath, [...node, MAIN, ...args]);
}

/** Runs a command to its end; a signal counts as status 255. */
export const command = (cwd: string, file: string, args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(file, args, { cwd, env: environment(), maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
      resolve({ status, stdout, stderr });
    });
  });

/** Starts the command line, sends `signal` after its first output on stdout or stderr, and waits for its end. */
export function interruptCli(
  args: readonly string[],
  signal: NodeJS.Signals,
): Promise<{ status: number | null; stdout: string; stderr: string; signal: string | null }> {
  checkBuilt();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { env: environment() });
    const text = { stdout: '', stderr: '' };
    let sent = false;
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => {
        text[stream] += chunk.toString();
        if (!sent) child.kill(signal);
        sent = true;
      });
    child.on('close', (status, by) => resolve({ status, signal: by, ...text }));
  });
}
