import { type Baseline, readBaseline } from '../../reports/regression/baseline.js';
import { readText } from './files.js';

/**
 * The baseline in a file that `diana-sim baseline` wrote. Throws a UserError of one line for anything else.
 *
 * @example
 * const before = readBaselineFile('baselines/resnet8.json');
 */
export const readBaselineFile = (path: string): Baseline => readBaseline(readText(path), path);
