import { expect, it } from 'vitest';
import { runProgram } from '../../../sim/program/run.js';
import { compile } from '../../../src/compile.js';
import { builtinInput } from '../../../src/models/builtin-input.js';
import { buildModel } from '../../../src/models/registry.js';

it('accumulators that wrap in lanes beyond the tensor are no overflow of the layer', () => {
  // A depthwise job computes 16 planes; all but the first mix weights and biases of other channels and may wrap.
  const model = buildModel('htvm-dwconv-7x5-s2');
  let wrapped = 0;
  const { result } = runProgram(compile(model), builtinInput(model), {
    onJob: ({ report }) => {
      if (report.kind === 'compute') wrapped += report.overflows;
    },
  });
  expect(wrapped).toBeGreaterThan(0);
  expect(result.totals.overflows).toBe(0);
});
