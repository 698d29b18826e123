export { type Backend, backendName, openBackend } from './backend.js';
export { type Comparison, compareTensor } from './compare.js';
export { BACKENDS, type BackendName, DEFAULT_BACKEND } from './platform.js';
export { type RecordedTensor, recordedInput } from './recorded.js';
export { compareRecorded, type RecordedComparison } from './recorded-match.js';
export { evaluate, evaluationSteps, type Reference } from './reference.js';
export { NATIVE_TOLERANCE, showTolerance, type Tolerance } from './tolerance.js';
