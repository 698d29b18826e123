import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { DTYPES } from '../../src/base/dtype.js';
import { REASONS } from '../../src/results/run.js';
import { count, cycles, described, each, listOf, number, object, oneOf, type Schema, text } from './build.js';

/** The paths that bytes move on, as in `BytesMoved`. */
export const BYTE_PATHS = ['l2ToL1', 'l1ToL2', 'weights', 'instructions', 'hostRead', 'hostWritten'] as const;

const numbersLike = (group: object): Schema => object(each(Object.keys(group), number));

/** Parts that results and baselines have in common; they become `$defs`. */
export const PARTS: Readonly<Record<string, Schema>> = {
  shape: listOf(count),
  dtype: oneOf(DTYPES),
  where: oneOf(['digital', 'analog', 'host']),
  cyclesByReason: described(object(each(REASONS, cycles)), 'Estimated cycles; every cycle has one reason.'),
  bytesMoved: described(object(each(BYTE_PATHS, count)), 'Bytes moved, by path.'),
  jobs: described(object({ copies: count, compute: count }), 'Jobs of the digital core.'),
  memory: described(
    object(each(['l2', 'l2Limit', 'l1', 'l1Limit', 'weightMemory', 'weightMemoryLimit'], count)),
    'Peak use in bytes beside the limit.',
  ),
  energy: described(
    object({
      coreMicrojoules: number,
      hostMicrojoules: number,
      microjoules: number,
      least: number,
      most: number,
      macsPerJoule: number,
    }),
    'Microjoules, estimated from published power figures, with the range that the unknown power of the host leaves.',
  ),
  hardware: described(
    object({
      name: text,
      chip: numbersLike(DEFAULT_PARAMETERS.chip),
      cycles: numbersLike(DEFAULT_PARAMETERS.cycles),
      host: numbersLike(DEFAULT_PARAMETERS.host),
      'analog?': numbersLike(DEFAULT_ANALOG),
      'array?': numbersLike(DEFAULT_ARRAY),
    }),
    'The parameter set that the estimates depend on.',
  ),
};
