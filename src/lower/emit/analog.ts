import { DEFAULT_ANALOG } from '../../../sim/isa/analog/cycles.js';
import { completeAnalogFields, encodeAnalog } from '../../../sim/isa/analog/instruction.js';
import { STOP_FIELDS, toAnalogFields } from '../../../sim/isa/analog/operation.js';
import {
  ANALOG_CONFIGURATION_WORDS,
  ANALOG_INSTRUCTION_MEMORY_WORDS,
  ANALOG_REGISTERS as R,
} from '../../../sim/isa/analog/registers.js';
import { analogWeightBytes, packAnalogNorm, packAnalogWeights } from '../../../sim/isa/analog/weights.js';
import { WORD_BYTES } from '../../../sim/isa/geometry.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { MEMCPY_OP } from '../../../sim/isa/registers.js';
import type { AnalogLayer } from '../../passes/analog-layer.js';
import type { Range, Tile } from '../../program/types.js';
import type { Draft, DraftBuffer, DraftJob } from '../draft.js';
import { type AnalogTiling, analogTiles } from '../tiling/analog.js';
import type { LineRun } from '../tiling/line-runs.js';
import { extent } from '../tiling/ranges.js';
import { type BankCopyOp, bankCopy } from './bank-copy.js';
import { wordBytes } from './jobs.js';

/** Bytes of configuration and instruction words that every analog job fetches. */
export const ANALOG_FIXED_BYTES = (ANALOG_CONFIGURATION_WORDS + ANALOG_INSTRUCTION_MEMORY_WORDS) * WORD_BYTES;

const show = (r: Range): string => `${r.lo}..${r.hi}`;

/** Where the weights and the batch norm of each tile of channels lie in the layer's weights. */
function weightOffsets(layer: AnalogLayer, channels: readonly Range[]): { weights: number; norm: number }[] {
  let at = 0;
  return channels.map((r) => {
    const bytes = analogWeightBytes(layer.input[1]!, extent(r), layer.kernelHeight, layer.kernelWidth);
    const place = { weights: at, norm: at + bytes };
    at += bytes + 2 * extent(r) * WORD_BYTES;
    return place;
  });
}

/** The bytes of a layer's weights in L2: for each tile of channels the array's cells, then the batch norm's constants. [dory] */
export function analogWeights(
  layer: AnalogLayer,
  channels: readonly Range[],
  hw: HardwareParameters,
): Uint8Array {
  const [c, fy, fx] = [layer.input[1]!, layer.kernelHeight, layer.kernelWidth];
  const parts = channels.flatMap(({ lo, hi }) => [
    packAnalogWeights(
      layer.weights.subarray(lo * c * fy * fx, hi * c * fy * fx),
      [hi - lo, c, fy, fx],
      hw.analog ?? DEFAULT_ANALOG,
    ),
    packAnalogNorm(
      Array.from({ length: hi - lo }, (_, i) => layer.multiply[lo + i]!),
      Array.from({ length: hi - lo }, (_, i) => layer.add[lo + i]!),
    ),
  ]);
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** L2 buffers of an analog layer. */
export interface AnalogBuffers {
  readonly input: DraftBuffer;
  readonly output: DraftBuffer;
  readonly weights: DraftBuffer;
  readonly configuration: DraftBuffer;
}

/** The steps of an analog layer: for each tile copies of banks in, a job, copies out. Returns its tiles. */
export function emitAnalog(
  layer: AnalogLayer,
  tiling: AnalogTiling,
  buffers: AnalogBuffers,
  place: { readonly draft: Draft; readonly layer: number; readonly name: string },
  hw: HardwareParameters,
): Tile[] {
  const { draft } = place;
  const instruction: DraftBuffer = {
    name: `${place.name}_instruction`,
    role: 'instructions',
    memory: 'L2',
    bytes: ANALOG_INSTRUCTION_MEMORY_WORDS * WORD_BYTES,
    shape: [ANALOG_INSTRUCTION_MEMORY_WORDS],
    dtype: 'int32',
    layout: 'dense',
    content: new Uint8Array(ANALOG_INSTRUCTION_MEMORY_WORDS * WORD_BYTES),
  };
  draft.buffers.push(instruction);
  const tiles: Tile[] = [];
  const offsets = weightOffsets(layer, tiling.channels);
  const job = (
    { writes, note }: Pick<DraftJob, 'writes' | 'note'>,
    computing?: DraftJob['instruction'],
  ): void => {
    draft.steps.push({
      kind: 'job',
      core: 'analog',
      layer: place.layer,
      tile: tiles.length - 1,
      writes,
      note,
      touches: [],
      completes: [],
      instruction: computing,
    });
  };
  const copies = (
    op: BankCopyOp,
    buffer: DraftBuffer,
    base: number,
    runs: readonly LineRun[],
    note: string,
  ): void => {
    for (const run of runs) job(bankCopy(op, buffer, base, run, note));
  };
  const stop = wordBytes(encodeAnalog(completeAnalogFields(STOP_FIELDS)));
  const ow = layer.output[3]!;
  for (const t of analogTiles(layer, tiling, hw.analog ?? DEFAULT_ANALOG)) {
    tiles.push({ k: t.channels, y: t.rows, x: { lo: 0, hi: ow } });
    draft.steps.push({ kind: 'tile', layer: place.layer, tile: tiles.length - 1 });
    copies(MEMCPY_OP.banksL2ToL1, buffers.input, t.operation.input, t.input, 'copy in');
    const words = encodeAnalog(completeAnalogFields(toAnalogFields(t.operation)));
    if (tiles.length === 1) {
      instruction.content!.set(wordBytes(words));
      instruction.content!.set(stop, words.length * WORD_BYTES);
    }
    const { weights, norm } = offsets[tiling.channels.indexOf(t.channels)]!;
    const writes: DraftJob['writes'] = [
      [R.MEMCPY_OP, MEMCPY_OP.compute],
      [R.CONF_ADDR, { buffer: buffers.configuration, offset: 0 }],
      [R.CONF_N, ANALOG_CONFIGURATION_WORDS],
      [R.IM_ADDR, { buffer: instruction, offset: 0 }],
      [R.IM_N, ANALOG_INSTRUCTION_MEMORY_WORDS],
      [R.WT_CONV_ADDR, { buffer: buffers.weights, offset: weights }],
      [R.WT_SIMD_ADDR, { buffer: buffers.weights, offset: norm }],
      [R.ACT_N, 0],
      [R.NB_TILE, 0],
      [R.TRIGGER, 1],
    ];
    job(
      { writes, note: `compute channels ${show(t.channels)} rows ${show(t.rows)}` },
      { words, buffer: instruction },
    );
    copies(MEMCPY_OP.banksL1ToL2, buffers.output, t.operation.output, t.output, 'copy out');
  }
  return tiles;
}
