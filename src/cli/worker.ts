// A worker thread of the command line: one model after another, as model-workers.ts hands them out.
import { useSha256InNode } from '../node/sha256-in-node.js';
import { serveTasks } from '../node/task-workers.js';
import { useTfjsInNode } from '../node/tfjs-in-node.js';
import type { BaselineArguments } from './actions/baseline.js';
import type { ExploreArguments } from './actions/explore.js';
import type { VerifyArguments } from './actions/verify.js';

import type { ModelTask } from './model-workers.js';
import { prepareTeamConfig } from './team-config.js';
import { documentForMain } from './worker-document.js';

/** One of the models of a command. */
type CarryOut = (index: number, running: (what: string) => void) => Promise<unknown>;

/** What the arguments ask for, and how one model of it is done. */
async function preparedFor({ command, args }: ModelTask): Promise<CarryOut> {
  await prepareTeamConfig();
  if (command === 'baseline') {
    const { baselineOf, baselineWork } = await import('./actions/baseline.js');
    const work = await baselineWork(args as BaselineArguments);
    return (index, running) => baselineOf(work, index, running);
  }
  if (command === 'explore') {
    const { explorePart, exploreWork } = await import('./actions/explore.js');
    const work = await exploreWork(args as ExploreArguments);
    return (index, running) => explorePart(work, index, running);
  }
  const { verifyModelOf, verifyWork } = await import('./actions/verify.js');
  const work = await verifyWork(args as VerifyArguments);
  return async (index, running) => {
    const verified = await verifyModelOf(work, index, running);
    return { ...verified, document: documentForMain(verified.document, work.args) };
  };
}

useSha256InNode();
useTfjsInNode();
/** A worker lives for one command: each of its tasks brings the same arguments. */
let prepared: Promise<CarryOut> | undefined;
serveTasks(async (task: ModelTask, running) => {
  prepared ??= preparedFor(task);
  return (await prepared)(task.index, running);
});
