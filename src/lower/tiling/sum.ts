import { copyCycles, sumCycles } from '../../../sim/isa/cycles.js';
import { COPY_GRANULE_BYTES, copyBytes, LINE_BYTES, withCopySlack } from '../../../sim/isa/geometry.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import type { SumLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import { jobOverhead } from './job-overhead.js';
import { extent, pieces } from './ranges.js';

/** An element-wise sum in pieces of consecutive bytes of the core's layout; the padding of rows is added too. */
export interface SumTiling {
  /** Bytes from the tensors' starts, ascending. */
  readonly chunks: readonly Range[];
  /** Bytes of L1 for one operand's piece, 0 where that operand is resident. */
  readonly operandBytes: readonly [number, number];
  readonly outputBytes: number;
  readonly cycles: number;
}

export interface SumResidency {
  /** Of operand A and B; `same` where both are one tensor, which is copied once. */
  readonly inputs: readonly [boolean, boolean];
  readonly same: boolean;
  readonly output: boolean;
  readonly outputInL2: boolean;
}

/** The cheapest legal tiling: the longest pieces that fit, since each piece only adds overhead. Null when none fits. */
export function tileSum(
  layer: SumLayer,
  residency: SumResidency,
  l1Bytes: number,
  hw: HardwareParameters,
  fixedBytes: number,
): SumTiling | null {
  const total = coreLayout(layer.input).bytes;
  const copied = [!residency.inputs[0], !residency.inputs[1] && !residency.same] as const;
  const parts = Number(copied[0]) + Number(copied[1]) + Number(!residency.output);
  // Pieces end on 32 bytes, so that copies of all but the last are exact.
  let chunk = total;
  if (parts * withCopySlack(total) > l1Bytes) {
    const room = Math.floor(l1Bytes / parts / COPY_GRANULE_BYTES) - 1;
    // Equal pieces cost the same in all and leave room: as few as needed, the last one takes the rest.
    chunk = room * COPY_GRANULE_BYTES;
    if (chunk < COPY_GRANULE_BYTES) return null;
  }
  const chunks = pieces(total, chunk);
  let cycles = 0;
  for (const c of chunks) {
    const bytes = extent(c);
    const copies = parts - Number(!residency.output) + Number(residency.outputInL2);
    cycles += copies * copyCycles(copyBytes(bytes), hw.cycles) + hw.cycles.tileLoop;
    cycles += jobOverhead(0, fixedBytes, hw);
    cycles += sumCycles(
      { kind: 'sum', inputA: 0, inputB: 0, output: 0, lines: bytes / LINE_BYTES, shift: layer.shift },
      hw.cycles,
      hw.array,
    );
  }
  const operand = withCopySlack(chunk);
  return {
    chunks,
    operandBytes: [copied[0] ? operand : 0, copied[1] ? operand : 0],
    outputBytes: residency.output ? 0 : operand,
    cycles,
  };
}
