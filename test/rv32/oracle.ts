/**
 * What every computing instruction must give, written from the fact sheet's text with unbounded integers and without a look
 * at the simulator's expressions. Registers come in as unsigned 32-bit numbers.
 */
export interface Inputs {
  readonly a: bigint;
  readonly b: bigint;
  /** Old content of rd. */
  readonly d: bigint;
  readonly imm: bigint;
  readonly imm2: bigint;
}
type Rule = (i: Inputs) => bigint;

const W = 32n;
const ALL = (1n << W) - 1n;
/** The signed value of the low `bits` bits. */
export const S = (v: bigint, bits = W): bigint => BigInt.asIntN(Number(bits), v);
/** The unsigned value of the low `bits` bits. */
const U = (v: bigint, bits = W): bigint => BigInt.asUintN(Number(bits), v);
const bool = (v: boolean): bigint => (v ? 1n : 0n);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const clamp = (v: bigint, low: bigint, high: bigint): bigint => (v > high ? high : v < low ? low : v);
const bits = (v: bigint): string => U(v).toString(2).padStart(32, '0');
const div = (a: bigint, b: bigint): bigint => (b === 0n ? -1n : a / b);
const rem = (a: bigint, b: bigint): bigint => (b === 0n ? a : a % b);

const register: Record<string, Rule> = {
  add: ({ a, b }) => a + b,
  sub: ({ a, b }) => a - b,
  sll: ({ a, b }) => a << (b % W),
  slt: ({ a, b }) => bool(S(a) < S(b)),
  sltu: ({ a, b }) => bool(a < b),
  xor: ({ a, b }) => a ^ b,
  srl: ({ a, b }) => a >> (b % W),
  sra: ({ a, b }) => S(a) >> (b % W),
  or: ({ a, b }) => a | b,
  and: ({ a, b }) => a & b,
  mul: ({ a, b }) => a * b,
  mulh: ({ a, b }) => (S(a) * S(b)) >> W,
  mulhsu: ({ a, b }) => (S(a) * b) >> W,
  mulhu: ({ a, b }) => (a * b) >> W,
  div: ({ a, b }) => div(S(a), S(b)),
  divu: ({ a, b }) => div(a, b),
  rem: ({ a, b }) => rem(S(a), S(b)),
  remu: ({ a, b }) => rem(a, b),
};

const immediate: Record<string, Rule> = Object.fromEntries(
  ['add', 'slt', 'xor', 'or', 'and', 'sll', 'srl', 'sra'].map((name) => [
    `${name}i`,
    (i: Inputs) => register[name]!({ ...i, b: U(i.imm) }),
  ]),
);
immediate.sltiu = (i) => register.sltu!({ ...i, b: U(i.imm) });
immediate.lui = ({ imm }) => imm;

const bound = (n: bigint): bigint => (n === 0n ? 0n : (1n << (n - 1n)) - 1n);

const scalar: Record<string, Rule> = {
  'p.abs': ({ a }) => (S(a) < 0n ? -S(a) : a),
  'p.avgu': ({ a, b }) => U(a + b) >> 1n,
  'p.slet': ({ a, b }) => bool(S(a) <= S(b)),
  'p.sletu': ({ a, b }) => bool(a <= b),
  'p.min': ({ a, b }) => min(S(a), S(b)),
  'p.minu': ({ a, b }) => min(a, b),
  'p.max': ({ a, b }) => max(S(a), S(b)),
  'p.maxu': ({ a, b }) => max(a, b),
  'p.ror': ({ a, b }) => (((a << W) | a) >> (b % W)) & ALL,
  'p.ff1': ({ a }) => (a === 0n ? 32n : BigInt([...bits(a)].reverse().indexOf('1'))),
  'p.fl1': ({ a }) => (a === 0n ? 32n : BigInt(31 - bits(a).indexOf('1'))),
  'p.clb': ({ a }) => {
    if (a === 0n) return 0n;
    const run = /^(0+|1+)/.exec(bits(a))?.[0].length ?? 0;
    return BigInt(run - 1);
  },
  'p.cnt': ({ a }) => BigInt([...bits(a)].filter((c) => c === '1').length),
  'p.exths': ({ a }) => S(a, 16n),
  'p.exthz': ({ a }) => U(a, 16n),
  'p.extbs': ({ a }) => S(a, 8n),
  'p.extbz': ({ a }) => U(a, 8n),
  'p.clip': ({ a, imm }) => clamp(S(a), -(bound(imm) + 1n), bound(imm)),
  'p.clipu': ({ a, imm }) => (S(a) <= 0n ? 0n : min(S(a), bound(imm))),
  'p.clipr': ({ a, b }) => clamp(S(a), -S(b) - 1n, S(b)),
  'p.clipur': ({ a, b }) => (S(a) <= 0n ? 0n : min(S(a), S(b))),
  'p.mac': ({ a, b, d }) => d + a * b,
  'p.msu': ({ a, b, d }) => d - a * b,
};

/** Width `w + 1` at position `p`. */
const fieldOps: Record<string, (a: bigint, d: bigint, w: bigint, p: bigint) => bigint> = {
  extract: (a, _, w, p) => {
    const top = min(31n, p + w);
    return S(a >> p, top - p + 1n);
  },
  extractu: (a, _, w, p) => (a & U(((1n << (w + 1n)) - 1n) << p)) >> p,
  insert: (a, d, w, p) => {
    const mask = U(((1n << (w + 1n)) - 1n) << p);
    return (d & ~mask) | ((a << p) & mask);
  },
  bclr: (a, _, w, p) => a & ~U(((1n << (w + 1n)) - 1n) << p),
  bset: (a, _, w, p) => a | U(((1n << (w + 1n)) - 1n) << p),
};
for (const [name, op] of Object.entries(fieldOps)) {
  scalar[`p.${name}i`] = ({ a, d, imm, imm2 }) => op(a, d, imm2, imm);
  scalar[`p.${name}`] = ({ a, b, d }) => op(a, d, (b >> 5n) % W, b % W);
}

/** "p.adduRNr": op, u for a logical shift, R for rounding, r for the register form. */
function normalise(name: string): Rule | undefined {
  const parts = /^p\.(add|sub)(u?)(R?)N(r?)$/.exec(name);
  if (!parts) return undefined;
  const [, op, unsigned, rounded, fromRegister] = parts;
  return ({ a, b, d, imm }) => {
    const [x, y, n] = fromRegister === 'r' ? [d, a, b % W] : [a, b, imm];
    const half = rounded === 'R' && n > 0n ? 1n << (n - 1n) : 0n;
    const sum = (op === 'add' ? x + y : x - y) + half;
    return unsigned === 'u' ? U(sum) >> n : S(sum) >> n;
  };
}

/** "p.machhsRN": mul or mac, hh for the high halves, s or u, R for rounding. */
function halfProduct(name: string): Rule | undefined {
  const parts = /^p\.(mul|mac)(hh)?([su])(R?)N$/.exec(name);
  if (!parts) return undefined;
  const [, op, high, sign, rounded] = parts;
  return ({ a, b, d, imm: n }) => {
    const half = (v: bigint): bigint => {
      const h = high === 'hh' ? v >> 16n : v;
      return sign === 's' ? S(h, 16n) : U(h, 16n);
    };
    const round = rounded === 'R' && n > 0n ? 1n << (n - 1n) : 0n;
    const sum = (op === 'mac' ? d : 0n) + half(a) * half(b) + round;
    return sign === 's' ? S(sum) >> n : U(sum) >> n;
  };
}

type LaneRule = (a: bigint, b: bigint, w: bigint) => bigint;
const yes = (v: boolean): bigint => (v ? -1n : 0n);
/** Signed lanes. */
const signedLanes: Record<string, LaneRule> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  avg: (a, b, w) => S(a + b, w) >> 1n,
  min,
  max,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  and: (a, b) => a & b,
  cmpeq: (a, b) => yes(a === b),
  cmpne: (a, b) => yes(a !== b),
  cmpgt: (a, b) => yes(a > b),
  cmpge: (a, b) => yes(a >= b),
  cmplt: (a, b) => yes(a < b),
  cmple: (a, b) => yes(a <= b),
};
/** Unsigned lanes. */
const unsignedLanes: Record<string, LaneRule> = {
  avgu: (a, b, w) => U(a + b, w) >> 1n,
  minu: min,
  maxu: max,
  srl: (a, b, w) => a >> (b % w),
  sll: (a, b, w) => a << (b % w),
  sra: (a, b, w) => S(a, w) >> (b % w),
  cmpgtu: (a, b) => yes(a > b),
  cmpgeu: (a, b) => yes(a >= b),
  cmpltu: (a, b) => yes(a < b),
  cmpleu: (a, b) => yes(a <= b),
};

const lanesOf = (v: bigint, w: bigint): bigint[] =>
  Array.from({ length: Number(W / w) }, (_, i) => U(v >> (BigInt(i) * w), w));
const joinLanes = (lanes: readonly bigint[], w: bigint): bigint =>
  lanes.reduce((sum, lane, i) => sum | (U(lane, w) << (BigInt(i) * w)), 0n);

function packedElement(op: string, w: bigint): Rule | undefined {
  const count = W / w;
  const at = (imm: bigint): number => Number(imm % count);
  const replace = (v: bigint, i: number, lane: bigint): bigint =>
    joinLanes(
      lanesOf(v, w).map((old, j) => (i === j ? lane : old)),
      w,
    );
  const rules: Record<string, Rule> = {
    extract: ({ a, imm }) => S(lanesOf(a, w)[at(imm)]!, w),
    extractu: ({ a, imm }) => lanesOf(a, w)[at(imm)]!,
    insert: ({ a, d, imm }) => replace(d, at(imm), a),
    abs: ({ a }) =>
      joinLanes(
        lanesOf(a, w).map((v) => (S(v, w) < 0n ? -S(v, w) : v)),
        w,
      ),
    shuffle: ({ a, b }) =>
      joinLanes(
        lanesOf(b, w).map((sel) => lanesOf(a, w)[at(sel)]!),
        w,
      ),
    shuffle2: ({ a, b, d }) =>
      joinLanes(
        lanesOf(b, w).map((sel) => lanesOf((sel / count) % 2n ? a : d, w)[at(sel)]!),
        w,
      ),
    pack: ({ a, b }) => (U(a, 16n) << 16n) | U(b, 16n),
    packh: ({ a, b }) => ((a >> 16n) << 16n) | (b >> 16n),
    packhi: ({ a, b, d }) => (U(a, 8n) << 24n) | (U(b, 8n) << 16n) | U(d, 16n),
    packlo: ({ a, b, d }) => ((d >> 16n) << 16n) | (U(a, 8n) << 8n) | U(b, 8n),
  };
  return rules[op];
}

function packedShuffleImmediate(op: string, w: bigint): Rule | undefined {
  if (op === 'shuffle' && w === 16n)
    return ({ a, imm }) =>
      joinLanes([lanesOf(a, w)[Number(imm & 1n)]!, lanesOf(a, w)[Number((imm >> 1n) & 1n)]!], w);
  const top = /^shuffleI([0-3])$/.exec(op)?.[1];
  if (top === undefined) return undefined;
  return ({ a, imm }) => {
    const source = lanesOf(a, 8n);
    const pick = (shift: bigint): bigint => source[Number((imm >> shift) & 3n)]!;
    return joinLanes([pick(0n), pick(2n), pick(4n), source[Number(top)]!], 8n);
  };
}

/** Signedness of the two factors and whether rd is added. */
function dot(op: string): { signed: readonly [boolean, boolean]; accumulate: boolean } | undefined {
  const parts = /^(s?)dot(up|usp|sp)$/.exec(op);
  if (!parts) return undefined;
  const signed = { up: [false, false], usp: [false, true], sp: [true, true] }[parts[2]!] as [
    boolean,
    boolean,
  ];
  return { signed, accumulate: parts[1] === 's' };
}

/** "pv.add.sci.b" and the like. */
function packed(name: string): Rule | undefined {
  const parts = /^pv\.(\w+?)(?:\.(sc|sci))?\.([hb])$/.exec(name);
  if (!parts) return undefined;
  const [, op = '', form, letter] = parts;
  const w = letter === 'h' ? 16n : 8n;
  const second = ({ b, imm }: Inputs): bigint[] => {
    if (form === 'sci') return lanesOf(0n, w).map(() => U(imm, w));
    return form === 'sc' ? lanesOf(b, w).map(() => U(b, w)) : lanesOf(b, w);
  };
  const product = dot(op);
  if (product) {
    const [sa, sb] = product.signed;
    return (i) =>
      lanesOf(i.a, w).reduce(
        (sum, v, j) => sum + (sa ? S(v, w) : v) * (sb ? S(second(i)[j]!, w) : second(i)[j]!),
        product.accumulate ? i.d : 0n,
      );
  }
  const signed = signedLanes[op];
  const rule = signed ?? unsignedLanes[op];
  if (rule === undefined) return form === 'sci' ? packedShuffleImmediate(op, w) : packedElement(op, w);
  const view = (v: bigint): bigint => (signed ? S(v, w) : v);
  return (i) =>
    joinLanes(
      lanesOf(i.a, w).map((v, j) => rule(view(v), view(second(i)[j]!), w)),
      w,
    );
}

/** The rule of a mnemonic. Throws for one that has none, so that no instruction goes untested. */
export function oracle(name: string): (i: Inputs) => number {
  const rule =
    register[name] ?? immediate[name] ?? scalar[name] ?? normalise(name) ?? halfProduct(name) ?? packed(name);
  if (rule === undefined) throw new Error(`no rule for ${name}`);
  return (i) => Number(S(rule(i)));
}
