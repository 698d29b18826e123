// A worker thread of the command line: one model after another, as model-workers.ts hands them out.
import { useSha256InNode } from '../node/sha256-in-node.js';
import { serveTasks } from '../node/task-workers.js';
import type { BaselineArguments } from './actions/baseline.js';
import type { ExploreArguments } from './actions/explore.js';
import type { VerifyArguments } from './actions/verify.js';
import type { ModelTask } from './model-workers.js';
import { prepareTeamConfig } from './team-config.js';

useSha256InNode();
serveTasks(async ({ command, args, index }: ModelTask, running) => {
  await prepareTeamConfig();
  if (command === 'baseline') {
    const { baselineOf, baselineWork } = await import('./actions/baseline.js');
    return baselineOf(await baselineWork(args as BaselineArguments), index, running);
  }
  if (command === 'explore') {
    const { explorePart, exploreWork } = await import('./actions/explore.js');
    return explorePart(await exploreWork(args as ExploreArguments), index, running);
  }
  const { verifyModelOf, verifyWork } = await import('./actions/verify.js');
  return verifyModelOf(await verifyWork(args as VerifyArguments), index, running);
});
