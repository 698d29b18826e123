import { LINE_BYTES } from '../../../sim/isa/geometry.js';
import { decodeZeroPadding, type FieldName, type Fields } from '../../../sim/isa/instruction.js';
import type { Operation } from '../../../sim/isa/operation.js';
import type { FaultSite, FaultSource } from './fault.js';
import { type WordKind, wordFaults } from './word-faults.js';

type Values = readonly (readonly [FieldName, number])[];

type FieldKind = WordKind<Fields, Values>;

/** Other values of one field, by how far they are off; those below 0 cannot be written. */
const off = (name: FieldName, by: (f: Fields) => readonly number[]): FieldKind => ({
  kind: `field ${name}`,
  wrong: (f) =>
    [...new Set(by(f))].filter((d) => d !== 0 && f[name] + d >= 0).map((d) => [[name, f[name] + d]]),
});
/** One field with these values instead, where they are others. */
const instead = (name: FieldName, values: readonly number[]): FieldKind => ({
  kind: `field ${name}`,
  wrong: (f) => values.filter((v) => v !== f[name]).map((v) => [[name, v]]),
});
/** A size that is wrong together with the words that drivers derive from it. */
const derived = (name: FieldName, by: readonly number[], rest: (f: Fields) => Values): FieldKind => ({
  kind: `field ${name} with what follows from it`,
  wrong: (f) =>
    by
      .map((d) => f[name] + d)
      .filter((v) => v >= 1)
      .map((v) => [[name, v], ...rest({ ...f, [name]: v })]),
});

const outputRow = (f: Fields): number => f.ox * LINE_BYTES;
const steps = (...sizes: readonly number[]): number[] => sizes.flatMap((s) => [s, -s]);

/** Words that drivers leave 0 in every mode. */
const ZERO: readonly FieldName[] = [
  'type_nonlinear_function',
  'weight_tile_size',
  'nb_weight_tile',
  'norm',
  'output_precision',
  'input_precision',
  'empty_0',
  'empty_1',
  'empty_2',
  'empty_3',
];

const EVERY_MODE: readonly FieldKind[] = [
  instead('mode', [0, 1, 3]),
  instead('stop', [1]),
  off('shift_fixed_point', () => [1, -1, 2, -2]),
  off('c', (f) => [1, -1, f.c, -(f.c >> 1), (16 - (f.c % 16)) % 16]),
  { kind: 'a field that must be 0', wrong: () => ZERO.map((name) => [[name, 1]]) },
];

/** Fields of modes with weights. */
const WITH_WEIGHTS: readonly FieldKind[] = [
  off('k', (f) => [1, -1, -(f.k >> 1)]),
  instead('activation_function', [0, 1]),
  instead('write_l2_l1', [0, 1]),
  instead('dilation', [0, 2]),
  off('weight_memory_pointer', () => [LINE_BYTES, 2 * LINE_BYTES]),
];

const CONV: readonly FieldKind[] = [
  off('input_memory_pointer', (f) => steps(LINE_BYTES, f.cx, f.size_channel)),
  off('output_memory_pointer', (f) => steps(LINE_BYTES, outputRow(f), f.output_channel_size)),
  derived('cx', [LINE_BYTES, -LINE_BYTES], (f) => [
    ['padded_cx', f.cx],
    ['size_channel', f.cx * f.cy],
  ]),
  derived('cy', [1, -1], (f) => [['size_channel', f.cx * f.cy]]),
  derived('ox', [1, -1], (f) => [['output_channel_size', outputRow(f) * f.oy]]),
  derived('oy', [1, -1], (f) => [['output_channel_size', outputRow(f) * f.oy]]),
  off('padded_cx', () => [LINE_BYTES, -LINE_BYTES]),
  off('size_channel', (f) => steps(LINE_BYTES, f.cx)),
  off('output_channel_size', (f) => steps(LINE_BYTES, outputRow(f))),
  off('fx', () => [1, -1, 2, -2]),
  off('fy', () => [1, -1, 2, -2]),
  instead('conv_strided', [0, 1]),
  {
    kind: 'field zero_padding, left and right',
    wrong: (f) => nibbles(f, 0, ({ horizontal }) => [horizontal + 1, horizontal - 1, 0]),
  },
  {
    kind: 'field zero_padding, dead columns',
    wrong: (f) => nibbles(f, 1, ({ deadColumns }) => [deadColumns + 1, deadColumns - 1, 0]),
  },
  {
    kind: 'field zero_padding, top',
    wrong: (f) => nibbles(f, 2, ({ top, bottom }) => [top + 1, top - 1, bottom]),
  },
];

/** The zero_padding word with nibble `n` replaced. The lowest rows' nibble changes nothing in the core: rows outside read as zero. */
function nibbles(
  f: Fields,
  n: number,
  values: (p: ReturnType<typeof decodeZeroPadding>) => readonly number[],
): Values[] {
  const now = (f.zero_padding >>> (4 * n)) & 15;
  const word = (v: number): number => (f.zero_padding & ~(15 << (4 * n))) | (v << (4 * n));
  const wanted = new Set(values(decodeZeroPadding(f.zero_padding)));
  return [...wanted].filter((v) => v !== now && v >= 0 && v <= 15).map((v) => [['zero_padding', word(v)]]);
}

const vectorPointer = (name: FieldName): FieldKind => off(name, () => steps(LINE_BYTES, 2 * LINE_BYTES));

const KINDS: Readonly<Record<Operation['kind'], readonly FieldKind[]>> = {
  conv: [...EVERY_MODE, ...WITH_WEIGHTS, ...CONV],
  dense: [
    ...EVERY_MODE,
    ...WITH_WEIGHTS,
    vectorPointer('input_memory_pointer'),
    vectorPointer('output_memory_pointer'),
  ],
  sum: [
    ...EVERY_MODE,
    vectorPointer('input_memory_pointer'),
    vectorPointer('output_memory_pointer'),
    vectorPointer('weight_memory_pointer'),
    {
      kind: 'operands of a sum: one of them twice',
      wrong: (f) =>
        f.input_memory_pointer === f.weight_memory_pointer
          ? []
          : [
              [['input_memory_pointer', f.weight_memory_pointer]],
              [['weight_memory_pointer', f.input_memory_pointer]],
            ],
    },
  ],
};

const show = (fields: Fields, values: Values): string =>
  values
    .slice(0, 1)
    .map(([name, v]) =>
      name === 'zero_padding'
        ? `${name} 0x${v.toString(16)} instead of 0x${fields[name].toString(16)}`
        : `${name} ${v} instead of ${fields[name]}`,
    )
    .join();

/** Wrong values of every field of the instructions that the layer's jobs fetch, each in one job. */
export function fieldFaults({ layer, compute }: FaultSite): FaultSource[] {
  const first = compute[0]?.report.instructions[0];
  if (first === undefined) return [];
  return wordFaults(layer, compute, KINDS[first.operation.kind], show, (step, values) => ({
    at: 'instruction',
    step,
    values,
  }));
}
