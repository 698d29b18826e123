import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { variable } from '../../src/ir/build.js';
import { transformCost } from '../../src/mapping/transform-cost.js';

it('a transform on the host costs what the simulator counts, at the host`s power', () => {
  const image = variable('x', { kind: 'tensor', shape: [1, 3, 32, 32], dtype: 'int8' });
  const { cycles, microjoules } = transformCost(image, ['dense', 'core'], DEFAULT_PARAMETERS);
  // The first row of resnet8's report.
  expect(Math.round(cycles)).toBe(6957);
  // 12.48 mW at 260 MHz [ours].
  expect(microjoules).toBeCloseTo((6957 / 260e6) * 12.48e3, 3);
});
