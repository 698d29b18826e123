/** Opcodes of WebAssembly's binary format that translated code uses. Source: the WebAssembly core specification, 5.4. */
export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  load32: 0x28,
  load8S: 0x2c,
  load8U: 0x2d,
  load16S: 0x2e,
  load16U: 0x2f,
  store32: 0x36,
  store8: 0x3a,
  store16: 0x3b,
  const32: 0x41,
  const64: 0x42,
  eqz: 0x45,
  eq: 0x46,
  ne: 0x47,
  ltS: 0x48,
  ltU: 0x49,
  gtS: 0x4a,
  gtU: 0x4b,
  leS: 0x4c,
  leU: 0x4d,
  geS: 0x4e,
  geU: 0x4f,
  clz: 0x67,
  ctz: 0x68,
  popcnt: 0x69,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  divS: 0x6d,
  divU: 0x6e,
  remS: 0x6f,
  remU: 0x70,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shl: 0x74,
  shrS: 0x75,
  shrU: 0x76,
  rotr: 0x78,
  mul64: 0x7e,
  shrS64: 0x87,
  shrU64: 0x88,
  wrap64: 0xa7,
  extendS64: 0xac,
  extendU64: 0xad,
} as const;

const I32 = 0x7f;
const VOID = 0x40;
const FUNCTION = 0x60;
/** log2 of the alignment that a load or store promises; accesses of translated code are aligned. */
const ALIGNMENT: Readonly<Record<number, number>> = {
  [OP.load32]: 2,
  [OP.store32]: 2,
  [OP.load16S]: 1,
  [OP.load16U]: 1,
  [OP.store16]: 1,
};

function unsigned(out: number[], value: number): void {
  let rest = value >>> 0;
  while (rest > 127) {
    out.push((rest & 127) | 128);
    rest >>>= 7;
  }
  out.push(rest);
}

function signed(out: number[], value: number): void {
  let rest = value | 0;
  while (rest > 63 || rest < -64) {
    out.push((rest & 127) | 128);
    rest >>= 7;
  }
  out.push(rest & 127);
}

/** Instructions of one function body, in the order of the calls. Methods return the code, to be chained. */
export class Code {
  readonly bytes: number[] = [];

  op(...opcodes: readonly number[]): this {
    this.bytes.push(...opcodes);
    return this;
  }

  /** A 32-bit constant. */
  int(value: number): this {
    this.bytes.push(OP.const32);
    signed(this.bytes, value);
    return this;
  }

  get(local: number): this {
    return this.#indexed(OP.localGet, local);
  }

  set(local: number): this {
    return this.#indexed(OP.localSet, local);
  }

  tee(local: number): this {
    return this.#indexed(OP.localTee, local);
  }

  call(index: number): this {
    return this.#indexed(OP.call, index);
  }

  /** A load or store at the address on the stack plus `offset`. */
  memory(opcode: number, offset: number): this {
    this.bytes.push(opcode, ALIGNMENT[opcode] ?? 0);
    unsigned(this.bytes, offset);
    return this;
  }

  /** `block`, `loop` or `if` without a result. */
  open(opcode: number): this {
    return this.op(opcode, VOID);
  }

  /** `if` whose arms leave one i32. */
  ifInt(): this {
    return this.op(OP.if, I32);
  }

  br(depth: number): this {
    return this.#indexed(OP.br, depth);
  }

  brIf(depth: number): this {
    return this.#indexed(OP.brIf, depth);
  }

  /** Goes by the number on the stack: to `depths[number]`, and beyond their end to `otherwise`. */
  brTable(depths: readonly number[], otherwise: number): this {
    this.bytes.push(OP.brTable);
    unsigned(this.bytes, depths.length);
    for (const depth of depths) unsigned(this.bytes, depth);
    unsigned(this.bytes, otherwise);
    return this;
  }

  #indexed(opcode: number, index: number): this {
    this.bytes.push(opcode);
    unsigned(this.bytes, index);
    return this;
  }
}

const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];

function section(id: number, content: readonly number[]): number[] {
  const out = [id];
  unsigned(out, content.length);
  for (const byte of content) out.push(byte);
  return out;
}

/** A module of one exported function `run: i32 -> i32`. */
export interface ModuleParts {
  readonly body: Code;
  /** i32 locals beyond the parameter. */
  readonly locals: number;
  /** How many i32 parameters each imported function takes; all return i32. They are imported as `env.0`, `env.1`, ... */
  readonly imports: readonly number[];
  /** Smallest size of the imported memory `env.memory`, in pages of 64 KiB; the largest one is the same. */
  readonly pages: number;
}

/** The bytes of a module. Functions are numbered: imports first, then `run`. */
export function encodeModule({ body, locals, imports, pages }: ModuleParts): Uint8Array {
  const types = [1, ...imports].flatMap((n) => [FUNCTION, n, ...Array<number>(n).fill(I32), 1, I32]);
  const limits: number[] = [1];
  unsigned(limits, pages);
  unsigned(limits, pages);
  const imported = imports.flatMap((_, i) => {
    const entry = [...text('env'), ...text(String(i)), 0];
    unsigned(entry, i + 1);
    return entry;
  });
  const counted = (count: number, content: readonly number[]): number[] => {
    const out: number[] = [];
    unsigned(out, count);
    return out.concat(content);
  };
  const head: number[] = [1];
  unsigned(head, locals);
  head.push(I32);
  const size: number[] = [1];
  unsigned(size, head.length + body.bytes.length + 1);
  const run = [...text('run'), 0];
  unsigned(run, imports.length);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, counted(imports.length + 1, types)),
    ...section(
      2,
      counted(imports.length + 1, [...text('env'), ...text('memory'), 2, ...limits, ...imported]),
    ),
    ...section(3, [1, 0]),
    ...section(7, [1, ...run]),
    ...section(10, size.concat(head, body.bytes, OP.end)),
  ]);
}
