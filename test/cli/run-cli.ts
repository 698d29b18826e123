import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built command line; `npm run build` makes it. */
export const MAIN = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment without what would make a command write for GitHub or in colour. */
export function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { GITHUB_ACTIONS: _, GITHUB_STEP_SUMMARY: __, ...rest } = process.env;
  return { ...rest, ...extra };
}

export function checkBuilt(): void {
  if (!existsSync(MAIN)) throw new Error('the command line is not built: run `npm run build` first');
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): CliResult {
  checkBuilt();
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: environment(env),
  });
  return { status, stdout, stderr };
}

/** Starts the command line, sends `signal` after its first output on stdout or stderr, and waits for its end. */
export function interruptCli(
  args: readonly string[],
  signal: NodeJS.Signals,
): Promise<CliResult & { signal: string | null }> {
  checkBuilt();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { env: environment({}) });
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
