import { DEFAULT_ANALOG } from '../../../../sim/isa/analog/cycles.js';
import type { AnalogOperation } from '../../../../sim/isa/analog/operation.js';
import { weightBit } from '../../../../sim/isa/analog/weights.js';
import { WORD_BYTES } from '../../../../sim/isa/geometry.js';
import type { Random } from '../../../base/random.js';
import { operandsOf } from '../../analog-access.js';
import { type AnalogComputeJob, type AnalogFaultSite, type FaultSource, oneOf } from '../fault.js';

/** The planes of bits of the stored weights. */
const PLANES = [
  ['bit of the plus plane', 0],
  ['bit of the minus plane', 1],
] as const;
/** The batch norm's constants that follow each other, and by how much one of their units moves what is shifted. */
const NORM = [
  ['batch norm factor', 0, 32],
  ['batch norm addend', 1, 1],
] as const;
/** The array's post-processing has 16 bits: what stands above them in a word is read by nobody. */
const NORM_BYTES = 2;

const operationOf = ({ report }: AnalogComputeJob): AnalogOperation => report.instructions[0]!.operation;

/** The first output channel of a job's tile. */
const firstChannel = ({ layer }: AnalogFaultSite, { step }: AnalogComputeJob): number =>
  layer.tiles[step.tile]?.k.lo ?? 0;

/** Single bits of the cells' planes and of the batch norm's constants that the layer's jobs load; padding is left out. */
export function analogWeightFaults(site: AnalogFaultSite): FaultSource[] {
  const { compute: jobs, layer } = site;
  if (jobs.length === 0) return [];
  const ours = site.program.manifest.hardware.analog ?? DEFAULT_ANALOG;
  const planes = PLANES.map(([kind, plane]): FaultSource => {
    const draw = (rng: Random) => {
      const job = oneOf(rng, jobs);
      const o = operationOf(job);
      const column = rng.int(0, o.outputs - 1);
      const row = rng.int(0, o.channels * o.kernelHeight * o.kernelWidth - 1);
      const { byte, mask } = weightBit(o, row, column, plane, ours);
      const channel = firstChannel(site, job) + column;
      const input = Math.floor(row / (o.kernelHeight * o.kernelWidth));
      return {
        layer: layer.id,
        kind,
        what: `${kind} of a weight of channel ${channel}`,
        change: { at: 'memory', address: operandsOf(job.step, o).weights.lo + byte, mask },
        place: {
          channel,
          input,
          weight: 1,
          step: { size: Math.abs(o.gain ?? ours.defaultGain), of: 'the converter' },
        },
      } as const;
    };
    return { group: 'weights', kind, draw };
  });
  const norms = NORM.flatMap(([what, part, reach]) =>
    Array.from({ length: NORM_BYTES }, (_, byte): FaultSource => {
      const kind = `${what}, byte ${byte}`;
      const draw = (rng: Random) => {
        const job = oneOf(rng, jobs);
        const o = operationOf(job);
        const own = rng.int(0, o.outputs - 1);
        const bit = rng.int(0, 7);
        const channel = firstChannel(site, job) + own;
        const address = operandsOf(job.step, o).norm.lo + (part * o.outputs + own) * WORD_BYTES + byte;
        return {
          layer: layer.id,
          kind,
          what: `bit ${8 * byte + bit} of the ${what} of channel ${channel}`,
          change: { at: 'memory', address, mask: 1 << bit },
          place: {
            channel,
            weight: reach * 2 ** (8 * byte + bit),
            step: { size: 2 ** o.shift, of: 'the output' },
          },
        } as const;
      };
      return { group: 'bias', kind, draw };
    }),
  );
  return [...planes, ...norms];
}
