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
