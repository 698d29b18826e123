export {
  BACKENDS,
  type Backend,
  type BackendName,
  backendName,
  DEFAULT_BACKEND,
  openBackend,
} from './backend.js';
export { type Comparison, compareTensor } from './compare.js';
export { evaluate, type Reference } from './reference.js';
export { showTolerance, type Tolerance } from './tolerance.js';
