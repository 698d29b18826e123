import { LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { REGISTERS as R } from '../../../sim/isa/registers.js';
import { convBlockBytes, denseBlockBytes } from '../../../sim/isa/weights.js';
import type { Random } from '../../base/random.js';
import { registerOf } from '../access.js';
import {
  type ComputeJob,
  type CopyJob,
  type Fault,
  type FaultSite,
  type FaultSource,
  oneOf,
} from './fault.js';

type Unit = 'line' | 'row' | 'tile';
const UNITS: readonly Unit[] = ['line', 'row', 'tile'];

/** Bytes of a line of L1, a row of the tensor that a copy moves, or all that it moves. */
function unitBytes(unit: Unit, { layer }: FaultSite, { report }: CopyJob): number {
  if (unit === 'line') return LINE_BYTES;
  if (unit === 'tile') return report.bytes;
  return coreLayout(report.kind === 'copyIn' ? (layer.inputs[0] ?? layer.output) : layer.output).pitch;
}

/** A register that says where a copy goes or how long it is, and the bytes that one count of it stands for. */
const REGISTERS = [
  ['length', R.MEMCPY_N, WORD_BYTES],
  ['L2 address', R.MEMCPY_ADDR, 1],
  ['L1 address', R.L1ADDR, LINE_BYTES],
] as const;

const signed = (n: number): string => (n < 0 ? `-${-n}` : `+${n}`);

/** The change of a register of one job by some bytes; undefined where it cannot hold the result. */
function moved(step: CopyJob['step'], offset: number, unit: number, bytes: number): number | undefined {
  const now = registerOf(step, offset);
  const then = now === undefined || bytes % unit !== 0 ? -1 : now + bytes / unit;
  return then < 0 ? undefined : then;
}

function copyKinds(site: FaultSite): FaultSource[] {
  return REGISTERS.flatMap(([what, offset, unit]) =>
    UNITS.flatMap((size): FaultSource[] => {
      const kind = `copy ${what} by a ${size}`;
      const candidates = (job: CopyJob): number[] => {
        const bytes = unitBytes(size, site, job);
        // A length that loses all of itself is the copy left out: the job still needs a word.
        return [bytes, -bytes].filter((by) => moved(job.step, offset, unit, by) !== undefined);
      };
      const jobs = site.copies.filter((job) => candidates(job).length > 0);
      if (jobs.length === 0) return [];
      const draw = (rng: Random): Fault => {
        const job = oneOf(rng, jobs);
        const by = oneOf(rng, candidates(job));
        return {
          layer: site.layer.id,
          kind,
          what: `${what} ${signed(by)} bytes in step ${job.index} (${job.step.note})`,
          change: {
            at: 'registers',
            step: job.index,
            values: [[offset, moved(job.step, offset, unit, by)!]],
          },
        };
      };
      return [{ group: 'copies', kind, draw }];
    }),
  );
}

/** Bytes of one block of 16 channels of a job's weights. */
function blockBytes({ report }: ComputeJob): number {
  const { operation: o } = report.instructions[0]!;
  if (o.kind === 'conv') return convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  return o.kind === 'dense' ? denseBlockBytes(o.inputLines * LINE_BYTES) : 0;
}

/** The loads of weights: a longer one changes nothing that a job reads, so only shorter and displaced ones are faults. */
function loadKinds(site: FaultSite): FaultSource[] {
  const sizes = [
    ['line', () => LINE_BYTES],
    ['block', blockBytes],
  ] as const;
  return (['address', 'length'] as const).flatMap((what) =>
    sizes.flatMap(([size, bytesOf]): FaultSource[] => {
      const kind = `weight load ${what} by a ${size}`;
      const register = ({ report }: ComputeJob): number => {
        const dense = report.instructions[0]!.operation.kind === 'dense';
        if (what === 'address') return dense ? R.WT_FC_ADDR : R.WT_CONV_ADDR;
        return dense ? R.WT_FC_N : R.WT_CONV_N;
      };
      const candidates = (job: ComputeJob): number[] => {
        const bytes = bytesOf(job);
        const unit = what === 'address' ? 1 : WORD_BYTES;
        return (what === 'address' ? [bytes, -bytes] : [-bytes]).flatMap((by) => {
          const then = moved(job.step, register(job), unit, by);
          return by === 0 || then === undefined ? [] : [then];
        });
      };
      const jobs = site.compute.filter((job) => candidates(job).length > 0);
      if (jobs.length === 0) return [];
      const draw = (rng: Random): Fault => {
        const job = oneOf(rng, jobs);
        const then = oneOf(rng, candidates(job));
        return {
          layer: site.layer.id,
          kind,
          what: `${what} ${then} instead of ${registerOf(job.step, register(job))} in step ${job.index} (${job.step.note})`,
          change: { at: 'registers', step: job.index, values: [[register(job), then]] },
        };
      };
      return [{ group: 'copies', kind, draw }];
    }),
  );
}

/** Copies and loads of the layer that are off by a line, a row, a block or a whole tile. */
export const copyFaults = (site: FaultSite): FaultSource[] => [...copyKinds(site), ...loadKinds(site)];
