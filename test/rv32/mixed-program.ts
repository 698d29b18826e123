import fc from 'fast-check';
import { WIDE } from '../../sim/rv32/decode.js';
import { insertFields } from '../../sim/rv32/pattern.js';

/**
 * Random programs of everything that the host core can meet: arithmetic of all extensions, accesses at every alignment, through the
 * alias and to a peripheral, loops, hardware loops, calls, jumps through registers, counters, an interrupt handler, code that
 * is written over.
 *
 * s0 points to data, s2 to data through the alias, t6 to the peripheral, s11 to the last function; a0..a7 and s4..s7 hold values.
 */
const VALUES = [10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23] as const;
const HANDLER_VECTORS = 0x100;
/** Where the program begins, behind the vectors. */
export const START = 0x200;
export const DATA = 0xc00;
const PASSES = 60;

type Lines = readonly string[];

const bytesOf = (lines: Lines): number =>
  lines.reduce((sum, line) => sum + (line.startsWith('c.') ? 2 : 4), 0);

const computing = WIDE.filter(({ row }) => row.effect.kind === 'value');
const value = fc.constantFrom(...VALUES);
const name = value.map((r) => `x${r}`);

const compute: fc.Arbitrary<Lines> = fc
  .tuple(fc.constantFrom(...computing), value, value, value, fc.nat(31), fc.nat(31))
  .map(([{ layout }, rd, rs1, rs2, imm, imm2]) => {
    const fields = { rd, rs1, rs2, rs3: rs2, imm, imm2 };
    for (const { field, fieldBit } of layout.pieces)
      if ((field === 'imm' || field === 'imm2') && fieldBit >= 12) fields[field] = imm << 12;
    const carried = new Set<string>(layout.pieces.map((p) => p.field));
    const kept = Object.fromEntries(
      Object.entries(fields)
        .filter(([field]) => carried.has(field))
        .map(([field, v]) => [field, narrow(layout.pieces, field, v)]),
    );
    return [`.word ${insertFields(layout, kept)}`];
  });

/** Cuts an immediate to the bits that its layout carries, without its sign. */
function narrow(
  pieces: readonly { readonly field: string; readonly fieldBit: number; readonly width: number }[],
  field: string,
  v: number,
): number {
  if (!field.startsWith('imm')) return v;
  let mask = 0;
  for (const p of pieces) if (p.field === field) mask |= (2 ** p.width - 1) << p.fieldBit;
  // Half of the range, so that a signed field keeps its sign bit clear.
  return v & mask & (mask >>> 1);
}

/** The first of the values nine times in ten. */
const rarely = <T>(first: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(first) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const access: fc.Arbitrary<Lines> = fc
  .tuple(
    fc.constantFrom('lw', 'lh', 'lhu', 'lb', 'lbu', 'sw', 'sh', 'sb'),
    name,
    fc.nat(31).map((n) => 4 * n),
    rarely(0, 1, 2, 3),
    rarely('s0', 's2'),
  )
  .map(([op, r, at, off, base]) => [`${op} ${r}, ${at + off}(${base})`]);

const postIncrement: fc.Arbitrary<Lines> = fc
  .tuple(fc.constantFrom('p.lw', 'p.lh', 'p.lbu', 'p.sw', 'p.sb'), name, fc.constantFrom(4, 2, 1, 8))
  .map(([op, r, by]) => [`addi s3, s0, 16`, `${op} ${r}, ${by}(s3!)`, `${op} ${r}, ${by}(s3!)`]);

/** The stack pointer goes down and up again; below the stack's end only by accident of the bounds given. */
const stack: fc.Arbitrary<Lines> = name.map((r) => [
  'addi sp, sp, -32',
  `sw ${r}, 4(sp)`,
  `lw ${r}, 4(sp)`,
  'addi sp, sp, 32',
]);

const counter: fc.Arbitrary<Lines> = fc
  .tuple(name, fc.constantFrom(0x780, 0x781))
  .map(([r, csr]) => [`csrrs ${r}, ${csr}, zero`]);

/** Two bytes, so that what follows lies across words. */
const short: fc.Arbitrary<Lines> = fc
  .tuple(fc.constantFrom('c.addi', 'c.slli'), name, fc.integer({ min: 1, max: 15 }))
  .map(([op, r, imm]) => [`${op} ${r}, ${imm}`]);

/** Adds 4 and 5 in turn: each pass writes the other instruction. */
const patch: fc.Arbitrary<Lines> = name.map((r) => [
  'auipc s3, 0x0',
  'lw t0, 24(s3)',
  'lui tp, 0x100',
  'xor t0, t0, tp',
  'sw t0, 24(s3)',
  'addi zero, zero, 0',
  `addi ${r}, ${r}, 4`,
]);

const peripheral: fc.Arbitrary<Lines> = name.map((r) => [`lw ${r}, 160(t6)`]);

const skip: fc.Arbitrary<Lines> = fc
  .tuple(fc.constantFrom('beq', 'bne', 'blt', 'bgeu', 'bltu', 'bge'), name, name, fc.oneof(compute, short))
  .map(([op, a, b, over]) => [`${op} ${a}, ${b}, ${4 + bytesOf(over)}`, ...over]);

const leaf = fc.oneof(
  { weight: 16, arbitrary: compute },
  { weight: 10, arbitrary: access },
  { weight: 2, arbitrary: postIncrement },
  { weight: 4, arbitrary: skip },
  { weight: 1, arbitrary: stack },
  { weight: 3, arbitrary: short },
  { weight: 1, arbitrary: counter },
  { weight: 1, arbitrary: peripheral },
);
const leaves = fc.array(leaf, { minLength: 1, maxLength: 6 }).map((all) => all.flat());

/** A loop that counts `register` down. */
const loop = (register: string): fc.Arbitrary<Lines> =>
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), leaves)
    .map(([n, body]) => [
      `addi ${register}, zero, ${n}`,
      ...body,
      `addi ${register}, ${register}, -1`,
      `bne ${register}, zero, ${-bytesOf(body) - 4}`,
    ]);

/** A hardware loop whose last instruction computes. */
const hardwareLoop: fc.Arbitrary<Lines> = fc
  .tuple(fc.nat(1), fc.integer({ min: 0, max: 5 }), leaves, compute)
  .filter(([, , body]) => bytesOf(body) <= 56)
  .map(([l, n, body, last]) => [`lp.setupi x${l}, ${n}, ${4 + bytesOf(body)}`, ...body, ...last]);

/** The same in parts: the end is set before the start that belongs to it. */
const partsLoop: fc.Arbitrary<Lines> = fc
  .tuple(
    fc.nat(1),
    fc.integer({ min: 0, max: 5 }),
    fc.array(fc.oneof(compute, short), { maxLength: 6 }),
    compute,
  )
  .map(([l, n, all, last]) => {
    const body = all.flat();
    return [
      `lp.endi x${l}, ${12 + bytesOf(body)}`,
      `lp.starti x${l}, 8`,
      `lp.counti x${l}, ${n}`,
      ...body,
      ...last,
    ];
  });

const statement = (register: string): fc.Arbitrary<Lines> =>
  fc.oneof(
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: loop(register) },
    { weight: 1, arbitrary: fc.oneof(hardwareLoop, partsLoop) },
  );

const CALLS: Readonly<Record<string, number>> = { 'call 0': 0, 'call 1': 1, 'call 2': 2 };

/** Statements of `main`, or of the function with this number, which calls only those after it. */
const body = (register: string, own: number): fc.Arbitrary<Lines> => {
  const calls = Object.keys(CALLS).filter((c) => CALLS[c]! > own);
  const call = fc.constantFrom(...calls, 'call s11').map((c): Lines => [c]);
  return fc
    .array(
      fc.oneof(
        { weight: 40, arbitrary: statement(register) },
        { weight: 10, arbitrary: call },
        { weight: 1, arbitrary: patch },
      ),
      {
        minLength: 2,
        maxLength: 8,
      },
    )
    .map((all) => all.flat());
};

export interface MixedProgram {
  /** From `START` on, then the handler at its vector's target. */
  readonly lines: Lines;
  /** Address offset of the interrupt handler. */
  readonly handler: number;
}

function link(main: Lines, functions: readonly Lines[]): MixedProgram {
  const kept = (i: number): string => ['s8', 's9', 's10'][i] ?? 's10';
  const setUp = [
    'lui s0, 0x1c001',
    `addi s0, s0, ${DATA - 0x1000}`,
    'addi s2, zero, 2047',
    'lui t6, 0x1a104',
    'auipc s11, 0x0', // + 16: patched below
    'addi s11, s11, 0',
    'addi tp, zero, 3',
    `csrrw zero, ${0x7a0}, tp`,
    'auipc tp, 0x0', // + 32
    `addi tp, tp, ${HANDLER_VECTORS - START - 32}`,
    `csrrw zero, ${0x305}, tp`,
    `csrrsi zero, ${0x300}, 8`,
    `addi s2, s2, ${DATA - 2047}`,
    `addi gp, zero, ${PASSES}`,
  ];
  const whole = [
    ...main,
    'addi gp, gp, -1',
    `beq gp, zero, 8`,
    `jal zero, ${-bytesOf(main) - 8}`,
    'sw a0, 160(t6)',
  ];
  const codes = functions.map((lines, i) =>
    i === functions.length - 1
      ? [...lines, 'jalr zero, 0(ra)']
      : [`addi ${kept(i)}, ra, 0`, ...lines, `addi ra, ${kept(i)}, 0`, 'jalr zero, 0(ra)'],
  );
  const all: string[] = [...setUp, ...whole];
  const starts: number[] = [];
  for (const code of codes) {
    starts.push(bytesOf(all));
    all.push(...code);
  }
  const handler = START + bytesOf(all);
  all.push('addi t5, t5, 1', 'mret');
  all[5] = `addi s11, s11, ${starts.at(-1)! - 16}`;
  const lines = all.map((line, i) => {
    if (line === 'call s11') return 'jalr ra, 0(s11)';
    const target = CALLS[line];
    return target === undefined ? line : `jal ra, ${starts[target]! - bytesOf(all.slice(0, i))}`;
  });
  return { lines, handler };
}

/** A program of a main loop and three functions. */
export const mixedProgram: fc.Arbitrary<MixedProgram> = fc
  .tuple(body('s1', -1), body('t3', 0), body('t4', 1), leaves)
  .map(([main, first, second, third]) => link(main, [first, second, third]));
