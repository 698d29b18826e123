import { expect, it } from 'vitest';
import { operatorLabel } from '../../reports/metrics.js';
import type { LayerResult } from '../../src/results/run.js';

it.each([
  ['digital', 'qnn.conv2d', '3x3 s1,1 p1,1 >>9 relu', 'conv2d 3x3'],
  ['digital', 'qnn.conv2d', 'depthwise 3x3 s2,2 p1,1 >>9', 'dw conv2d 3x3/2'],
  ['analog', 'nn.conv2d', 'analog 1x1 s2,2 p0,0 /48 >>3', 'conv2d 1x1/2'],
  ['digital', 'nn.dense', '64 -> 12 >>7', 'dense'],
  ['host', 'reshape', 'to the core', 'to the core'],
  ['host', 'reshape', 'to the analog core', 'to analog core'],
] as const)('on %s, %s with "%s" is called %s', (target, operator, detail, label) => {
  expect(operatorLabel({ target, operators: [operator], detail } as unknown as LayerResult)).toBe(label);
});
