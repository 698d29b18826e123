import { hex } from '../../src/base/units.js';
import { COPY_AGAIN, type RawSymbol, REBUILD, Reader, sectionsOf, symbolsOf } from './elf-reader.js';
import { privateRelocations } from './private-relocations.js';

/** A piece of an ELF file that goes into memory. */
export interface Segment {
  /** Where the program sees it and where it is loaded; they differ for data that start-up code moves. */
  readonly virtualAddress: number;
  readonly loadAddress: number;
  readonly data: Uint8Array;
  /** Bytes in memory; those beyond `data` are zero. */
  readonly memoryBytes: number;
  readonly executable: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly bytes: number;
  readonly kind: 'function' | 'object' | 'label';
}

/** What the SoC takes from an ELF file. */
export interface ElfImage {
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly symbols: readonly ElfSymbol[];
}

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const MACHINE_RISCV = 243;

/** Numbers of the e_machine field that a mixed-up tool chain produces. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  40: 'ARM',
  62: 'x86-64',
  183: 'AArch64',
  8: 'MIPS',
};

function checkHeader(r: Reader): void {
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (r.bytes.length < 4 || magic.some((b, i) => r.bytes[i] !== b))
    r.fail(
      'not an ELF file: it does not start with 7f 45 4c 46',
      'Give the linked program, not its source or hex dump.',
    );
  r.require(0, HEADER_BYTES, 'the ELF header');
  if (r.bytes[4] === 2) r.fail('a 64-bit ELF file; the host core has 32 bits', REBUILD);
  if (r.bytes[4] !== 1) r.fail(`ELF class ${r.bytes[4]} is unknown`, COPY_AGAIN);
  if (r.bytes[5] === 2) r.fail('a big-endian ELF file; the host core is little-endian', REBUILD);
  if (r.bytes[5] !== 1) r.fail(`ELF data encoding ${r.bytes[5]} is unknown`, COPY_AGAIN);
  const machine = r.u16(18);
  if (machine !== MACHINE_RISCV)
    r.fail(
      `made for machine ${machine}${MACHINES[machine] ? ` (${MACHINES[machine]})` : ''}, not for RISC-V (243)`,
      REBUILD,
    );
  const type = r.u16(16);
  if (type === 1) {
    const waits = listed(undefinedNames(r));
    const relocations = privateRelocations(r);
    r.fail(
      `an object file, not a linked program${waits === '' ? '' : `; it waits for ${waits}`}${relocations === undefined ? '' : `; it has ${relocations.what}`}`,
      `Link it with a start-up file and a linker script${relocations === undefined ? '' : `, by a linker that knows PULP's relocations`}.`,
    );
  }
  if (type === 3) r.fail('a position-independent or shared file', 'Link with -static and without -pie.');
  if (type !== 2) r.fail(`ELF type ${type} is no executable`, COPY_AGAIN);
  const flags = r.u32(36);
  if (flags & 6) r.fail('built for the hard-float ABI; the host core has no floating-point unit', REBUILD);
  if (flags & 8) r.fail('built for the embedded ABI with 16 registers (RV32E)', REBUILD);
}

function readSegments(r: Reader): Segment[] {
  const [offset, entryBytes, count] = [r.u32(28), r.u16(42), r.u16(44)];
  if (count === 0) r.fail('no program headers: nothing to load', 'Link the program with a linker script.');
  if (entryBytes !== PROGRAM_HEADER_BYTES)
    r.fail(`program headers of ${entryBytes} bytes, must be ${PROGRAM_HEADER_BYTES}`, COPY_AGAIN);
  r.require(offset, count * PROGRAM_HEADER_BYTES, 'the table of program headers');
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const at = offset + i * PROGRAM_HEADER_BYTES;
    const type = r.u32(at);
    if (type === 2 || type === 3) r.fail('dynamically linked', 'Link with -static.');
    const [fileBytes, memoryBytes] = [r.u32(at + 16), r.u32(at + 20)];
    if (type !== 1 || memoryBytes === 0) continue;
    if (fileBytes > memoryBytes)
      r.fail(`segment ${i} has ${fileBytes} bytes in the file but ${memoryBytes} in memory`, COPY_AGAIN);
    const from = r.u32(at + 4);
    r.require(from, fileBytes, `segment ${i}`);
    segments.push({
      virtualAddress: r.u32(at + 8),
      loadAddress: r.u32(at + 12),
      data: r.bytes.slice(from, from + fileBytes),
      memoryBytes,
      executable: (r.u32(at + 24) & 1) !== 0,
    });
  }
  if (segments.length === 0) r.fail('no segment to load', 'Link the program with a linker script.');
  return segments;
}

const KINDS: Readonly<Record<number, ElfSymbol['kind']>> = { 0: 'label', 1: 'object', 2: 'function' };

const SYMBOL_TABLE = 2;

/** Every entry of every symbol table; a stripped file has none. */
function* rawSymbols(r: Reader): Generator<RawSymbol> {
  const sections = sectionsOf(r);
  for (const section of sections) if (section.type === SYMBOL_TABLE) yield* symbolsOf(r, sections, section);
}

/** The symbols that name something defined. */
function readSymbols(r: Reader): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  for (const { name, address, bytes, info, section } of rawSymbols(r)) {
    const kind = KINDS[info & 15];
    // $x and .L are the assembler's own marks.
    if (kind === undefined || section === 0 || name === '' || /^(\$|\.L)/.test(name)) continue;
    symbols.push({ name, address, bytes, kind });
  }
  return symbols;
}

const GLOBAL = 1;

/** Names that the file uses and nobody defines; weak ones may stay undefined. */
const undefinedNames = (r: Reader): string[] =>
  [...rawSymbols(r)]
    .filter(({ name, info, section }) => section === 0 && name !== '' && info >> 4 === GLOBAL)
    .map(({ name }) => name)
    .sort();

const MOST_NAMES = 8;

/** "a, b, c and 4 more" */
const listed = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

/** Reads a statically linked RV32 ELF file. `file` is its name, for errors. Throws `ElfError`. */
export function readElf(bytes: Uint8Array, file: string): ElfImage {
  const r = new Reader(bytes, file);
  checkHeader(r);
  const segments = readSegments(r);
  const unresolved = undefinedNames(r);
  if (unresolved.length > 0)
    r.fail(
      `linked although nobody defines ${listed(unresolved)}`,
      "Link it with what defines them, such as the SDK's libraries.",
    );
  const relocations = privateRelocations(r);
  if (relocations !== undefined) r.fail(`linked with ${relocations.what} left open`, relocations.fix);
  const entry = r.u32(24);
  if (entry % 2 !== 0) r.fail(`the entry point ${hex(entry)} is odd`, COPY_AGAIN);
  const inCode = segments.some(
    (s) => s.executable && entry >= s.virtualAddress && entry < s.virtualAddress + s.memoryBytes,
  );
  if (!inCode)
    r.fail(
      `the entry point ${hex(entry)} lies in no executable segment`,
      'Name the start-up symbol with ENTRY() in the linker script.',
    );
  return { entry, segments, symbols: readSymbols(r) };
}
