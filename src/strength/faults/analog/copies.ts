import { BANKS } from '../../../../sim/isa/analog/geometry.js';
import { ANALOG_REGISTERS as R } from '../../../../sim/isa/analog/registers.js';
import { LINE_BYTES, WORD_BYTES } from '../../../../sim/isa/geometry.js';
import type { JobStep } from '../../../program/types.js';
import { registerOf } from '../../access.js';
import { type AnalogFaultSite, type FaultSource, oneOf } from '../fault.js';

type Values = readonly (readonly [offset: number, value: number])[];

/** Bytes of a line in every bank. */
const PIXEL_BYTES = BANKS * LINE_BYTES;
const WORDS_PER_LINE = PIXEL_BYTES / WORD_BYTES;

/** A kind of wrong register of a job, and its wrong values. */
interface RegisterKind {
  readonly kind: string;
  readonly wrong: (step: JobStep) => readonly Values[];
}

/** One register off by some of these counts; what falls below 0 is left out. */
const off = (kind: string, offset: number, ...by: readonly number[]): RegisterKind => ({
  kind,
  wrong: (step) => {
    const now = registerOf(step, offset);
    return now === undefined
      ? []
      : by
          .map((d) => now + d)
          .filter((v) => v >= 0)
          .map((v) => [[offset, v]]);
  },
});

const COPIES: readonly RegisterKind[] = [
  off('copy of banks, L2 address by a line of a bank', R.MEMCPY_ADDR, LINE_BYTES, -LINE_BYTES),
  off('copy of banks, L2 address by a line of all banks', R.MEMCPY_ADDR, PIXEL_BYTES, -PIXEL_BYTES),
  off('copy of banks, L1 address by a line', R.L1ADDR, 1, -1),
  {
    kind: 'copy of banks, length by a line',
    wrong: (step) => {
      const lines = registerOf(step, R.MEMCPY_ROW_LENGTH) ?? 0;
      return [lines + 1, lines - 1]
        .filter((n) => n >= 1)
        .map((n) => [
          [R.MEMCPY_ROW_LENGTH, n],
          [R.MEMCPY_N, n * WORDS_PER_LINE],
        ]);
    },
  },
  off('copy of banks, words that do not fit the lines', R.MEMCPY_N, 1, -1),
  off('copy of banks, number of banks', R.MEMCPY_BANK_LENGTH, -1),
];

const LOADS: readonly RegisterKind[] = [
  off('weight load address by a line', R.WT_CONV_ADDR, LINE_BYTES, -LINE_BYTES),
  off('batch norm load address by a word', R.WT_SIMD_ADDR, WORD_BYTES, -WORD_BYTES),
];

/** Copies of banks and loads of the layer that are off by a line or a word. */
export function analogCopyFaults(site: AnalogFaultSite): FaultSource[] {
  const sourcesOf = (
    kinds: readonly RegisterKind[],
    jobs: readonly { readonly index: number; readonly step: JobStep }[],
  ): FaultSource[] =>
    kinds.flatMap(({ kind, wrong }): FaultSource[] => {
      const able = jobs.filter(({ step }) => wrong(step).length > 0);
      if (able.length === 0) return [];
      return [
        {
          group: 'copies',
          kind,
          draw: (rng) => {
            const { index, step } = oneOf(rng, able);
            const values = oneOf(rng, wrong(step));
            const [offset, value] = values[0]!;
            return {
              layer: site.layer.id,
              kind,
              what: `${value} instead of ${registerOf(step, offset)} in step ${index} (${step.note})`,
              change: { at: 'registers', step: index, values },
            };
          },
        },
      ];
    });
  return [...sourcesOf(COPIES, site.copies), ...sourcesOf(LOADS, site.compute)];
}
