import { BANKS, CELL_ROWS, linesOfPixel } from '../../sim/isa/analog/geometry.js';
import { LINE_BYTES } from '../../sim/isa/geometry.js';
import type { ChipParameters } from '../../sim/isa/parameters.js';
import type { TypedArray } from '../base/dtype.js';
import { type Call, type Constant, tensorTypeOf } from '../ir/expr.js';
import { convRules } from './limits.js';
import type { Refusal } from './pattern.js';

/** Lines a bank that the smallest tile takes: one output row and the input rows that it needs. */
export function smallestTileLines(
  input: readonly number[],
  output: readonly number[],
  kernelHeight: number,
): number {
  const [, c, h, w] = input as [number, number, number, number];
  const [, k, , ow] = output as [number, number, number, number];
  const outputs = Math.min(k, 512);
  return Math.min(h, kernelHeight) * w * linesOfPixel(c) + ow * linesOfPixel(outputs);
}

/** The smallest and the largest value, 0 included. */
function extremes(values: TypedArray): readonly [low: number, high: number] {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  return [low, high];
}

/** HTVM's limits of the analog core [htvm], the array's rows [dory] and L1's banks [ours]: a refusal, or undefined where all hold. */
export function analogLimits(conv: Call, chip: ChipParameters): Refusal | undefined {
  const shared = convRules(conv, { depthwise: false });
  if (shared !== undefined) return shared;
  const weights = conv.args[1] as Constant;
  const [, c, fy, fx] = weights.type.shape as [number, number, number, number];
  const [low, high] = extremes(weights.value.data);
  if (low < -1 || high > 1)
    return { attribute: 'weights', value: `[${low}, ${high}]`, supported: 'ternary: in [-1, 1]' };
  const rows = c * fy * fx;
  if (rows > CELL_ROWS)
    return {
      attribute: 'rows of the array',
      value: `${rows} (${c} channels x ${fy}x${fx})`,
      supported: `at most ${CELL_ROWS}`,
    };
  const lines = smallestTileLines(tensorTypeOf(conv.args[0]!).shape, tensorTypeOf(conv).shape, fy);
  const most = Math.floor(chip.l1Bytes / BANKS / LINE_BYTES);
  return lines <= most
    ? undefined
    : {
        attribute: 'lines a bank of one output row and its input',
        value: String(lines),
        supported: `at most ${most}, a bank of L1`,
      };
}
