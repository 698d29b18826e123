import { copyCycles, denseCycles } from '../../../sim/isa/cycles.js';
import { ARRAY_CHANNELS, copyBytes, LINE_BYTES, withCopySlack } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { denseBlockBytes } from '../../../sim/isa/weights.js';
import { ceilDiv, roundUp } from '../../base/units.js';
import type { DenseLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import { jobOverhead } from './job-overhead.js';
import { extent, pieces } from './ranges.js';
import type { Residency } from './residency.js';

/**
 * A dense layer: the input is copied in once, each tile computes as many blocks of 16 outputs as the weight memory takes (the
 * instruction's k counts blocks; DORY gives it one [dory], which only adds launches), the output is copied out once.
 */
export interface DenseTiling {
  readonly outputs: readonly Range[];
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly weightBytes: number;
  readonly cycles: number;
}

/** The cheapest legal tiling (all weights are loaded once whatever the tiles, so the fewest tiles win); null when none fits. */
export function tileDense(
  layer: DenseLayer,
  residency: Residency,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): DenseTiling | null {
  const inputs = roundUp(layer.input[1]!, LINE_BYTES);
  const outputs = roundUp(layer.output[1]!, ARRAY_CHANNELS);
  const blockBytes = denseBlockBytes(inputs);
  const inputBytes = residency.input ? 0 : withCopySlack(inputs);
  const outputBytes = residency.output ? 0 : withCopySlack(outputs);
  const perTile = Math.min(outputs / ARRAY_CHANNELS, Math.floor(hw.chip.weightMemoryBytes / blockBytes));
  if (perTile < 1 || inputBytes + outputBytes > l1Bytes) return null;
  const ranges = pieces(layer.output[1]!, perTile * ARRAY_CHANNELS);
  let cycles = residency.input ? 0 : copyCycles(copyBytes(inputs), hw.cycles);
  if (residency.outputInL2) cycles += copyCycles(copyBytes(outputs), hw.cycles);
  for (const r of ranges) {
    const blocks = ceilDiv(extent(r), ARRAY_CHANNELS);
    const operation = {
      kind: 'dense',
      weights: 0,
      input: 0,
      output: 0,
      inputLines: inputs / LINE_BYTES,
      blocks,
      shift: layer.shift,
      relu: layer.relu,
    } as const;
    cycles +=
      hw.cycles.tileLoop +
      jobOverhead(blocks * blockBytes, fixedBytes, hw) +
      denseCycles(operation, hw.cycles, hw.array);
  }
  return { outputs: ranges, inputBytes, outputBytes, weightBytes: perTile * blockBytes, cycles };
}
