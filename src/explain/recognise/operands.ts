import { saturate } from '../sums.js';
import { type Recogniser, type Suspicion, share } from '../suspect.js';

/** Sums whose operands are doubled, left out or subtracted. */
export const operands: Recogniser = (s) => {
  const actual = s.faulty.actual?.data;
  if (s.asked?.kind !== 'sum' || actual === undefined || s.wrong.length === 0) return [];
  const [a, b] = [s.inputs[0]!.data, s.inputs[1]!.data];
  const bits = s.asked.shift;
  const forms: readonly [string, (i: number) => number][] = [
    ['operand A is added to itself', (i) => 2 * a[i]!],
    ['operand B is added to itself', (i) => 2 * b[i]!],
    ['operand B is missing', (i) => a[i]!],
    ['operand A is missing', (i) => b[i]!],
  ];
  return forms.flatMap(([claim, of]): Suspicion[] => {
    const explained = s.wrong.filter((i) => actual[i] === saturate(of(i) >> bits)).length;
    if (explained < 0.9 * s.wrong.length) return [];
    return [
      {
        kind: 'operands',
        claim,
        evidence: `${share(explained, s.wrong.length)} wrong outputs are that sum`,
        strength: explained / s.wrong.length,
        repairs: [],
      },
    ];
  });
};
