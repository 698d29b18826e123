import { serveTasks } from '../../src/node/task-workers.js';
import { plant } from './plant.js';

// A worker thread of `npm run faults`.
serveTasks(plant);
