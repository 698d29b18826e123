import type { Instruction } from './types.js';

/** Xpulp scalar arithmetic, bit manipulation, immediate branches and 16-bit multiplies. Source: RI5CY, GVSoC's ISA. */
const base = { timing: 'single', extension: 'Xpulp' } as const;

const binary = (name: string, f7: string, f3: string, expr: string, note?: string): Instruction => ({
  ...base,
  name,
  pattern: `${f7} rs2 rs1 ${f3} rd 0110011`,
  operands: 'rd, rs1, rs2',
  effect: { kind: 'value', expr },
  ...(note === undefined ? {} : { note }),
});

const unary = (name: string, f7: string, f3: string, expr: string): Instruction => ({
  ...base,
  name,
  pattern: `${f7} 00000 rs1 ${f3} rd 0110011`,
  operands: 'rd, rs1',
  effect: { kind: 'value', expr },
});

const clipImmediate = (name: string, f3: string, expr: string): Instruction => ({
  ...base,
  name,
  pattern: `0001010 uimm[4:0] rs1 ${f3} rd 0110011`,
  operands: 'rd, rs1, imm',
  effect: { kind: 'value', expr },
});

const branch = (name: string, f3: string, when: string): Instruction => ({
  name,
  pattern: `simm[12|10:5] simm2[4:0] rs1 ${f3} simm[4:1|11] 1100011`,
  operands: 'rs1, imm2, target',
  effect: { kind: 'branch', when },
  timing: 'branch',
  extension: 'Xpulp',
});

const SCALAR: readonly Instruction[] = [
  unary('p.abs', '0000010', '000', 'rs1 < 0 ? -rs1 : rs1'),
  binary('p.avgu', '0000010', '001', '(rs1 + rs2) >>> 1', 'Known to GVSoC; the RTL decodes it as illegal.'),
  binary('p.slet', '0000010', '010', 'rs1 <= rs2 ? 1 : 0'),
  binary('p.sletu', '0000010', '011', 'rs1 >>> 0 <= rs2 >>> 0 ? 1 : 0'),
  binary('p.min', '0000010', '100', 'rs1 < rs2 ? rs1 : rs2'),
  binary('p.minu', '0000010', '101', 'rs1 >>> 0 < rs2 >>> 0 ? rs1 : rs2'),
  binary('p.max', '0000010', '110', 'rs1 > rs2 ? rs1 : rs2'),
  binary('p.maxu', '0000010', '111', 'rs1 >>> 0 > rs2 >>> 0 ? rs1 : rs2'),
  binary('p.ror', '0000100', '101', '(rs1 >>> rs2) | (rs1 << (32 - rs2))'),
  unary('p.ff1', '0001000', '000', 'firstOne(rs1)'),
  unary('p.fl1', '0001000', '001', 'lastOne(rs1)'),
  unary('p.clb', '0001000', '010', 'leadingSignBits(rs1)'),
  unary('p.cnt', '0001000', '011', 'populationCount(rs1)'),
  unary('p.exths', '0001000', '100', '(rs1 << 16) >> 16'),
  unary('p.exthz', '0001000', '101', 'rs1 & 0xffff'),
  unary('p.extbs', '0001000', '110', '(rs1 << 24) >> 24'),
  unary('p.extbz', '0001000', '111', 'rs1 & 0xff'),
  clipImmediate('p.clip', '001', 'clip(rs1, clipBound(imm))'),
  clipImmediate('p.clipu', '010', 'clipUnsigned(rs1, clipBound(imm))'),
  binary('p.clipr', '0001010', '101', 'clip(rs1, rs2)'),
  binary('p.clipur', '0001010', '110', 'clipUnsigned(rs1, rs2)'),
  binary('p.mac', '0100001', '000', 'rd + Math.imul(rs1, rs2)'),
  binary('p.msu', '0100001', '001', 'rd - Math.imul(rs1, rs2)'),
  branch('p.beqimm', '010', 'rs1 === imm2'),
  branch('p.bneimm', '011', 'rs1 !== imm2'),
];

/** Field of width W + 1 at position P. The immediate forms carry W and P; the register forms take them from rs2. */
const FIELD_OPS: readonly (readonly [name: string, f3: string, call: string])[] = [
  ['extract', '000', 'extractField(rs1, W, P)'],
  ['extractu', '001', '(rs1 & fieldMask(W, P)) >>> (P)'],
  ['insert', '010', '(rd & ~fieldMask(W, P)) | ((rs1 << (P)) & fieldMask(W, P))'],
  ['bclr', '011', 'rs1 & ~fieldMask(W, P)'],
  ['bset', '100', 'rs1 | fieldMask(W, P)'],
];

const FIELDS = FIELD_OPS.flatMap(([name, f3, call]): Instruction[] => [
  {
    ...base,
    name: `p.${name}i`,
    pattern: `11 uimm2[4:0] uimm[4:0] rs1 ${f3} rd 0110011`,
    operands: 'rd, rs1, imm2, imm',
    effect: { kind: 'value', expr: call.replaceAll('W', 'imm2').replaceAll('P', 'imm') },
    note: 'Operands: width - 1, then position.',
  },
  {
    ...base,
    name: `p.${name}`,
    pattern: `1000000 rs2 rs1 ${f3} rd 0110011`,
    operands: 'rd, rs1, rs2',
    effect: { kind: 'value', expr: call.replaceAll('W', '(rs2 >>> 5 & 31)').replaceAll('P', 'rs2 & 31') },
    note: 'rs2 holds width - 1 in bits 9:5 and the position in bits 4:0.',
  },
]);

/** Sum or difference, optionally rounded, shifted by N. */
const NORMALISE_OPS = (['add', 'sub'] as const).flatMap((op) =>
  (['', 'u'] as const).flatMap((sign) => (['', 'R'] as const).map((round) => ({ op, sign, round }))),
);

const NORMALISE = NORMALISE_OPS.flatMap(({ op, sign, round }): Instruction[] => {
  const f3 = `${round === '' ? '0' : '1'}1${op === 'add' ? '0' : '1'}`;
  const top = sign === 'u' ? '1' : '0';
  const expression = (x: string, y: string, n: string): string => {
    const sum = `${x} ${op === 'add' ? '+' : '-'} ${y}`;
    return `(${round === '' ? sum : `${sum} + rounding(${n})`} | 0) ${sign === 'u' ? '>>>' : '>>'} (${n})`;
  };
  const name = `p.${op}${sign}${round}N`;
  return [
    {
      ...base,
      name,
      pattern: `${top}0 uimm[4:0] rs2 rs1 ${f3} rd 1011011`,
      operands: 'rd, rs1, rs2, imm',
      effect: { kind: 'value', expr: expression('rs1', 'rs2', 'imm') },
    },
    {
      ...base,
      name: `${name}r`,
      pattern: `${top}100000 rs2 rs1 ${f3} rd 1011011`,
      operands: 'rd, rs1, rs2',
      effect: { kind: 'value', expr: expression('rd', 'rs1', '(rs2 & 31)') },
    },
  ];
});

/** 16 x 16 bit products of the low or high halves, optionally accumulated, rounded and shifted by N. */
const HALF_PRODUCTS = (['mul', 'mac'] as const).flatMap((op) =>
  (['s', 'u'] as const).flatMap((sign) =>
    (['', 'hh'] as const).flatMap((half) =>
      (['', 'R'] as const).map((round): Instruction => {
        const factor = (r: string): string =>
          sign === 's'
            ? half === ''
              ? `(${r} << 16 >> 16)`
              : `(${r} >> 16)`
            : half === ''
              ? `(${r} & 0xffff)`
              : `(${r} >>> 16)`;
        const product = `Math.imul(${factor('rs1')}, ${factor('rs2')})`;
        const sum = `${op === 'mac' ? 'rd + ' : ''}${product}${round === '' ? '' : ' + rounding(imm)'}`;
        return {
          ...base,
          name: `p.${op}${half}${sign}${round}N`,
          pattern: `${sign === 's' ? '1' : '0'}${half === '' ? '0' : '1'} uimm[4:0] rs2 rs1 ${
            round === '' ? '0' : '1'
          }0${op === 'mul' ? '0' : '1'} rd 1011011`,
          operands: 'rd, rs1, rs2, imm',
          effect: { kind: 'value', expr: `(${sum} | 0) ${sign === 's' ? '>>' : '>>>'} imm` },
        };
      }),
    ),
  ),
);

export const XPULP_ALU: readonly Instruction[] = [...SCALAR, ...FIELDS, ...NORMALISE, ...HALF_PRODUCTS];
