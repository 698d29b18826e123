import type { RangeOf, Ranges } from './random-network.js';
import { RANGES } from './ranges-table.js';

/** How the parameters of `network` are drawn, layer by layer. A missing row is a mistake in the table. */
export function rangesOf(network: string): RangeOf {
  const ranges: Ranges = RANGES[network] ?? {};
  return (layer) => {
    const range = ranges[layer];
    if (range === undefined)
      throw new Error(`no range for layer ${layer} of ${network}: run \`npm run tune\``);
    return range;
  };
}
