import { writeFileSync } from 'node:fs';
import { buildNetwork, type LayerRange, type Network } from '../../src/models/random-network.js';
import { DEFAULT_SEED, TUNED_NETWORKS } from '../../src/models/registry.js';
import { accumulators, layerStatistics, showStatistics } from './layer-statistics.js';

/**
 * Finds the ranges of src/models/ranges-table.ts: layer by layer, in the order of execution, the smallest shift that clips
 * at most 2 % of the outputs on the built-in inputs (5 % are allowed; the rest is for other seeds).
 */
const MOST_CLIPPED = 0.02;
const RUNS = 2;
/** Biases of up to this many steps of the output. */
const BIAS_STEPS = 4;

function tune(network: Network): Map<string, LayerRange> {
  const found = new Map<string, LayerRange>();
  const params = buildNetwork(network, DEFAULT_SEED, () => UNTUNED).params;
  const hasBias = (layer: string) => network.zeroBias !== true && params.has(`${layer}.bias`);
  const build = () => buildNetwork(network, DEFAULT_SEED, (layer) => found.get(layer) ?? UNTUNED);
  for (const layer of accumulators(build(), DEFAULT_SEED, 0).keys()) {
    const { values, relu } = accumulators(build(), DEFAULT_SEED, RUNS).get(layer)!;
    const shift = smallestShift(values, relu);
    found.set(layer, hasBias(layer) ? { shift, bias: BIAS_STEPS * 2 ** shift } : { shift });
  }
  for (const s of layerStatistics(build(), DEFAULT_SEED, RUNS).values())
    console.log(`${network.name} ${showStatistics(s)}`);
  return found;
}

function smallestShift(values: readonly number[], relu: boolean): number {
  for (let shift = 0; shift < 31; shift++) {
    const clipped = values.filter((v) => v >> shift >= 127 || (!relu && v >> shift <= -128)).length;
    if (clipped <= MOST_CLIPPED * values.length) return shift;
  }
  return 31;
}

const UNTUNED: LayerRange = { shift: 10, bias: 0 };

const rows = TUNED_NETWORKS.map((network) => {
  const layers = [...tune(network)].map(([layer, range]) => `${layer}: ${JSON.stringify(range)}`);
  return `  '${network.name}': { ${layers.join(layers.length > 1 ? ',\n    ' : ', ')} },`;
});
writeFileSync(
  'src/models/ranges-table.ts',
  `import type { Ranges } from './random-network.js';

/** Written by \`npm run tune\` (scripts/models/tune.ts). Shifts in bits, biases in units of the accumulator. */
export const RANGES: Readonly<Record<string, Ranges>> = {
${rows.join('\n')}
};
`,
);
