import { POST_PROCESSING_FIELDS as POST } from '../../../../sim/isa/analog/inferred.js';
import type { AnalogFieldName, AnalogFields } from '../../../../sim/isa/analog/instruction.js';
import type { AnalogFaultSite, FaultSource } from '../fault.js';
import { type WordKind, wordFaults } from '../word-faults.js';

type Values = readonly (readonly [AnalogFieldName, number])[];

type HalfWordKind = WordKind<AnalogFields, Values>;

/** Other values of one half-word, by how far they are off; those that it cannot hold are left out. */
const off = (name: AnalogFieldName, ...by: readonly number[]): HalfWordKind => ({
  kind: `half-word ${name}`,
  wrong: (f) =>
    by
      .map((d) => f[name] + d)
      .filter((v) => v >= 0 && v <= 0xffff)
      .map((v) => [[name, v]]),
});
/** One half-word with these values instead, where they are others. */
const instead = (name: AnalogFieldName, ...values: readonly number[]): HalfWordKind => ({
  kind: `half-word ${name}`,
  wrong: (f) => values.filter((v) => v !== f[name]).map((v) => [[name, v]]),
});

const floatBits = new DataView(new ArrayBuffer(4));

/** The gain in its two half-words, times something. */
function scaledGain(f: AnalogFields, by: number): Values {
  floatBits.setUint16(0, f[POST.gainLow], true);
  floatBits.setUint16(2, f[POST.gainHigh], true);
  floatBits.setFloat32(0, floatBits.getFloat32(0, true) * by, true);
  return [
    [POST.gainLow, floatBits.getUint16(0, true)],
    [POST.gainHigh, floatBits.getUint16(2, true)],
  ];
}

/** A count of channels with the half-words that drivers derive from it. [hal] */
const rows = (f: AnalogFields, c: number): Values => {
  const taps = (f.pool_fy_fx & 15) * (f.pool_fy_fx >> 4);
  return [
    ['c', c],
    ['processing_blocks', Math.ceil(c / 64)],
    ['reg25', Math.ceil((2 * c * taps) / 32) * 32],
  ];
};
const columns = (k: number): Values => [
  ['k', k],
  ['use_blk_col', (0xffff << (16 - Math.ceil(k / 32))) & 0xffff],
];

/** Half-words that drivers always give one value. [hal] */
const FIXED: readonly AnalogFieldName[] = [
  'skips',
  'reg1',
  'bn_pointer',
  'precision',
  'reg21',
  'reg24',
  'stop',
];

const KINDS: readonly HalfWordKind[] = [
  off('input_memory_pointer', 1, -1),
  off('output_memory_pointer', 1, -1),
  {
    kind: 'half-word c with what follows from it',
    wrong: (f) => [f.c - 1, f.c + 1, f.c >> 1].filter((c) => c >= 1 && c !== f.c).map((c) => rows(f, c)),
  },
  {
    kind: 'half-word k with what follows from it',
    wrong: (f) => [f.k - 1, f.k >> 1].filter((k) => k >= 1 && k !== f.k).map(columns),
  },
  off('cx', 1, -1),
  off('cy', 1, -1),
  off('ox', 1, -1),
  off('oy', 1, -1),
  off('pool_fy_fx', 1, 16, -1, -16),
  instead('ox_unroll', 1, 2, 4),
  instead('stride', 1, 2),
  {
    kind: 'half-word padding',
    wrong: (f) =>
      [0, 2, 4, 6].flatMap((at) => {
        const now = (f.padding >> at) & 3;
        return [now + 1, now - 1]
          .filter((v) => v >= 0 && v <= 3)
          .map((v): Values => [['padding', (f.padding & ~(3 << at)) | (v << at)]]);
      }),
  },
  off('processing_blocks', 1, -1),
  off('reg25', 32, -32),
  instead('use_blk_col', 0xffff, 0),
  {
    kind: 'gain of the converter',
    wrong: (f) => [2, 0.5, 1.25].map((by) => scaledGain(f, by)),
  },
  {
    kind: 'gain of the converter left out',
    wrong: (f) =>
      [
        [
          [POST.gainLow, 0],
          [POST.gainHigh, 0],
        ] as Values,
      ].filter(() => f[POST.gainHigh] !== 0),
  },
  { ...off(POST.shift, 1, -1), kind: 'shift behind the batch norm' },
  { ...instead(POST.relu, 0, 1), kind: 'ReLU behind the batch norm' },
  {
    kind: 'a half-word that drivers always give one value',
    wrong: (f) => FIXED.map((name) => [[name, f[name] ^ 1]]),
  },
];

const show = (f: AnalogFields, values: Values): string => {
  const [name, v] = values.find(([n, value]) => value !== f[n]) ?? values[0]!;
  return `${name} ${v} instead of ${f[name]}`;
};

/** Wrong half-words of the instructions that the layer's jobs fetch, each in one job. */
export const analogFieldFaults = ({ layer, compute }: AnalogFaultSite): FaultSource[] =>
  wordFaults(layer, compute, KINDS, show, (step, values) => ({ at: 'half-words', step, values }));
