import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../../../sim/isa/geometry.js';
import { byteOfElement } from '../../../sim/isa/layout.js';
import { REGISTERS as R } from '../../../sim/isa/registers.js';
import {
  CONV_BIAS_BYTES,
  convBlockBytes,
  DENSE_BIAS_BYTES,
  denseBlockBytes,
} from '../../../sim/isa/weights.js';
import type { Random } from '../../base/random.js';
import { registerOf } from '../access.js';
import { type ComputeJob, type FaultSite, type FaultSource, oneOf } from './fault.js';

/** Kinds of weight bits: name, lowest bit, highest bit. */
const WEIGHT_BITS = [
  ['sign bit of a weight', 7, 7],
  ['high bit of a weight', 4, 6],
  ['low bit of a weight', 0, 3],
] as const;
/** Bytes of a bias, by the plane that holds them. */
const BIAS_PLANES = 4;

/** A byte of a job's weights, and what it belongs to. */
interface WeightByte {
  /** In L2. */
  readonly address: number;
  readonly channel: number;
  readonly input?: number;
}

/** Where a job's weights start in L2; undefined where it loads none. */
function weightsAt({ step, report }: ComputeJob): number | undefined {
  const { operation } = report.instructions[0]!;
  if (operation.kind === 'sum') return undefined;
  const at = registerOf(step, operation.kind === 'conv' ? R.WT_CONV_ADDR : R.WT_FC_ADDR);
  return at === undefined ? undefined : at + operation.weights;
}

/** A depthwise layer runs a job a channel, in lane 0; the job's other 15 outputs are nobody's. */
const isDepthwise = ({ layer }: FaultSite, job: ComputeJob): boolean => {
  const { operation } = job.report.instructions[0]!;
  return operation.kind === 'conv' && operation.channels === 1 && (layer.inputs[0]?.[1] ?? 1) > 1;
};

/** One of the job's real output channels: its number in the job (block and lane) and in the layer. */
function drawChannel(site: FaultSite, job: ComputeJob, rng: Random): { own: number; channel: number } {
  const range = site.layer.tiles[job.step.tile]?.k ?? { lo: 0, hi: site.layer.output[1] ?? 1 };
  const { operation } = job.report.instructions[0]!;
  if (isDepthwise(site, job)) {
    // The jobs of a tile take its channels in order.
    const before = site.compute.filter((j) => j.step.tile === job.step.tile && j.index < job.index).length;
    return { own: 0, channel: range.lo + before };
  }
  const blocks = operation.kind === 'sum' ? 0 : operation.blocks;
  const own = rng.int(0, Math.min(range.hi - range.lo, blocks * ARRAY_CHANNELS) - 1);
  return { own, channel: range.lo + own };
}

/** A weight of a real output channel and a real input. */
function drawWeight(site: FaultSite, job: ComputeJob, rng: Random): WeightByte {
  const { operation: o } = job.report.instructions[0]!;
  const { own, channel } = drawChannel(site, job, rng);
  const [block, lane] = [Math.floor(own / ARRAY_CHANNELS), own % ARRAY_CHANNELS];
  const start = weightsAt(job)!;
  if (o.kind === 'dense') {
    const inputs = o.inputLines * LINE_BYTES;
    const real = (site.layer.inputs[0] ?? [inputs]).reduce((n, d) => n * d, 1);
    const input = rng.int(0, Math.min(inputs, real) - 1);
    const group = Math.floor(input / ARRAY_COLUMNS) * ARRAY_CHANNELS * ARRAY_COLUMNS;
    const element = block * denseBlockBytes(inputs) + group + lane * ARRAY_COLUMNS + (input % ARRAY_COLUMNS);
    return { address: start + byteOfElement(element), channel, input };
  }
  if (o.kind !== 'conv') throw new Error('a sum has no weights');
  const taps = o.kernelHeight * o.kernelWidth;
  const tap = rng.int(0, o.channels * taps - 1);
  const element =
    block * convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth) + tap * ARRAY_CHANNELS + lane;
  const input = isDepthwise(site, job) ? channel : Math.floor(tap / taps);
  return { address: start + byteOfElement(element), channel, input };
}

/** Byte `plane` of the bias of a real output channel. */
function drawBias(site: FaultSite, job: ComputeJob, plane: number, rng: Random): WeightByte {
  const { operation: o } = job.report.instructions[0]!;
  const { own, channel } = drawChannel(site, job, rng);
  const [block, lane] = [Math.floor(own / ARRAY_CHANNELS), own % ARRAY_CHANNELS];
  if (o.kind === 'sum') throw new Error('a sum has no bias');
  const blockBytes =
    o.kind === 'conv'
      ? convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth)
      : denseBlockBytes(o.inputLines * LINE_BYTES);
  const element =
    o.kind === 'conv'
      ? (block + 1) * blockBytes - CONV_BIAS_BYTES + plane * ARRAY_CHANNELS + lane
      : (block + 1) * blockBytes - DENSE_BIAS_BYTES + lane * LINE_BYTES + plane;
  return { address: weightsAt(job)! + byteOfElement(element), channel };
}

/** Single bits of the weights and biases that the layer's jobs load; padding of channels and inputs is left out. */
export function weightFaults(site: FaultSite): FaultSource[] {
  const jobs = site.compute.filter((job) => weightsAt(job) !== undefined);
  if (jobs.length === 0) return [];
  const layer = site.layer.id;
  const weights = WEIGHT_BITS.map(
    ([kind, low, high]): FaultSource => ({
      group: 'weights',
      kind,
      draw: (rng) => {
        const { address, channel, input } = drawWeight(site, oneOf(rng, jobs), rng);
        const bit = rng.int(low, high);
        return {
          layer,
          kind,
          what: `bit ${bit} of a weight of channel ${channel}`,
          change: { at: 'memory', address, mask: 1 << bit },
          place: { channel, input: input!, weight: 2 ** bit },
        };
      },
    }),
  );
  const biases = Array.from({ length: BIAS_PLANES }, (_, plane): FaultSource => {
    const kind = `bias byte ${plane}`;
    return {
      group: 'bias',
      kind,
      draw: (rng) => {
        const { address, channel } = drawBias(site, oneOf(rng, jobs), plane, rng);
        const bit = rng.int(0, 7);
        return {
          layer,
          kind,
          what: `bit ${bit} of byte ${plane} of the bias of channel ${channel}`,
          change: { at: 'memory', address, mask: 1 << bit },
          place: { channel, weight: 2 ** (8 * plane + bit) },
        };
      },
    };
  });
  return [...weights, ...biases];
}
