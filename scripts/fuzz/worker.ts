import { serveTasks } from '../../src/node/task-workers.js';
import { checkOneGraph } from './graph-check.js';

// A worker thread of `npm run fuzz`.
serveTasks(checkOneGraph);
