import { ENERGY_ESTIMATED, POWER } from '../src/results/energy.js';
import type { Energy } from '../src/results/run.js';
import { compact } from './numbers.js';

/** "14.75 uJ an inference (11.90..17.61), 847G MAC/J; core 11.90 uJ, host 2.86 uJ". */
export const describeEnergy = (e: Energy): string =>
  `${e.microjoules.toFixed(2)} uJ an inference (${e.least.toFixed(2)}..${e.most.toFixed(2)}), ` +
  `${compact(e.macsPerJoule)} MAC/J; core ${e.coreMicrojoules.toFixed(2)} uJ, host ${e.hostMicrojoules.toFixed(2)} uJ`;

/** The words that stand beside it. */
export const ENERGY_SOURCE = `${ENERGY_ESTIMATED}: ${POWER.source}`;
