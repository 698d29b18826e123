import type { Instruction } from './types.js';

/** Xpulp packed SIMD on two halves or four bytes of a register; lane 0 is the least significant. Source: RI5CY, GVSoC. */
type Bits = 16 | 8;
type LaneText = (a: string, b: string, bits: Bits) => string;

const mask = (bits: Bits): string => (bits === 16 ? '0xffff' : '0xff');
const lanes = (bits: Bits): number[] => (bits === 16 ? [0, 1] : [0, 1, 2, 3]);

/** Lane `i` of the register text `r` as an integer expression. */
function lane(r: string, i: number, bits: Bits, signed: boolean): string {
  const low = i * bits;
  const top = low + bits === 32;
  if (signed) return top ? `(${r} >> ${32 - bits})` : `(${r} << ${32 - bits - low} >> ${32 - bits})`;
  if (top) return `(${r} >>> ${32 - bits})`;
  return low === 0 ? `(${r} & ${mask(bits)})` : `(${r} >>> ${low} & ${mask(bits)})`;
}

const place = (value: string, i: number, bits: Bits): string =>
  i === 0 ? `(${value}) & ${mask(bits)}` : `((${value}) & ${mask(bits)}) << ${i * bits}`;

/** The six ways to give the second operand; `second` is its text for lane `i`. */
interface Form {
  readonly suffix: string;
  readonly f3: string;
  readonly bits: Bits;
  readonly immediate: boolean;
  readonly second: (i: number, signed: boolean) => string;
}

const FORMS: readonly Form[] = ([16, 8] as const).flatMap((bits): Form[] => {
  const [letter, low] = bits === 16 ? ['h', '0'] : ['b', '1'];
  return [
    {
      suffix: `.${letter}`,
      f3: `00${low}`,
      bits,
      immediate: false,
      second: (i, signed) => lane('rs2', i, bits, signed),
    },
    {
      suffix: `.sc.${letter}`,
      f3: `10${low}`,
      bits,
      immediate: false,
      second: (_, signed) => lane('rs2', 0, bits, signed),
    },
    { suffix: `.sci.${letter}`, f3: `11${low}`, bits, immediate: true, second: () => 'imm' },
  ];
});

function row(
  name: string,
  op6: string,
  form: Pick<Form, 'suffix' | 'f3' | 'immediate'>,
  imm: 'S' | 'U',
  expr: string,
): Instruction {
  const kind = imm === 'S' ? 'simm' : 'uimm';
  const source = form.immediate ? `${kind}[0] ${kind}[5:1]` : '0 rs2';
  return {
    name: `pv.${name}${form.suffix}`,
    pattern: `${op6} ${source} rs1 ${form.f3} rd 1010111`,
    operands: form.immediate ? 'rd, rs1, imm' : 'rd, rs1, rs2',
    effect: { kind: 'value', expr },
    timing: 'single',
    extension: 'Xpulp',
  };
}

type LaneOp = readonly [name: string, op6: string, imm: 'S' | 'U', text: LaneText];

const wrapped = (sum: string, bits: Bits): string => `(((${sum}) << ${32 - bits}) >> ${33 - bits})`;
const compare =
  (operator: string): LaneText =>
  (a, b) =>
    `${a} ${operator} ${b} ? -1 : 0`;

/** Lane by lane; lanes are signed where the immediate is, unsigned otherwise. */
const LANE_OPS: readonly LaneOp[] = [
  ['add', '000000', 'S', (a, b) => `${a} + ${b}`],
  ['sub', '000010', 'S', (a, b) => `${a} - ${b}`],
  ['avg', '000100', 'S', (a, b, bits) => wrapped(`${a} + ${b}`, bits)],
  ['avgu', '000110', 'U', (a, b, bits) => `((${a} + ${b}) & ${mask(bits)}) >>> 1`],
  ['min', '001000', 'S', (a, b) => `${a} < ${b} ? ${a} : ${b}`],
  ['minu', '001010', 'U', (a, b) => `${a} < ${b} ? ${a} : ${b}`],
  ['max', '001100', 'S', (a, b) => `${a} > ${b} ? ${a} : ${b}`],
  ['maxu', '001110', 'U', (a, b) => `${a} > ${b} ? ${a} : ${b}`],
  ['srl', '010000', 'U', (a, b, bits) => `${a} >>> (${b} & ${bits - 1})`],
  ['sll', '010100', 'U', (a, b, bits) => `${a} << (${b} & ${bits - 1})`],
  ['or', '010110', 'S', (a, b) => `${a} | ${b}`],
  ['xor', '011000', 'S', (a, b) => `${a} ^ ${b}`],
  ['and', '011010', 'S', (a, b) => `${a} & ${b}`],
  ['cmpeq', '000001', 'S', compare('===')],
  ['cmpne', '000011', 'S', compare('!==')],
  ['cmpgt', '000101', 'S', compare('>')],
  ['cmpge', '000111', 'S', compare('>=')],
  ['cmplt', '001001', 'S', compare('<')],
  ['cmple', '001011', 'S', compare('<=')],
  ['cmpgtu', '001101', 'U', compare('>')],
  ['cmpgeu', '001111', 'U', compare('>=')],
  ['cmpltu', '010001', 'U', compare('<')],
  ['cmpleu', '010011', 'U', compare('<=')],
];

const laneRow = ([name, op6, imm, text]: LaneOp, form: Form, signedA = imm === 'S'): Instruction =>
  row(
    name,
    op6,
    form,
    imm,
    lanes(form.bits)
      .map((i) =>
        place(text(lane('rs1', i, form.bits, signedA), form.second(i, imm === 'S'), form.bits), i, form.bits),
      )
      .join(' | '),
  );

const byLane = LANE_OPS.flatMap((op) => FORMS.map((form) => laneRow(op, form)));
/** The arithmetic shift takes signed lanes and an unsigned amount. */
const SRA: LaneOp = ['sra', '010010', 'U', (a, b, bits) => `${a} >> (${b} & ${bits - 1})`];
const shifts = FORMS.map((form) => laneRow(SRA, form, true));

const DOTS = [
  ['dotup', '100000', false, 'U'],
  ['dotusp', '100010', false, 'S'],
  ['dotsp', '100110', true, 'S'],
  ['sdotup', '101000', false, 'U'],
  ['sdotusp', '101010', false, 'S'],
  ['sdotsp', '101110', true, 'S'],
] as const;

const dots = DOTS.flatMap(([name, op6, signedA, imm]) =>
  FORMS.map((form) => {
    const products = lanes(form.bits).map(
      (i) => `Math.imul(${lane('rs1', i, form.bits, signedA)}, ${form.second(i, imm === 'S')})`,
    );
    const sum = products.join(' + ');
    return row(name, op6, form, imm, name.startsWith('s') ? `rd + ${sum}` : sum);
  }),
);

const half = { suffix: '.h', f3: '000', immediate: false };
const byte = { suffix: '.b', f3: '001', immediate: false };
const halfImmediate = { suffix: '.h', f3: '110', immediate: true };
const byteImmediate = { suffix: '.b', f3: '111', immediate: true };

const abs = ([16, 8] as const).map((bits): Instruction => {
  const form = bits === 16 ? half : byte;
  const each = lanes(bits).map((i) => {
    const a = lane('rs1', i, bits, true);
    return place(`${a} < 0 ? -${a} : ${a}`, i, bits);
  });
  return {
    ...row('abs', '011100', form, 'S', each.join(' | ')),
    pattern: `011100 0 00000 rs1 ${form.f3} rd 1010111`,
    operands: 'rd, rs1',
  };
});

const element = [
  row('extract', '011110', halfImmediate, 'U', 'rs1 << (16 - ((imm & 1) << 4)) >> 16'),
  row('extract', '011110', byteImmediate, 'U', 'rs1 << (24 - ((imm & 3) << 3)) >> 24'),
  row('extractu', '100100', halfImmediate, 'U', 'rs1 >>> ((imm & 1) << 4) & 0xffff'),
  row('extractu', '100100', byteImmediate, 'U', 'rs1 >>> ((imm & 3) << 3) & 0xff'),
  row('insert', '101100', halfImmediate, 'U', insertText('0xffff', '(imm & 1) << 4')),
  row('insert', '101100', byteImmediate, 'U', insertText('0xff', '(imm & 3) << 3')),
];

function insertText(laneMask: string, position: string): string {
  return `(rd & ~(${laneMask} << (${position}))) | ((rs1 & ${laneMask}) << (${position}))`;
}

/** The byte of `from` that bits `at + 1 : at` of `by` name, moved to lane `i`. */
const pickByte = (from: string, by: string, at: number, i: number): string =>
  place(`${from} >>> ((${by} >>> ${at} & 3) << 3)`, i, 8);
const pickHalf = (from: string, by: string, at: number, i: number): string =>
  place(`${from} >>> ((${by} >>> ${at} & 1) << 4)`, i, 16);
const join = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(' | ');

const shuffles = [
  row(
    'shuffle',
    '110000',
    half,
    'U',
    join(2, (i) => pickHalf('rs1', 'rs2', 16 * i, i)),
  ),
  row(
    'shuffle',
    '110000',
    byte,
    'U',
    join(4, (i) => pickByte('rs1', 'rs2', 8 * i, i)),
  ),
  row(
    'shuffle',
    '110000',
    { ...halfImmediate, suffix: '.sci.h' },
    'U',
    join(2, (i) => pickHalf('rs1', 'imm', i, i)),
  ),
  ...['110000', '111010', '111100', '111110'].map((op6, top) =>
    row(
      `shuffleI${top}`,
      op6,
      { ...byteImmediate, suffix: '.sci.b' },
      'U',
      `${join(3, (i) => pickByte('rs1', 'imm', 2 * i, i))} | (rs1 >>> ${8 * top} & 0xff) << 24`,
    ),
  ),
  row(
    'shuffle2',
    '110010',
    half,
    'U',
    join(2, (i) => pickHalf(`(rs2 >>> ${16 * i + 1} & 1 ? rs1 : rd)`, 'rs2', 16 * i, i)),
  ),
  row(
    'shuffle2',
    '110010',
    byte,
    'U',
    join(4, (i) => pickByte(`(rs2 >>> ${8 * i + 2} & 1 ? rs1 : rd)`, 'rs2', 8 * i, i)),
  ),
];

const packs: readonly Instruction[] = [
  row('pack', '110100', half, 'U', '(rs1 << 16) | (rs2 & 0xffff)'),
  {
    ...row('pack', '110100', half, 'U', '(rs1 & 0xffff0000) | (rs2 >>> 16)'),
    name: 'pv.packh.h',
    pattern: '110100 1 rs2 rs1 000 rd 1010111',
    note: 'In the RTL only; the name is ours.',
  },
  row('packhi', '110110', byte, 'U', '(rs1 << 24) | (rs2 & 0xff) << 16 | (rd & 0xffff)'),
  row('packlo', '111000', byte, 'U', '(rd & 0xffff0000) | (rs1 & 0xff) << 8 | (rs2 & 0xff)'),
];

export const XPULP_SIMD: readonly Instruction[] = [
  ...byLane,
  ...shifts,
  ...dots,
  ...abs,
  ...element,
  ...shuffles,
  ...packs,
];
