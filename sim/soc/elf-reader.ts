import { UserError } from '../../src/base/errors.js';

export const SECTION_HEADER_BYTES = 40;
export const SYMBOL_BYTES = 16;
export const REBUILD = 'Build with -march=rv32imc -mabi=ilp32 -static.';
export const COPY_AGAIN = 'The file is damaged or cut off: build or copy it again.';

/** A file that cannot be run here. */
export class ElfError extends UserError {
  override readonly name = 'ElfError';
  constructor(file: string, what: string, fix: string) {
    super(`${file}: ${what}. ${fix}`);
  }
}

/** Little-endian numbers of a file; a read beyond its end says which part is missing. */
export class Reader {
  readonly #view: DataView;
  readonly #file: string;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.#file = file;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u16(at: number): number {
    return this.#view.getUint16(at, true);
  }
  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }
  fail(what: string, fix: string): never {
    throw new ElfError(this.#file, what, fix);
  }
  /** Throws unless [at, at + n) lies inside the file. */
  require(at: number, n: number, what: string): void {
    if (at + n > this.bytes.length)
      this.fail(`${what} ends at byte ${at + n}, the file has ${this.bytes.length}`, COPY_AGAIN);
  }
  text(at: number, end: number): string {
    let stop = at;
    while (stop < end && this.bytes[stop] !== 0) stop++;
    return new TextDecoder('latin1').decode(this.bytes.subarray(at, stop));
  }
}

/** A section header. */
export interface Section {
  readonly type: number;
  readonly flags: number;
  /** Where it lies in memory, or 0, and in the file. */
  readonly address: number;
  readonly offset: number;
  readonly bytes: number;
  readonly link: number;
  readonly info: number;
}

/** The table of sections; a stripped file may have none. */
export function sectionsOf(r: Reader): Section[] {
  const [offset, entryBytes, count] = [r.u32(32), r.u16(46), r.u16(48)];
  if (offset === 0 || count === 0) return [];
  if (entryBytes !== SECTION_HEADER_BYTES)
    r.fail(`section headers of ${entryBytes} bytes, must be ${SECTION_HEADER_BYTES}`, COPY_AGAIN);
  r.require(offset, count * SECTION_HEADER_BYTES, 'the table of sections');
  return Array.from({ length: count }, (_, i) => {
    const at = offset + i * SECTION_HEADER_BYTES;
    return {
      type: r.u32(at + 4),
      flags: r.u32(at + 8),
      address: r.u32(at + 12),
      offset: r.u32(at + 16),
      bytes: r.u32(at + 20),
      link: r.u32(at + 24),
      info: r.u32(at + 28),
    };
  });
}

/** An entry of a symbol table as it stands there. */
export interface RawSymbol {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  readonly info: number;
  /** 0: not defined in this file. */
  readonly section: number;
}

/** Every entry of a symbol table, in order. */
export function* symbolsOf(r: Reader, sections: readonly Section[], table: Section): Generator<RawSymbol> {
  const { offset: from, bytes, link } = table;
  r.require(from, bytes, 'the symbol table');
  const strings = sections[link];
  if (strings === undefined)
    r.fail(`the symbol table names section ${link} of ${sections.length} for its strings`, COPY_AGAIN);
  const end = strings.offset + strings.bytes;
  r.require(strings.offset, strings.bytes, 'the table of symbol names');
  for (let at = from; at + SYMBOL_BYTES <= from + bytes; at += SYMBOL_BYTES)
    yield {
      name: r.text(strings.offset + r.u32(at), end),
      address: r.u32(at + 4),
      bytes: r.u32(at + 8),
      info: r.bytes[at + 12]!,
      section: r.u16(at + 14),
    };
}
