import { expect, it } from 'vitest';
import { placeBeside } from '../../web/parts/together.js';

const before = {
  height: 1000,
  anchors: new Map([
    ['conv1', 100],
    ['conv2', 500],
    ['cast', 900],
  ]),
};
const after = {
  height: 300,
  anchors: new Map([
    ['conv1', 50],
    ['conv2', 150],
    ['transform', 20],
  ]),
};

it.each([
  [100, 50], // conv1 beside conv1
  [300, 100], // half of the way to conv2
  [500, 150],
  [750, 225], // behind the last that both have: towards the end
  [1000, 300],
  [0, 0],
  [50, 25],
  [-20, 0],
  [1200, 300],
])('%i is beside %i', (y, beside) => expect(placeBeside(y, before, after)).toBeCloseTo(beside, 9));
it('and back', () => expect(placeBeside(100, after, before)).toBeCloseTo(300, 9));
