import { spawnSync } from 'node:child_process';

/** A command as a user starts it. */
export interface ShellRow {
  readonly command: string;
  /** Milliseconds from start to end, least. */
  readonly ms: number;
  /** Milliseconds of CPU time, least. */
  readonly cpuMs: number;
  /** Most memory that the process ever held (resident) in any run, bytes. */
  readonly peakBytes: number;
}

const MAIN = 'dist/bin/diana-sim.js';
/**
 * Makes a process tell its peak memory (KiB) and its CPU time (microseconds) on file descriptor 3 when it ends. As scripts/peak-memory.ts: Linux's own
 * figure, as that of `resourceUsage` begins with what this process holds.
 */
const TELL = `import { existsSync, readFileSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const status = '/proc/self/status';
  const own = existsSync(status) ? /VmHWM:\\s*(\\d+)/.exec(readFileSync(status, 'utf8'))?.[1] : undefined;
  writeSync(3, (own ?? maxRSS) + ' ' + (userCPUTime + systemCPUTime));
});`;

/** A command to run: by name, or with the words that it stands for. */
export type Command = string | { readonly command: string; readonly words: readonly string[] };

function run(command: string, words: readonly string[]): ShellRow {
  const hook = `data:text/javascript,${encodeURIComponent(TELL)}`;
  const start = performance.now();
  const ended = spawnSync(process.execPath, ['--import', hook, MAIN, ...words], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ms = performance.now() - start;
  if (ended.status !== 0) throw new Error(`diana-sim ${command} exits with ${ended.status}`);
  const [kibibytes, microseconds] = String(ended.output[3]).split(' ').map(Number) as [number, number];
  return { command, ms, cpuMs: microseconds / 1000, peakBytes: 1024 * kibibytes };
}

/** Runs each command `rounds` times, in turn. */
export function shell(commands: readonly Command[], rounds: number): ShellRow[] {
  const named = commands.map((c) => (typeof c === 'string' ? { command: c, words: c.split(' ') } : c));
  const runs = Array.from({ length: rounds }, () => named.map((c) => run(c.command, c.words)));
  return named.map(({ command }, i) => ({
    command,
    ms: Math.min(...runs.map((r) => r[i]!.ms)),
    cpuMs: Math.min(...runs.map((r) => r[i]!.cpuMs)),
    peakBytes: Math.max(...runs.map((r) => r[i]!.peakBytes)),
  }));
}
