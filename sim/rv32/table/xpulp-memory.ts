import type { Instruction } from './types.js';

/**
 * Xpulp loads and stores with register offset and post-increment, and hardware loops. Source: RI5CY at
 * pulpissimo-v3.4.0. A post-increment load whose rd is its own rs1 keeps the loaded data, as the RTL writes it later.
 */
type Width = readonly [name: string, bytes: 1 | 2 | 4, signed: boolean, f3: string, f7: string];

const LOADS: readonly Width[] = [
  ['b', 1, true, '000', '0000000'],
  ['h', 2, true, '001', '0001000'],
  ['w', 4, true, '010', '0010000'],
  ['bu', 1, false, '100', '0100000'],
  ['hu', 2, false, '101', '0101000'],
];
const STORES = LOADS.slice(0, 3);
const POST_FUNCT3: Readonly<Record<string, string>> = { b: '100', h: '101', w: '110' };
const xpulp = { extension: 'Xpulp' } as const;

const loads = LOADS.flatMap(([width, bytes, signed, f3, f7]): Instruction[] => [
  {
    ...xpulp,
    name: `p.l${width}`,
    pattern: `simm[11:0] rs1 ${f3} rd 0001011`,
    operands: 'rd, imm(rs1!)',
    effect: { kind: 'load', bytes, signed, address: 'rs1', post: 'rs1 + imm' },
    timing: 'load',
  },
  {
    ...xpulp,
    name: `p.l${width}`,
    pattern: `${f7} rs2 rs1 111 rd 0001011`,
    operands: 'rd, rs2(rs1!)',
    effect: { kind: 'load', bytes, signed, address: 'rs1', post: 'rs1 + rs2' },
    timing: 'load',
  },
  {
    ...xpulp,
    name: `p.l${width}`,
    pattern: `${f7} rs2 rs1 111 rd 0000011`,
    operands: 'rd, rs2(rs1)',
    effect: { kind: 'load', bytes, signed, address: 'rs1 + rs2' },
    timing: 'load',
  },
]);

const stores = STORES.flatMap(([width, bytes, , f3]): Instruction[] => [
  {
    ...xpulp,
    name: `p.s${width}`,
    pattern: `simm[11:5] rs2 rs1 ${f3} simm[4:0] 0101011`,
    operands: 'rs2, imm(rs1!)',
    effect: { kind: 'store', bytes, address: 'rs1', post: 'rs1 + imm' },
    timing: 'store',
  },
  {
    ...xpulp,
    name: `p.s${width}`,
    pattern: `------- rs2 rs1 ${POST_FUNCT3[width]} rs3 0101011`,
    operands: 'rs2, rs3(rs1!)',
    effect: { kind: 'store', bytes, address: 'rs1', post: 'rs1 + rs3' },
    timing: 'store',
  },
  {
    ...xpulp,
    name: `p.s${width}`,
    pattern: `------- rs2 rs1 ${POST_FUNCT3[width]} rs3 0100011`,
    operands: 'rs2, rs3(rs1)',
    effect: { kind: 'store', bytes, address: 'rs1 + rs3' },
    timing: 'store',
  },
]);

const loop = (
  name: string,
  pattern: string,
  operands: string,
  writes: { start?: string; end?: string; count?: string },
): Instruction => ({
  ...xpulp,
  name,
  pattern: `${pattern} 0000 l 1111011`,
  operands,
  effect: { kind: 'loop', ...writes },
  timing: 'single',
  note: 'The end is the address of the last instruction of the body.',
});

const FROM_PC = 'pc + (imm << 1)';

export const XPULP_MEMORY: readonly Instruction[] = [
  ...loads,
  ...stores,
  {
    ...xpulp,
    name: 'p.elw',
    pattern: 'simm[11:0] rs1 110 rd 0000011',
    operands: 'rd, imm(rs1)',
    effect: { kind: 'load', bytes: 4, signed: true, address: 'rs1 + imm' },
    timing: 'load',
    note: 'An event load; answered at once, as a plain word load.',
  },
];

export const XPULP_LOOP: readonly Instruction[] = [
  loop('lp.starti', 'uimm[11:0] 00000 000', 'l, target2', { start: FROM_PC }),
  loop('lp.endi', 'uimm[11:0] 00000 001', 'l, target2', { end: FROM_PC }),
  loop('lp.count', '000000000000 rs1 010', 'l, rs1', { count: 'rs1' }),
  loop('lp.counti', 'uimm[11:0] 00000 011', 'l, imm', { count: 'imm' }),
  loop('lp.setup', 'uimm[11:0] rs1 100', 'l, rs1, target2', {
    start: 'pc + 4',
    end: FROM_PC,
    count: 'rs1',
  }),
  loop('lp.setupi', 'uimm[11:0] uimm2[4:0] 101', 'l, imm, target3', {
    start: 'pc + 4',
    end: 'pc + (imm2 << 1)',
    count: 'imm',
  }),
];
