import { ARRAY_CHANNELS, ARRAY_COLUMNS } from '../../../sim/isa/geometry.js';
import { coreLayout } from '../../../sim/isa/layout.js';
import { convBlockBytes, depthwiseOffset } from '../../../sim/isa/weights.js';
import type { ConvLayer } from '../../passes/digital-layer.js';
import type { Range } from '../../program/types.js';
import type { DraftBuffer } from '../draft.js';
import type { L1Operand, LayerPlan } from '../l1-plan.js';
import {
  type Contiguity,
  type ConvGeometry,
  convGeometry,
  inputContiguity,
  inputPlane,
  outputContiguity,
  outputPlane,
  outputRowBytes,
  type SpatialTile,
  spatialTiles,
  tileOperation,
} from '../tiling/conv-geometry.js';
import { extent } from '../tiling/ranges.js';
import type { LayerEmitter } from './jobs.js';

/** L2 buffers of a layer; an operand that stays in L1 has none. */
export interface ConvBuffers {
  readonly input: DraftBuffer | null;
  readonly output: DraftBuffer | null;
  readonly weights: DraftBuffer;
}

type ConvPlan = Extract<LayerPlan, { kind: 'conv' }>;

/** "0..16" */
export const show = (r: Range): string => `${r.lo}..${r.hi}`;

/** One copy of a tile: bytes from the buffer's start, bytes from the tile's start in L1, length. */
interface Piece {
  readonly l2: number;
  readonly l1: number;
  readonly bytes: number;
  readonly note: string;
}

/** The copies of `planes` planes of a tile that lies in L2 at `rows` x columns from `column` on. */
function tilePieces(t: {
  readonly planes: Range;
  readonly rows: Range;
  readonly column: number;
  readonly rowBytes: number;
  readonly tensor: { readonly planeBytes: number; readonly pitch: number };
  readonly tilePitch: number;
  readonly contiguity: Contiguity;
}): Piece[] {
  const height = extent(t.rows);
  const start = (plane: number, row: number) => plane * t.tensor.planeBytes + row * t.tensor.pitch + t.column;
  const all = `channels ${show(t.planes)} rows ${show(t.rows)}`;
  if (t.contiguity === 'tensor')
    return [
      { l2: start(t.planes.lo, t.rows.lo), l1: 0, bytes: extent(t.planes) * t.tensor.planeBytes, note: all },
    ];
  const pieces: Piece[] = [];
  for (let plane = t.planes.lo; plane < t.planes.hi; plane++) {
    const tilePlane = (plane - t.planes.lo) * height * t.tilePitch;
    if (t.contiguity === 'plane') {
      const note = `channel ${plane} rows ${show(t.rows)}`;
      pieces.push({ l2: start(plane, t.rows.lo), l1: tilePlane, bytes: height * t.tensor.pitch, note });
      continue;
    }
    for (let row = t.rows.lo; row < t.rows.hi; row++) {
      const note = `channel ${plane} row ${row} columns ${t.column}..${t.column + t.rowBytes}`;
      const l1 = tilePlane + (row - t.rows.lo) * t.tilePitch;
      pieces.push({ l2: start(plane, row), l1, bytes: t.rowBytes, note });
    }
  }
  return pieces;
}

/** Copies a tile's input planes to L1, where they do not lie there already. */
export function copyInput(
  g: ConvGeometry,
  t: SpatialTile,
  planes: Range,
  to: L1Operand,
  buffer: DraftBuffer | null,
  emit: LayerEmitter,
): void {
  if (buffer === null || to.resident) return;
  const pieces = tilePieces({
    planes,
    rows: { lo: t.input.lo, hi: t.input.hi },
    column: t.strip.inputLo,
    rowBytes: t.strip.inputPitch,
    tensor: coreLayout(g.layer.input),
    tilePitch: t.strip.inputPitch,
    contiguity: inputContiguity(g, t),
  });
  for (const p of pieces) emit.copyIn({ buffer, offset: p.l2 }, to.address + p.l1, p.bytes, p.note);
}

function copyOutput(
  g: ConvGeometry,
  t: SpatialTile,
  channels: Range,
  at: number,
  plan: ConvPlan,
  buffers: ConvBuffers,
  emit: LayerEmitter,
): void {
  if (buffers.output === null || !plan.inL2) return;
  const pieces = tilePieces({
    planes: channels,
    rows: t.rows,
    column: t.strip.out.lo,
    rowBytes: outputRowBytes(g, t),
    tensor: coreLayout(g.layer.output),
    tilePitch: t.strip.columnGroups * ARRAY_COLUMNS,
    contiguity: outputContiguity(g, t),
  });
  for (const p of pieces) emit.copyOut(at + p.l1, { buffer: buffers.output, offset: p.l2 }, p.bytes, p.note);
}

/** One job for a conv tile; one a channel, in ascending order, for a depthwise tile. [hal] */
function computeTile(
  g: ConvGeometry,
  t: SpatialTile,
  channels: Range,
  input: number,
  output: number,
  buffers: ConvBuffers,
  emit: LayerEmitter,
): void {
  const { layer } = g;
  const operation = tileOperation(g, t, channels);
  const taps = [layer.kernelHeight, layer.kernelWidth] as const;
  if (!layer.depthwise) {
    const blockBytes = convBlockBytes(g.inputChannels, ...taps);
    const offset = (channels.lo / ARRAY_CHANNELS) * blockBytes;
    const weights = { buffer: buffers.weights, offset, bytes: operation.blocks * blockBytes };
    emit.compute(
      { ...operation, weights: 0, input, output },
      weights,
      `channels ${show(channels)} rows ${show(t.rows)}`,
    );
    return;
  }
  const rows = `rows ${show(t.rows)}`;
  const bytes = convBlockBytes(1, ...taps);
  emit.computeSweep(
    { ...operation, weights: 0, input, output },
    {
      count: extent(channels),
      input: { first: input, step: inputPlane(t) },
      output: { first: output, step: outputPlane(t) },
      weights: { buffer: buffers.weights, bytes },
      weightsOffset: (job) => depthwiseOffset(channels.lo + job, ...taps),
      note: (job) => `channel ${channels.lo + job} ${rows}`,
    },
  );
}

/** The steps of a conv or depthwise conv, tile by tile in the order that `spatialTiles` gives. */
export function emitConv(layer: ConvLayer, plan: ConvPlan, buffers: ConvBuffers, emit: LayerEmitter): void {
  const g = convGeometry(layer);
  const inputAll: Range = { lo: 0, hi: g.inputChannels };
  for (const t of spatialTiles(g, plan.tiling)) {
    const columns = { lo: t.strip.valid.lo, hi: Math.min(t.strip.valid.hi, g.outputColumns) };
    plan.tiling.channels.forEach((channels, i) => {
      emit.tile({ k: channels, y: t.rows, x: columns });
      if (layer.depthwise) copyInput(g, t, channels, plan.input, buffers.input, emit);
      else if (i === 0) copyInput(g, t, inputAll, plan.input, buffers.input, emit);
      // Operands that stay in L1 hold all channels; tiles hold theirs alone.
      const input =
        plan.input.address + (layer.depthwise && plan.input.resident ? channels.lo * inputPlane(t) : 0);
      const output = plan.output.address + (plan.output.resident ? channels.lo * outputPlane(t) : 0);
      computeTile(g, t, channels, input, output, buffers, emit);
      copyOutput(g, t, channels, output, plan, buffers, emit);
    });
  }
}
