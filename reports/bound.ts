import { DEFAULT_ARRAY, peakMacsPerCycle } from '../sim/isa/array.js';
import type { LayerResult, RunResult, TimelineSlice } from '../src/results/run.js';

const firstCompute = (run: RunResult, layer: LayerResult): TimelineSlice | undefined =>
  run.timeline.find((slice) => slice.layer === layer.id && slice.reason === 'compute');

/**
 * The MAC/cycle that the cycle formula allows the layer at most: the peak (256) * FX / (FX + 2) for a conv (the constant cycles of a
 * block, padding to 16 and everything but compute come on top), a 16th of it for a depthwise layer, whose jobs use one of
 * the 16 channels of the array, and the peak for a fully connected one. Undefined where the run has no decoded compute job
 * with multiply-accumulates.
 */
export function formulaBound(run: RunResult, layer: LayerResult): number | undefined {
  const fields = firstCompute(run, layer)?.fields;
  if (fields === undefined || layer.usefulMacs === 0) return undefined;
  // Fields that are 0 may be left out: no mode is mode 0, fully connected.
  const mode = fields.mode ?? 0;
  const peak = peakMacsPerCycle(run.hardware);
  if (mode === 0) return peak;
  const fx = fields.fx ?? 0;
  if (mode !== 1 || fx === 0) return undefined;
  const conv = (peak * fx) / (fx + run.hardware.cycles.convCyclesPerChannelRow);
  return isDepthwise(layer, fields) ? conv / (run.hardware.array ?? DEFAULT_ARRAY).channels : conv;
}

/** One job a channel: one input and one output channel, although the layer has more. */
const isDepthwise = (layer: LayerResult, fields: Readonly<Record<string, number>>): boolean =>
  fields.c === 1 && fields.k === 1 && (layer.inputs[0]?.[1] ?? 1) > 1;
