import { describe, expect, it } from 'vitest';
import { warningLines } from '../../src/cli/warnings.js';
import type { Warning } from '../../src/program/types.js';

const pad = (i: number): Warning => ({
  operator: 'nn.pad',
  layer: `conv${i}`,
  tensor: `%${i}`,
  attribute: 'operator',
  value: 'nn.pad',
  supported: 'conv2d',
});
const strided = (i: number): Warning => ({
  ...pad(i),
  operator: 'nn.conv2d',
  attribute: 'strides',
  value: '[1, 2]',
  supported: '[1, 1], [2, 2]',
});

describe('warnings on stderr', () => {
  it('20 are printed in full', () => {
    const lines = warningLines(
      Array.from({ length: 20 }, (_, i) => strided(i)),
      'there',
    );
    expect(lines).toHaveLength(20);
    expect(lines[19]).toBe(
      'nn.conv2d (conv19, %19) stays on the host: strides is [1, 2]; supported: [1, 1], [2, 2]',
    );
  });

  it('of 21 the first 5 in full, then a count a reason, the most frequent first', () => {
    const all = Array.from({ length: 21 }, (_, i) => (i < 7 ? strided(i) : pad(i)));
    expect(warningLines(all, 'the report lists each').slice(4)).toEqual([
      'nn.conv2d (conv4, %4) stays on the host: strides is [1, 2]; supported: [1, 1], [2, 2]',
      'and 16 more operators stay on the host (the report lists each):',
      '  14 x nn.pad: the core has no such operator',
      '   2 x nn.conv2d: strides is [1, 2]',
    ]);
  });
});
