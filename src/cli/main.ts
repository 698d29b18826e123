// What belongs to a process of its own: arguments, signals, a reader that leaves, the exit status. run.ts does the rest.
import { Worker } from 'node:worker_threads';
import { useSha256InNode } from '../node/sha256-in-node.js';
import { terminalOfMain } from '../node/task-workers.js';
import { useTfjsInNode } from '../node/tfjs-in-node.js';
import { provideWorkers } from './model-workers.js';

// A reader that has seen enough (`| head`) ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Files are written whole or not at all, so stopping between two of them leaves no part behind.
process.on('SIGINT', () => process.exit(130));

useSha256InNode();
useTfjsInNode();
provideWorkers(
  () =>
    new Worker(new URL('./worker.js', import.meta.url), {
      stdout: true,
      stderr: true,
      workerData: terminalOfMain(),
    }),
);

// No `await` of a module: the bundle's chunks are of the kind that V8's compiled code can be kept of (scripts/bundle/load.cjs).
void import('./run.js').then(async ({ runCli }) => {
  process.exitCode = await runCli(process.argv.slice(2));
});
