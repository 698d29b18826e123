import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import type { LayerResult, RunResult, RunWarning } from '../results/run.js';

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;
const up = (n: number, step: number): number => Math.ceil(n / step) * step;

/** What of the array a conv uses: channels, columns, the kernel's columns beside the formula's constant ones. */
function arrayUse(layer: LayerResult, run: RunResult): string[] {
  const [, depthwise, fx] = /^(depthwise )?\d+x(\d+) s/.exec(layer.detail) ?? [];
  const [, k = 1, , columns = 1] = layer.output;
  if (fx === undefined) return [];
  const array = run.hardware.array ?? DEFAULT_ARRAY;
  const perRow = run.hardware.cycles.convCyclesPerChannelRow;
  const idle = (n: number, step: number): number => up(n, step) - n;
  return [
    ...(depthwise === undefined
      ? idle(k, array.channels) === 0
        ? []
        : [`${k} output channels leave ${idle(k, array.channels)} of ${up(k, array.channels)} lanes idle`]
      : [`a depthwise conv uses 1 of the array's ${array.channels} channels`]),
    ...(idle(columns, array.columns) === 0
      ? []
      : [
          `width ${columns} leaves ${idle(columns, array.columns)} of ${up(columns, array.columns)} columns idle`,
        ]),
    ...(perRow === 0
      ? []
      : [
          `of each kernel row's ${Number(fx) + perRow} cycles a channel ${fx} compute (FX/(FX+${perRow}) = ${percent(Number(fx), Number(fx) + perRow)})`,
        ]),
  ];
}

/** The reasons that take more than a tenth of a layer's cycles on the core, the largest first. */
function reasons(layer: LayerResult): string[] {
  const words = {
    compute: 'computing',
    weights: 'loading weights',
    copyIn: 'copies in',
    copyOut: 'copies out',
    instructions: 'fetching instructions',
    launch: `launching ${layer.jobs.compute} jobs`,
    tileLoop: `the host's loop over ${layer.tiles} ${layer.tiles === 1 ? 'tile' : 'tiles'}`,
    host: 'the host',
  } as const;
  const shares = (Object.keys(words) as (keyof typeof words)[])
    .filter((r) => layer.cycles[r] > 0.1 * layer.totalCycles)
    .sort((a, b) => layer.cycles[b] - layer.cycles[a])
    .map((r) => `${percent(layer.cycles[r], layer.totalCycles)} ${words[r]}`);
  return shares.length === 0 ? [] : [shares.join(', ')];
}

const whyOnHost = (w: RunWarning): string =>
  w.attribute === 'operator'
    ? `${w.operator} runs on the host: the core has only ${w.supported}`
    : `${w.operator} stays on the host: ${w.attribute} is ${w.value}; the core takes ${w.supported}`;

function hostBounds(layer: LayerResult, run: RunResult): string[] {
  if (layer.detail === 'to the core')
    return ['the host rearranges the tensor for the core, once where host and core meet'];
  if (layer.detail === 'to the host') return ['the host rearranges what the core made, once where they meet'];
  const mine = run.warnings.filter((w) => w.layer === layer.layer && layer.operators.includes(w.operator));
  return mine.length === 0 ? ['the host computes it'] : [...new Set(mine.map(whyOnHost))];
}

/** What bounds a layer, a sentence each. */
export const boundsOf = (layer: LayerResult, run: RunResult): string[] =>
  layer.target === 'host' ? hostBounds(layer, run) : [...reasons(layer), ...arrayUse(layer, run)];
