import { expect, it } from 'vitest';
import { instantiate } from '../../../sim/core/kernels-instance.js';
import { WasmPeArray } from '../../../sim/core/wasm-pe-array.js';
import { runProgram } from '../../../sim/program/run.js';
import { compile } from '../../../src/compile.js';
import { builtinInput, expandModels } from '../../../src/index.js';

/**
 * A guard without clocks: how often the array's kernels are called and how many bytes cross into their module and back. Inputs and
 * weights cross once a job, outputs and the list of wrapped ones once back. A change that makes more of it shows here; one that makes less changes the number.
 */
it.each([
  // model, compute jobs that are no sum, sums
  ['resnet8', 10, 3],
  ['mobilenet-v1', 1256, 0],
  ['dae', 12, 0],
])('%s: one kernel call a job, each byte once', (name, products, sums) => {
  const model = expandModels([name])[0]!.build(0);
  const program = compile(model);
  const array = new WasmPeArray(instantiate()!);
  let [convs, others, bytesIn, bytesOut] = [0, 0, 0, 0];
  runProgram(program, builtinInput(model), {
    array,
    onJob: ({ report }) => {
      if (report.kind !== 'compute') return;
      // The list of what wrapped: 32 bits each.
      bytesOut += 4 * report.overflows;
      for (const { operation: o } of report.instructions)
        if (o.kind === 'conv') {
          convs++;
          bytesIn += o.channels * o.rows * o.pitch;
          bytesIn += o.blocks * (o.channels * o.kernelHeight * o.kernelWidth * 16 + 64);
          bytesOut += 16 * o.blocks * o.outputRows * 16 * o.columnGroups;
        } else if (o.kind === 'dense') {
          others++;
          bytesIn += 16 * o.inputLines + o.blocks * (16 * o.inputLines * 16 + 256);
          bytesOut += 16 * o.blocks;
        } else {
          others++;
          bytesIn += 2 * 16 * o.lines;
          bytesOut += 16 * o.lines;
        }
    },
  });
  expect(convs + others).toBe(products + sums);
  expect(array.work).toEqual({ kernelCalls: convs + others, bytesIn, bytesOut });
});

it('mobilenet-v1 with nobody to look at each job: three kernel calls a depthwise layer, one plane back for each channel between', () => {
  const model = expandModels(['mobilenet-v1'])[0]!.build(0);
  const program = compile(model);
  const [single, swept] = [new WasmPeArray(instantiate()!), new WasmPeArray(instantiate()!)];
  runProgram(program, builtinInput(model), { array: single, onJob: () => {} });
  runProgram(program, builtinInput(model), { array: swept });
  // 13 layers: 8, 16, 32, 32, 64, 64, six times 128 and 256 channels, of which all but the first and the last in one call; 16 other jobs.
  expect([single.work.kernelCalls, swept.work.kernelCalls]).toEqual([1240 + 16, 3 * 13 + 16]);
  // Instead of 16 planes a channel one: of 48, 24, 24, 12, 12, 6, 6, 6, 6, 6, 6, 3 and 3 rows and as many columns, rounded up to 16.
  const planes = [
    [8, 48 * 48],
    [16, 24 * 32],
    [32, 24 * 32],
    [32, 12 * 16],
    [64, 12 * 16],
    [64, 6 * 16],
    ...Array.from({ length: 5 }, () => [128, 6 * 16]),
    [128, 3 * 16],
    [256, 3 * 16],
  ] as const;
  const saved = planes.reduce((sum, [channels, bytes]) => sum + 15 * (channels - 2) * bytes, 0);
  // Ten accumulators wrap in lanes that nobody wants; each is 4 bytes in a list.
  expect(single.work.bytesOut - swept.work.bytesOut).toBe(saved + 4 * 10);
  expect(swept.work.bytesIn).toBeLessThan(single.work.bytesIn);
});
