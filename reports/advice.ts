import type { Advice, ConfirmedChange, LayerAdvice } from '../src/results/advice.js';
import { ESTIMATED } from './metrics.js';
import { count, percent } from './numbers.js';

const gainText = (gain: number): string =>
  gain === 0 ? 'free' : gain > 0 ? `${count(gain)} cycles less` : `${count(-gain)} cycles more`;

/** "1,062,491 cycles less: pad the input ... Outputs: the same." */
export const describeChange = ({ gain, what, outputs }: ConfirmedChange): string =>
  `${gainText(gain)}: ${what}. Outputs: ${outputs}.`;

/** "conv1 (host): 990,943 cycles, 72.2 %" */
export const describeAdvised = (l: LayerAdvice, { totalCycles }: Advice): string =>
  `${l.layer} (${l.where}): ${count(l.cycles)} cycles, ${percent(l.cycles, totalCycles)}`;

/** "Together: all 4 changes that keep the outputs: 785,139 cycles, 60,456 (7.1 %) less."; undefined where there are fewer than two. */
export const describeTogether = ({ together, totalCycles }: Advice): string | undefined =>
  together === undefined
    ? undefined
    : `Together: ${together.what}: ${count(together.totalCycles)} cycles, ${count(together.gain)} (${percent(together.gain, totalCycles)}) less.`;

/** What stands above advice. */
export const adviceNote = ({ totalCycles, parameterSet }: Advice): string =>
  `Layers above 2 % of ${count(totalCycles)} cycles, ${ESTIMATED}; parameter set ${parameterSet}. Each change was compiled, and its gain is what that compile counts.`;
