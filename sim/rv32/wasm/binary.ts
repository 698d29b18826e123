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
  drop: 0x1a,
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

/** Instructions of one function body, or a section of a module, in the order of the calls. Methods return it, to be chained. */
export class Code {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes back everything behind `length` bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  op(opcode: number): this {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = opcode;
    return this;
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(2 * (this.#length + more));
    bytes.set(this.bytes);
    this.#bytes = bytes;
  }

  append(bytes: Uint8Array | readonly number[]): this {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest > 127) {
      this.op((rest & 127) | 128);
      rest >>>= 7;
    }
    return this.op(rest);
  }

  /** A 32-bit constant. */
  int(value: number): this {
    this.op(OP.const32);
    let rest = value | 0;
    while (rest > 63 || rest < -64) {
      this.op((rest & 127) | 128);
      rest >>= 7;
    }
    return this.op(rest & 127);
  }

  get(local: number): this {
    return this.op(OP.localGet).unsigned(local);
  }

  set(local: number): this {
    return this.op(OP.localSet).unsigned(local);
  }

  tee(local: number): this {
    return this.op(OP.localTee).unsigned(local);
  }

  call(index: number): this {
    return this.op(OP.call).unsigned(index);
  }

  /** A load or store at the address on the stack plus `offset`. */
  memory(opcode: number, offset: number): this {
    return this.op(opcode)
      .op(ALIGNMENT[opcode] ?? 0)
      .unsigned(offset);
  }

  /** `block`, `loop` or `if` without a result. */
  open(opcode: number): this {
    return this.op(opcode).op(VOID);
  }

  /** `if` whose arms leave one i32. */
  ifInt(): this {
    return this.op(OP.if).op(I32);
  }

  end(): this {
    return this.op(OP.end);
  }

  br(depth: number): this {
    return this.op(OP.br).unsigned(depth);
  }

  brIf(depth: number): this {
    return this.op(OP.brIf).unsigned(depth);
  }

  /** Goes by the number on the stack: to `depths[number]`, and beyond their end to `otherwise`. */
  brTable(depths: readonly number[], otherwise: number): this {
    this.op(OP.brTable).unsigned(depths.length);
    for (const depth of depths) this.unsigned(depth);
    return this.unsigned(otherwise);
  }

  /** A name, as imports and exports have it; ASCII, shorter than 128. */
  name(text: string): this {
    return this.op(text.length).append([...text].map((c) => c.charCodeAt(0)));
  }

  section(id: number, content: Code): this {
    return this.op(id).unsigned(content.length).append(content.bytes);
  }
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
  const types = new Code().unsigned(imports.length + 1);
  for (const n of [1, ...imports])
    types.op(FUNCTION).unsigned(n).append(Array<number>(n).fill(I32)).op(1).op(I32);
  const imported = new Code().unsigned(imports.length + 1);
  imported.name('env').name('memory').op(2).op(1).unsigned(pages).unsigned(pages);
  imports.forEach((_, i) => {
    imported
      .name('env')
      .name(String(i))
      .op(0)
      .unsigned(i + 1);
  });
  const locals32 = new Code().op(1).unsigned(locals).op(I32);
  const code = new Code().op(1).unsigned(locals32.length + body.length + 1);
  code.append(locals32.bytes).append(body.bytes).end();
  return new Code()
    .append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
    .section(1, types)
    .section(2, imported)
    .section(3, new Code().op(1).op(0))
    .section(7, new Code().op(1).name('run').op(0).unsigned(imports.length))
    .section(10, code).bytes;
}
