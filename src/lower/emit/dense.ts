import { ARRAY_CHANNELS, LINE_BYTES } from '../../../sim/isa/geometry.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { denseBlockBytes } from '../../../sim/isa/weights.js';
import { ceilDiv } from '../../base/units.js';
import type { DenseLayer } from '../../passes/digital-layer.js';
import type { LayerPlan } from '../l1-plan.js';
import { extent } from '../tiling/ranges.js';
import type { ConvBuffers } from './conv.js';
import type { LayerEmitter } from './jobs.js';

/** The steps of a dense layer: input in, a job for each range of outputs, output out. */
export function emitDense(
  layer: DenseLayer,
  plan: Extract<LayerPlan, { kind: 'dense' }>,
  buffers: ConvBuffers,
  emit: LayerEmitter,
): void {
  const inputBytes = coreLayout(layer.input).bytes;
  const outputBytes = coreLayout(layer.output).bytes;
  const blockBytes = denseBlockBytes(inputBytes);
  plan.tiling.outputs.forEach((range, i) => {
    emit.tile({ k: range, y: { lo: 0, hi: 1 }, x: { lo: 0, hi: 1 } });
    if (i === 0 && buffers.input !== null && !plan.input.resident)
      emit.copyIn(
        { buffer: buffers.input, offset: 0 },
        plan.input.address,
        inputBytes,
        `inputs 0..${layer.input[1]}`,
      );
    const blocks = ceilDiv(extent(range), ARRAY_CHANNELS);
    emit.compute(
      {
        kind: 'dense',
        weights: 0,
        input: plan.input.address,
        output: plan.output.address + range.lo,
        inputLines: inputBytes / LINE_BYTES,
        blocks,
        shift: layer.shift,
        relu: layer.relu,
      },
      {
        buffer: buffers.weights,
        offset: (range.lo / ARRAY_CHANNELS) * blockBytes,
        bytes: blocks * blockBytes,
      },
      `outputs ${range.lo}..${range.hi}`,
    );
  });
  if (buffers.output !== null && plan.inL2)
    emit.copyOut(
      plan.output.address,
      { buffer: buffers.output, offset: 0 },
      outputBytes,
      `outputs 0..${layer.output[1]}`,
    );
}
