import { BANKS } from '../../../sim/isa/analog/geometry.js';
import { ARRAY_CHANNELS, LINE_BYTES } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { MEMCPY_OP } from '../../../sim/isa/registers.js';
import { convBlockBytes } from '../../../sim/isa/weights.js';
import type { ConvLayer, SumLayer } from '../../passes/digital-layer.js';
import type { DraftBuffer } from '../draft.js';
import { convGeometry, tileOperation } from '../tiling/conv-geometry.js';
import { type PixelConvTiling, pixelConvTiles } from '../tiling/pixel-conv.js';
import { chunkRuns, type PixelSumTiling } from '../tiling/pixel-sum.js';
import { extent } from '../tiling/ranges.js';
import { copyInput, show } from './conv.js';
import type { LayerEmitter } from './jobs.js';

/** The steps of a conv that reads planes and writes pixels of channels for the analog core. */
export function emitPixelConv(
  layer: ConvLayer,
  tiling: PixelConvTiling,
  buffers: { readonly input: DraftBuffer; readonly output: DraftBuffer; readonly weights: DraftBuffer },
  hw: HardwareParameters,
  emit: LayerEmitter,
): void {
  const g = convGeometry(layer);
  const blockBytes = convBlockBytes(g.inputChannels, layer.kernelHeight, layer.kernelWidth);
  const all = { lo: 0, hi: g.inputChannels };
  for (const { spatial, tiles } of pixelConvTiles(g, tiling, hw.analog?.blocksTogether !== 0))
    tiles.forEach(({ channels, output }, i) => {
      emit.tile({ k: channels, y: spatial.rows, x: spatial.strip.valid });
      if (i === 0)
        copyInput(g, spatial, all, { address: tiling.input, resident: false }, buffers.input, emit);
      const operation = tileOperation(g, spatial, channels);
      const weights = {
        buffer: buffers.weights,
        offset: (channels.lo / ARRAY_CHANNELS) * blockBytes,
        bytes: operation.blocks * blockBytes,
      };
      emit.compute(
        { ...operation, weights: 0, input: tiling.input, output: 0, pixels: true },
        weights,
        `channels ${show(channels)} rows ${show(spatial.rows)}`,
      );
      for (const run of output) emit.copyBanks(MEMCPY_OP.banksL1ToL2, buffers.output, 0, run, 'copy out');
    });
}

/** The steps of an element-wise sum over pixels of channels: piece by piece, a job for each bank in use. */
export function emitPixelSum(
  layer: SumLayer,
  tiling: PixelSumTiling,
  buffers: { readonly inputs: readonly [DraftBuffer, DraftBuffer]; readonly output: DraftBuffer },
  hw: HardwareParameters,
  emit: LayerEmitter,
): void {
  const bankBytes = hw.chip.l1Bytes / BANKS;
  const operands = [...new Set(buffers.inputs)];
  for (const chunk of tiling.chunks) {
    const lines = extent(chunk);
    const bytes = lines * LINE_BYTES;
    const runs = chunkRuns(chunk);
    emit.tile({ k: { lo: 0, hi: 1 }, y: { lo: 0, hi: 1 }, x: chunk });
    operands.forEach((buffer, i) => {
      for (const run of runs)
        emit.copyBanks(MEMCPY_OP.banksL2ToL1, buffer, i * bytes, run, `copy in operand ${'AB'[i]}`);
    });
    const output = operands.length * bytes;
    for (let bank = 0; bank < tiling.banks; bank++) {
      const at = (offset: number): number => bank * bankBytes + offset;
      emit.compute(
        {
          kind: 'sum',
          inputA: at(0),
          inputB: at((operands.length - 1) * bytes),
          output: at(output),
          lines,
          shift: layer.shift,
        },
        null,
        `lines ${show(chunk)} of bank ${bank}`,
      );
    }
    for (const run of runs) emit.copyBanks(MEMCPY_OP.banksL1ToL2, buffers.output, output, run, 'copy out');
  }
}
