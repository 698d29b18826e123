import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { SumLayer } from '../../passes/digital-layer.js';
import type { DraftBuffer } from '../draft.js';
import type { LayerPlan } from '../l1-plan.js';
import { extent } from '../tiling/ranges.js';
import type { LayerEmitter } from './jobs.js';

export interface SumBuffers {
  readonly inputs: readonly [DraftBuffer | null, DraftBuffer | null];
  readonly output: DraftBuffer | null;
}

/** The steps of an element-wise sum, piece by piece. */
export function emitSum(
  layer: SumLayer,
  plan: Extract<LayerPlan, { kind: 'sum' }>,
  buffers: SumBuffers,
  emit: LayerEmitter,
): void {
  const same = plan.inputs[0] === plan.inputs[1];
  for (const chunk of plan.tiling.chunks) {
    const note = `bytes ${chunk.lo}..${chunk.hi}`;
    emit.tile({ k: { lo: 0, hi: 1 }, y: { lo: 0, hi: 1 }, x: chunk });
    plan.inputs.forEach((operand, i) => {
      const buffer = buffers.inputs[i];
      if (operand.resident || (same && i === 1) || buffer === null || buffer === undefined) return;
      emit.copyIn({ buffer, offset: chunk.lo }, operand.address, extent(chunk), `operand ${'AB'[i]} ${note}`);
    });
    const at = (o: { address: number; resident: boolean }) => o.address + (o.resident ? chunk.lo : 0);
    const output = at(plan.output);
    emit.compute(
      {
        kind: 'sum',
        inputA: at(plan.inputs[0]),
        inputB: at(plan.inputs[1]),
        output,
        lines: extent(chunk) / LINE_BYTES,
        shift: layer.shift,
      },
      null,
      note,
    );
    if (plan.inL2 && buffers.output !== null)
      emit.copyOut(output, { buffer: buffers.output, offset: chunk.lo }, extent(chunk), note);
  }
}
