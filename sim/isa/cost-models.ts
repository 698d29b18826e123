import { type CycleParameters, DEFAULT_PARAMETERS } from './parameters.js';

/** The cycle models that public tools have of the digital core; docs/hardware-model.md sets them side by side. */
export const COST_MODEL_NAMES = ['match', 'odimo', 'zigzag', 'dory'] as const;
export type CostModelName = (typeof COST_MODEL_NAMES)[number];

/** One cycle model: the parameters that make the formulas of cycles.ts its own, and where they stand. */
export interface CostModel {
  /** What it counts, in a line. */
  readonly what: string;
  readonly source: string;
  readonly cycles: CycleParameters;
}

/** The host program costs nothing in models of the core alone. */
const CORE_ALONE = { launch: 0, tileLoop: 0, instructionBytesPerCycle: 0 } as const;
/** A product a lane and cycle, kernel rows on padding included, and nothing else. */
const IDEAL_CONV = {
  convCyclesPerChannelRow: 0,
  convBlockOverhead: 0,
  convPaddingRows: 1,
  fcBlockOverhead: 0,
} as const;
/** No tool's model has the element-wise sum: ours without its start. */
const IDEAL_SUM = { sumCyclesPerLine: 3, sumOverhead: 0 } as const;

export const COST_MODELS: Readonly<Record<CostModelName, CostModel>> = {
  match: {
    what: 'two cycles a channel and kernel row and 23 a block beside the products; copies, launches and tile loops of the host program',
    source: '[match] cost_model.py of its DIANA target; FC, sum and launch [ours]',
    cycles: DEFAULT_PARAMETERS.cycles,
  },
  odimo: {
    what: 'products, and all input and output activations at 8 bytes a cycle; no weights, no host program',
    source: '[odimo] DIANA cost of ODiMO/PLiNIO; sum [ours]',
    cycles: {
      ...CORE_ALONE,
      ...IDEAL_CONV,
      ...IDEAL_SUM,
      copySetup: 0,
      bytesPerCycle: 8,
      weightBytesPerCycle: 0,
      fcCyclesPerLine: 16,
    },
  },
  zigzag: {
    what: 'products, a vector in one column of the array; activations and weights over a link of 64 bits a cycle',
    source: '[stream] DIANA as KU Leuven describes it to ZigZag; sum [ours]',
    cycles: {
      ...CORE_ALONE,
      ...IDEAL_CONV,
      ...IDEAL_SUM,
      copySetup: 0,
      bytesPerCycle: 8,
      weightBytesPerCycle: 8,
      fcCyclesPerLine: 16,
    },
  },
  dory: {
    what: 'the peak of 256 products a cycle; L2 at 8 bytes a cycle after a latency of 10',
    source: '[dory] HW_description.json of its DIANA targets; sum [ours]',
    cycles: {
      ...CORE_ALONE,
      ...IDEAL_CONV,
      ...IDEAL_SUM,
      copySetup: 10,
      bytesPerCycle: 8,
      weightBytesPerCycle: 8,
      fcCyclesPerLine: 1,
    },
  },
};
