/**
 * The PE array's jobs as WebAssembly SIMD (AssemblyScript; `npm run kernels` compiles it into sim/core/kernels-module.ts).
 * Everything works on the module's memory at addresses that the caller gives; nothing is allocated here. Bytes come and go in
 * the core's order (element e at byte e ^ 3). The same results, bit for bit, as sim/core/typed-array-pe-array.ts
 * and, for the analog core's cells, sim/core/typed-array-cell-array.ts.
 *
 * A multiply-accumulate is half an `i32x4.dot_i16x8_s`: that instruction multiplies pairs. So the input is first laid out as
 * pairs of int16: two channels at the same place side by side, or, for the last of an odd number of channels, two rows.
 */
export { cellImage, cellOutputs, cellWeights } from './cells';
export { conv } from './conv';
export { dense } from './dense';
export { lanes } from './lanes';
export { sum } from './sum';
export { pack, turn } from './turn';
export { winograd } from './winograd';
