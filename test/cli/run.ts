import { Console } from 'node:console';
import { runCli as runWords } from '../../src/cli/run.js';
import { environment } from './environment.js';

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Keeps what is written to one of the process's streams from now on until `restore`. */
function capture(stream: NodeJS.WriteStream): { readonly text: () => string; readonly restore: () => void } {
  const chunks: Uint8Array[] = [];
  const write = stream.write;
  stream.write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean => {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Uint8Array.from(chunk));
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
  return {
    text: () => Buffer.concat(chunks).toString(),
    restore: () => {
      stream.write = write;
    },
  };
}

/** Lends the command line the test's process: its working folder, its environment, and its streams until it ends. */
async function run(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const before = { cwd: process.cwd(), env: process.env, console: globalThis.console };
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  let status = 0;
  try {
    process.chdir(cwd);
    process.env = environment(env);
    globalThis.console = new Console(process.stdout, process.stderr);
    status = await runWords(args);
  } finally {
    globalThis.console = before.console;
    process.env = before.env;
    process.chdir(before.cwd);
    stdout.restore();
    stderr.restore();
  }
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in the folder `cwd` within this process, one command at a time, and returns what a process would have
 * left. `env` comes on top of the environment.
 */
export function diana(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const next = last.then(() => run(cwd, args, env));
  last = next.catch(() => {});
  return next;
}

/** The same in the folder that the tests run in, for arguments with whole paths. */
export const runCli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  diana(process.cwd(), args, env);
